import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { toast } from "../../app/toasts";
import { useAction } from "../../app/useAction";
import { TextField } from "../../design/Field";
import { Sheet } from "../../design/Sheet";
import { useWords } from "../../i18n/language";
import { FormError } from "../auth/AuthPage";
import { CodeField } from "../auth/CodeField";

const QrCode = lazy(() => import("../../design/QrCode"));

/** The password, and codes of an app as a second factor where the user pool offers that. */
export function Security({ email }: { email: string }) {
  const { t } = useWords();
  const [open, setOpen] = useState<"password" | "totp">();
  const totp = useQuery({
    queryKey: ["totp"],
    meta: { kept: false },
    retry: false,
    queryFn: async () => (await import("../../auth/cognito")).totpState(),
  });
  const stop = useAction(async () => {
    await (await import("../../auth/cognito")).stopTotp();
    await totp.refetch();
  });
  return (
    <section className="card stack">
      <h2>{t("account.security")}</h2>
      <button type="button" className="button quiet" onClick={() => setOpen("password")}>
        {t("account.change_password")}
      </button>
      {totp.data === "off" && (
        <button type="button" className="button quiet" onClick={() => setOpen("totp")}>
          {t("account.totp_start")}
        </button>
      )}
      {totp.data === "on" && (
        <button type="button" className="button quiet" disabled={stop.busy} onClick={() => void stop.start()}>
          {t("account.totp_stop")}
        </button>
      )}
      {totp.isError && <p className="soft small">{t("account.totp_unavailable")}</p>}
      <FormError text={stop.error} />
      {open === "password" && <ChangePassword onClose={() => setOpen(undefined)} />}
      {open === "totp" && (
        <StartTotp
          email={email}
          onDone={() => {
            setOpen(undefined);
            void totp.refetch();
          }}
          onClose={() => setOpen(undefined)}
        />
      )}
    </section>
  );
}

function ChangePassword({ onClose }: { onClose: () => void }) {
  const { t } = useWords();
  const [old, setOld] = useState("");
  const [next, setNext] = useState("");
  const { busy, error, start } = useAction(async () => {
    await (await import("../../auth/cognito")).changePassword(old, next);
    toast(t("account.password_changed"));
    onClose();
  });
  return (
    <Sheet title={t("account.change_password")} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void start();
        }}
      >
        <TextField
          label={t("account.old_password")}
          type="password"
          autoComplete="current-password"
          value={old}
          onChange={(event) => setOld(event.target.value)}
          required
        />
        <TextField
          label={t("auth.new_password")}
          hint={t("auth.password_hint")}
          type="password"
          autoComplete="new-password"
          minLength={8}
          value={next}
          onChange={(event) => setNext(event.target.value)}
          required
        />
        <FormError text={error} />
        <button type="submit" className="button primary wide" disabled={busy}>
          {t("common.save")}
        </button>
      </form>
    </Sheet>
  );
}

function StartTotp({ email, onDone, onClose }: { email: string; onDone: () => void; onClose: () => void }) {
  const { t } = useWords();
  const [code, setCode] = useState("");
  const setup = useQuery({
    queryKey: ["totp-setup"],
    meta: { kept: false },
    gcTime: 0,
    retry: false,
    // Each call makes another secret: who comes back from the authenticator app needs the one that was scanned.
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnReconnect: false,
    queryFn: async () => (await import("../../auth/cognito")).startTotp(email),
  });
  const { busy, error, start } = useAction(async () => {
    await (await import("../../auth/cognito")).confirmTotpSetup(code);
    toast(t("account.totp_on"));
    onDone();
  });
  return (
    <Sheet title={t("account.totp_start")} onClose={onClose}>
      <form
        className="totp"
        onSubmit={(event) => {
          event.preventDefault();
          void start();
        }}
      >
        {setup.isError ? (
          <p className="form-error">{t("account.totp_unavailable")}</p>
        ) : (
          <>
            <p>{t("account.totp_scan")}</p>
            <Suspense fallback={<span className="qr" />}>
              {setup.data && <QrCode text={setup.data.uri} label={t("account.totp_qr")} />}
            </Suspense>
            <code>{setup.data?.secret}</code>
            <CodeField label={t("auth.totp_code")} value={code} onChange={setCode} />
            <FormError text={error} />
            <button type="submit" className="button primary wide" disabled={busy}>
              {t("auth.confirm_action")}
            </button>
          </>
        )}
      </form>
    </Sheet>
  );
}
