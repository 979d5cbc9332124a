import "./auth.css";
import { type ReactNode, useEffect } from "react";
import { Logo } from "../../app/Logo";

/** The calm page around every form that leads in. */
export function AuthPage({ title, lead, children }: { title: string; lead?: string | undefined; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Ahorro`;
  }, [title]);
  return (
    <section className="auth">
      <Logo size={52} />
      <h1>{title}</h1>
      {lead !== undefined && <p className="soft">{lead}</p>}
      {children}
    </section>
  );
}

/** What went wrong with a form, above its button. */
export function FormError({ text }: { text: string | undefined }) {
  return (
    <p className="form-error" role="alert">
      {text}
    </p>
  );
}
