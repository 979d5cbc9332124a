import "./home.css";
import { Wallet } from "lucide-react";
import { Link } from "wouter";
import { useScopeBalances } from "../../api/queries";
import { PageHead } from "../../app/PageHead";
import { useScope } from "../../app/scope";
import { useDisplay } from "../../app/useDisplay";
import { Amount } from "../../design/Amount";
import { Empty, Loaded, Skeleton } from "../../design/parts";
import { formatDate } from "../../i18n/format";
import { useWords } from "../../i18n/language";
import { sumByCurrency } from "../../money/decimal";
import { totalIn } from "../../money/display";
import { Members } from "./Members";
import { Month } from "./Month";
import { Recent } from "./Recent";
import { SpendingByCategory } from "./SpendingByCategory";

/** How are we doing? Net worth first, then the month. */
export default function Home() {
  const { t } = useWords();
  const scope = useScope();
  const balances = useScopeBalances(scope);
  const isEmpty = balances.data?.length === 0;
  return (
    <>
      <PageHead title={t("home.title")} scoped />
      <div className="page home">
        <section className="worth" aria-label={t("home.net_worth")}>
          <Loaded query={balances} skeleton={<Skeleton width={240} height={56} />}>
            {(list) => <NetWorth balances={list} />}
          </Loaded>
        </section>
        {isEmpty ? (
          <Empty icon={Wallet} text={t(scope.groupId ? "home.empty_group" : "home.empty")}>
            <Link href="/balances?new" className="button primary">
              {t("balances.add")}
            </Link>
          </Empty>
        ) : (
          <>
            <div className="column">
              <Month />
              <SpendingByCategory />
            </div>
            <div className="column">
              <Recent />
              {scope.groupId !== undefined && <Members groupId={scope.groupId} />}
            </div>
          </>
        )}
      </div>
    </>
  );
}

function NetWorth({ balances }: { balances: { amount: string; currency: string }[] }) {
  const { t, locale } = useWords();
  const { currency, rates } = useDisplay();
  const { main, rest } = totalIn(balances, currency, rates);
  const sums = sumByCurrency(balances);
  return (
    <>
      <p className="soft small">{t("home.net_worth")}</p>
      <p className="figure large">
        <Amount amount={main.amount} currency={main.currency} approximate={main.approximate} tone="balance" />
      </p>
      {(main.approximate || rest.length > 0) && (
        <div className="parts">
          {(main.approximate ? sums : rest).map((sum) => (
            <Amount key={sum.currency} amount={sum.amount} currency={sum.currency} />
          ))}
          {main.on && (
            <span>{t("home.rate_of", { date: formatDate(locale, main.on, { day: "numeric", month: "short" }) })}</span>
          )}
          {rest.length > 0 && !main.approximate && <span>{t("home.no_rate")}</span>}
        </div>
      )}
    </>
  );
}
