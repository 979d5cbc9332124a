import { useState } from "react";
import { client, unwrap } from "../../api/client";
import { useMe } from "../../api/queries";
import { useAction } from "../../app/useAction";
import { TextField } from "../../design/Field";
import { Sheet } from "../../design/Sheet";
import { useWords } from "../../i18n/language";
import { FormError } from "../auth/AuthPage";
import { leaveDevice } from "./leave";

/** The end: asked for by typing the address, since nothing brings it back. */
export function DeleteAccount() {
  const { t } = useWords();
  const { email } = useMe();
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const { busy, error, start } = useAction(async () => {
    await unwrap(client.DELETE("/users/me"));
    await leaveDevice();
  });
  return (
    <>
      <button type="button" className="button danger wide" onClick={() => setOpen(true)}>
        {t("account.delete")}
      </button>
      {open && (
        <Sheet title={t("account.delete")} onClose={() => setOpen(false)}>
          <form
            className="stack"
            onSubmit={(event) => {
              event.preventDefault();
              void start();
            }}
          >
            <p>{t("account.delete_ask")}</p>
            <TextField
              label={t("account.delete_type", { email })}
              autoComplete="off"
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
            <FormError text={error} />
            <button
              type="submit"
              className="button danger wide"
              disabled={busy || typed.trim().toLowerCase() !== email}
            >
              {t("account.delete")}
            </button>
          </form>
        </Sheet>
      )}
    </>
  );
}
