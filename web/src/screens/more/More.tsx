import { ChevronRight, type LucideIcon, Shapes, Users, Wallet } from "lucide-react";
import { Link } from "wouter";
import { useMe } from "../../api/queries";
import { PageHead } from "../../app/PageHead";
import { Avatar, IconDisc } from "../../design/parts";
import { useWords } from "../../i18n/language";

/** All that is not opened every day. */
export default function More() {
  const { t } = useWords();
  const me = useMe();
  const link = (href: string, icon: LucideIcon, text: string, sub: string) => (
    <Link href={href} className="list-row">
      <IconDisc icon={icon} />
      <span className="grow">
        <span className="title block">{text}</span>
        <span className="sub block">{sub}</span>
      </span>
      <ChevronRight size={18} className="soft" aria-hidden="true" />
    </Link>
  );
  return (
    <>
      <PageHead title={t("nav.more")} />
      <div className="page stack narrow">
        <Link href="/account" className="card row who">
          <Avatar id={me.user_id} name={me.name} />
          <span className="grow">
            <span className="title block">{me.name}</span>
            <span className="soft small block ellipsis">{me.email}</span>
            <span className="soft small block">{t("more.account")}</span>
          </span>
          <ChevronRight size={18} className="soft" aria-hidden="true" />
        </Link>
        <nav className="card flush" aria-label={t("nav.more")}>
          {link("/balances", Wallet, t("nav.balances"), t("more.balances"))}
          {link("/groups", Users, t("nav.groups"), t("more.groups"))}
          {link("/categories", Shapes, t("nav.categories"), t("more.categories"))}
        </nav>
      </div>
    </>
  );
}
