import { type FormEvent, useState } from "react";
import { Link, useLocation } from "wouter";
import { useAction } from "../../app/useAction";
import { hasExpired } from "../../auth/session";
import { TextField } from "../../design/Field";
import { useWords } from "../../i18n/language";
import { AuthPage, FormError } from "./AuthPage";
import { CodeField } from "./CodeField";

/** Sign in by e-mail and password, then by the code of an app where that is asked for. */
export default function SignIn() {
  const { t } = useWords();
  const [, navigate] = useLocation();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [asksCode, setAsksCode] = useState(false);
  const search = window.location.search;
  const { busy, error, start } = useAction(async () => {
    const cognito = await import("../../auth/cognito");
    const next = asksCode ? await cognito.confirmTotp(code) : await cognito.signIn(email.trim(), password);
    if (next === "totp") setAsksCode(true);
    if (next === "confirm_sign_up") {
      await cognito.resendCode(email.trim());
      navigate(`/sign-up${search}`, { state: { email: email.trim(), password } });
    }
    if (next === "unsupported") throw new Error("Unsupported step of sign-in");
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void start();
  };
  return (
    <AuthPage title={t("auth.sign_in")} lead={hasExpired() ? t("auth.expired") : t("auth.lead")}>
      <form onSubmit={submit}>
        {asksCode ? (
          <CodeField label={t("auth.totp_code")} value={code} onChange={setCode} />
        ) : (
          <>
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
              type="password"
              name="password"
              autoComplete="current-password"
              value={password}
              onChange={(event) => setPassword(event.target.value)}
              required
            />
          </>
        )}
        <FormError text={error} />
        <button type="submit" className="button primary wide" disabled={busy}>
          {t("auth.sign_in")}
        </button>
      </form>
      <div className="links">
        <Link href={`/sign-up${search}`}>{t("auth.to_sign_up")}</Link>
        <Link href={`/forgot${search}`}>{t("auth.to_forgot")}</Link>
      </div>
    </AuthPage>
  );
}
