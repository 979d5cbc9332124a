import { type FormEvent, useState } from "react";
import { Link } from "wouter";
import { toast } from "../../app/toasts";
import { useAction } from "../../app/useAction";
import { TextField } from "../../design/Field";
import { useWords } from "../../i18n/language";
import { AuthPage, FormError } from "./AuthPage";
import { CodeField } from "./CodeField";

/** What the sign-in hands over when an address was never confirmed. */
interface Unconfirmed {
  email: string;
  password: string;
}

/** A new account: e-mail and password, then the code from the mail; signed in right after. */
export default function SignUp() {
  const { t } = useWords();
  const [unconfirmed] = useState(() => window.history.state as Unconfirmed | null);
  const [email, setEmail] = useState(unconfirmed?.email ?? "");
  const [password, setPassword] = useState(unconfirmed?.password ?? "");
  const [code, setCode] = useState("");
  const [sent, setSent] = useState(unconfirmed?.email !== undefined);
  const address = email.trim();
  const register = useAction(async () => {
    const cognito = await import("../../auth/cognito");
    await cognito.signUp(address, password, undefined);
    setSent(true);
  });
  const confirm = useAction(async () => {
    const cognito = await import("../../auth/cognito");
    await cognito.confirmSignUp(address, code);
    await cognito.signIn(address, password);
  });
  const resend = useAction(async () => {
    await (await import("../../auth/cognito")).resendCode(address);
    toast(t("auth.code_sent"));
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void (sent ? confirm : register).start();
  };
  if (sent) {
    return (
      <AuthPage title={t("auth.confirm")} lead={t("auth.confirm_lead", { email: address })}>
        <form onSubmit={submit}>
          <CodeField label={t("auth.code")} value={code} onChange={setCode} />
          <FormError text={confirm.error ?? resend.error} />
          <button type="submit" className="button primary wide" disabled={confirm.busy}>
            {t("auth.confirm_action")}
          </button>
        </form>
        <div className="links">
          <button type="button" onClick={() => void resend.start()} disabled={resend.busy}>
            {t("auth.resend")}
          </button>
          <button type="button" onClick={() => setSent(false)}>
            {t("auth.other_email")}
          </button>
        </div>
      </AuthPage>
    );
  }
  return (
    <AuthPage title={t("auth.sign_up")} lead={t("auth.sign_up_lead")}>
      <form onSubmit={submit}>
        <TextField
          label={t("auth.email")}
          type="email"
          name="email"
          autoComplete="username"
          value={email}
          onChange={(event) => setEmail(event.target.value)}
          required
        />
        <TextField
          label={t("auth.password")}
          hint={t("auth.password_hint")}
          type="password"
          name="password"
          autoComplete="new-password"
          minLength={8}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          required
        />
        <FormError text={register.error} />
        <button type="submit" className="button primary wide" disabled={register.busy}>
          {t("auth.sign_up_action")}
        </button>
      </form>
      <div className="links">
        <Link href={`/sign-in${window.location.search}`}>{t("auth.to_sign_in")}</Link>
      </div>
    </AuthPage>
  );
}
