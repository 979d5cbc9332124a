import { Link } from "wouter";
import { useWords } from "../../i18n/language";
import { AuthPage } from "../auth/AuthPage";

/** What the link of an invitation shows to somebody who is not signed in. The code is looked at once they are. */
export default function Invitation({ code }: { code: string }) {
  const { t } = useWords();
  const next = `?next=${encodeURIComponent(`/join/${code}`)}`;
  return (
    <AuthPage title={t("join.title")} lead={t("join.lead")}>
      <div className="stack" style={{ marginTop: 16 }}>
        <Link href={`/sign-up${next}`} className="button primary wide">
          {t("join.sign_up")}
        </Link>
        <Link href={`/sign-in${next}`} className="button quiet wide">
          {t("join.sign_in")}
        </Link>
      </div>
    </AuthPage>
  );
}
