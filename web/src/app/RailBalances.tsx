import { Link } from "wouter";
import { useScopeBalances } from "../api/queries";
import { Amount } from "../design/Amount";
import { useWords } from "../i18n/language";
import { useScope } from "./scope";

/** The balances in the rail of a desktop; each leads to its transactions. */
export function RailBalances() {
  const { t } = useWords();
  const { data } = useScopeBalances(useScope());
  if (!data?.length) return null;
  return (
    <section className="rail-balances" aria-label={t("nav.balances")}>
      <Link href="/balances" className="rail-title">
        {t("nav.balances")}
      </Link>
      {data.map((balance) => (
        <Link key={balance.balance_id} href={`/transactions?balance_id=${balance.balance_id}`} className="rail-balance">
          <span className="ellipsis">{balance.name}</span>
          <Amount amount={balance.amount} currency={balance.currency} tone="balance" />
        </Link>
      ))}
    </section>
  );
}
