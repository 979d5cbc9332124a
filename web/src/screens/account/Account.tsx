import "./account.css";
import { useState } from "react";
import { useMe } from "../../api/queries";
import { PageHead } from "../../app/PageHead";
import { setTheme, type Theme, useTheme } from "../../app/theme";
import { useAction } from "../../app/useAction";
import { Segmented } from "../../design/Field";
import { Confirm } from "../../design/Sheet";
import { useWords } from "../../i18n/language";
import { useQueue } from "../../offline/useQueue";
import { DeleteAccount } from "./DeleteAccount";
import { saveEverything } from "./export";
import { leaveDevice } from "./leave";
import { Profile } from "./Profile";
import { Security } from "./Security";

/** Profile, currency, language, looks, security, export, and the way out. */
export default function Account() {
  const { t } = useWords();
  const me = useMe();
  const theme = useTheme();
  const waiting = useQueue().length;
  const [leaving, setLeaving] = useState(false);
  const exporting = useAction(saveEverything);
  const signOut = () => (waiting > 0 ? setLeaving(true) : void leaveDevice());
  return (
    <>
      <PageHead title={t("nav.account")} back="/more" />
      <div className="page stack narrow">
        <Profile key={me.updated_at} me={me} />
        <section className="card stack">
          <h2>{t("account.theme")}</h2>
          <Segmented<Theme>
            label={t("account.theme")}
            value={theme}
            options={[
              { value: "system", text: t("theme.system") },
              { value: "light", text: t("theme.light") },
              { value: "dark", text: t("theme.dark") },
            ]}
            onChange={setTheme}
          />
        </section>
        <Security email={me.email} />
        <section className="card stack">
          <h2>{t("account.export")}</h2>
          <p className="soft">{t("account.export_hint")}</p>
          {exporting.error && <p className="form-error">{exporting.error}</p>}
          <button
            type="button"
            className="button quiet"
            disabled={exporting.busy}
            onClick={() => void exporting.start()}
          >
            {t(exporting.busy ? "account.exporting" : "account.export_action")}
          </button>
        </section>
        <button type="button" className="button quiet wide" onClick={signOut}>
          {t("account.sign_out")}
        </button>
        <DeleteAccount />
      </div>
      {leaving && (
        <Confirm
          title={t("account.sign_out")}
          text={t("account.sign_out_waiting", { count: waiting })}
          action={t("account.sign_out")}
          onConfirm={() => void leaveDevice()}
          onClose={() => setLeaving(false)}
        />
      )}
    </>
  );
}
