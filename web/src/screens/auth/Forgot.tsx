import { type FormEvent, useState } from "react";
import { Link } from "wouter";
import { useAction } from "../../app/useAction";
import { TextField } from "../../design/Field";
import { useWords } from "../../i18n/language";
import { AuthPage, FormError } from "./AuthPage";
import { CodeField } from "./CodeField";

/** A new password, by a code that goes to the address; signed in right after. */
export default function Forgot() {
  const { t } = useWords();
  const [email, setEmail] = useState("");
  const [code, setCode] = useState("");
  const [password, setPassword] = useState("");
  const [sent, setSent] = useState(false);
  const { busy, error, start } = useAction(async () => {
    const cognito = await import("../../auth/cognito");
    if (!sent) {
      await cognito.forgotPassword(email.trim());
      setSent(true);
      return;
    }
    await cognito.setNewPassword(email.trim(), code, password);
    await cognito.signIn(email.trim(), password);
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void start();
  };
  return (
    <AuthPage
      title={t("auth.forgot")}
      lead={sent ? t("auth.forgot_sent", { email: email.trim() }) : t("auth.forgot_lead")}
    >
      <form onSubmit={submit}>
        {sent ? (
          <>
            <CodeField label={t("auth.code")} value={code} onChange={setCode} />
            <TextField
              label={t("auth.new_password")}
              hint={t("auth.password_hint")}
              type="password"
              autoComplete="new-password"
              minLength={8}
              value={password}
              onChange={(event) => setPassword(event.target.value)}
              required
            />
          </>
        ) : (
          <TextField
            label={t("auth.email")}
            type="email"
            autoComplete="username"
            value={email}
            onChange={(event) => setEmail(event.target.value)}
            required
          />
        )}
        <FormError text={error} />
        <button type="submit" className="button primary wide" disabled={busy}>
          {sent ? t("auth.set_password") : t("auth.send_code")}
        </button>
      </form>
      <div className="links">
        <Link href={`/sign-in${window.location.search}`}>{t("auth.to_sign_in")}</Link>
      </div>
    </AuthPage>
  );
}
