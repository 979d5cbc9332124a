import { ReceiptText } from "lucide-react";
import { Link } from "wouter";
import { useTransactions } from "../../api/queries";
import { scopeQuery, useScope } from "../../app/scope";
import { Empty, Loaded } from "../../design/parts";
import { useWords } from "../../i18n/language";
import { TransactionRow } from "../transactions/TransactionRow";
import { useRowContext } from "../transactions/useRowContext";

/** The last five transactions. */
export function Recent() {
  const { t } = useWords();
  const scope = useScope();
  const query = useTransactions(scopeQuery(scope), 5);
  const context = useRowContext();
  return (
    <section className="card flush">
      <div className="card-head spread">
        <h2>{t("home.recent")}</h2>
        <Link href="/transactions">{t("home.see_all")}</Link>
      </div>
      <Loaded query={{ ...query, data: query.items }}>
        {(items) =>
          items.length === 0 ? (
            <Empty icon={ReceiptText} text={t("transactions.empty")}>
              <Link href="/add" className="button primary">
                {t("nav.add")}
              </Link>
            </Empty>
          ) : (
            items
              .slice(0, 5)
              .map((transaction) => (
                <TransactionRow key={transaction.transaction_id} transaction={transaction} context={context} dated />
              ))
          )
        }
      </Loaded>
    </section>
  );
}
