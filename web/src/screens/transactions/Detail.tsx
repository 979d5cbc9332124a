import { ArrowRightLeft, Check, Copy, Pencil, Shapes, Trash2, X } from "lucide-react";
import type { ReactNode } from "react";
import { Link, useLocation } from "wouter";
import { useTransaction } from "../../api/queries";
import { useShortcuts } from "../../app/keyboard";
import { useSession } from "../../auth/useSession";
import { dayOf } from "../../dates/days";
import { Amount } from "../../design/Amount";
import { CategoryDisc, Empty, IconDisc, Loaded } from "../../design/parts";
import { formatDay, formatInstant, formatNumber, formatTime } from "../../i18n/format";
import { useWords } from "../../i18n/language";
import { impliedRate } from "../../money/rates";
import type { ShownTransaction } from "../../offline/overlay";
import { typeText } from "./FilterBar";
import { categoryIdOf, titleOf } from "./TransactionRow";
import type { RowContext } from "./useRowContext";
import { useTransactionActions } from "./useTransactionActions";

/** What was it? Everything about one transaction, and what can be done with it. */
export default function Detail({ id, context, back }: { id: string; context: RowContext; back: string }) {
  const { t } = useWords();
  const [, navigate] = useLocation();
  const query = useTransaction(id);
  useShortcuts({ Escape: () => navigate(back) });
  return (
    <aside className="detail-pane" aria-label={t("transaction.detail")}>
      <div className="page-head">
        <Link href={back} className="icon-button" aria-label={t("common.close")}>
          <X size={22} />
        </Link>
        {query.data === undefined && <h1 className="only-read">{t("transaction.detail")}</h1>}
        <span className="grow" />
      </div>
      <div className="detail">
        {query.data === undefined && query.deleted ? (
          <Empty icon={Trash2} text={t("transaction.is_deleted")} />
        ) : (
          <Loaded query={query}>
            {(transaction) => <Facts transaction={transaction} context={context} back={back} />}
          </Loaded>
        )}
      </div>
    </aside>
  );
}

function Facts({ transaction, context, back }: { transaction: ShownTransaction; context: RowContext; back: string }) {
  const { t, locale } = useWords();
  const { type, amount, currency, approved_at, entries, queued } = transaction;
  const category = context.categories.get(categoryIdOf(transaction) ?? "");
  const balance = (id: string | null) => context.balances.get(id ?? "");
  const member = context.members?.get(transaction.user_id);
  const [from, to] = [balance(transaction.from_balance_id), balance(transaction.to_balance_id)];
  const fact = (term: string, value: ReactNode) => (
    <>
      <dt>{term}</dt>
      <dd>{value}</dd>
    </>
  );
  return (
    <>
      <div className="detail-head">
        {type === "movement" ? (
          <IconDisc icon={ArrowRightLeft} />
        ) : category ? (
          <CategoryDisc id={category.category_id} icon={category.icon} />
        ) : (
          <IconDisc icon={Shapes} />
        )}
        <h1>{titleOf(transaction, context, t("type.movement"))}</h1>
        <p className="figure">
          <Amount amount={amount} currency={currency} {...(type === "income" && { signed: true, tone: "income" })} />
        </p>
        {approved_at === null && <p className="soft pending-mark">{t("transaction.pending")}</p>}
        {queued !== undefined && (
          <p className="soft">{t(queued === "waiting" ? "transaction.waiting" : "transaction.stuck")}</p>
        )}
      </div>
      <dl className="card facts">
        {fact(t("transaction.type"), typeText(t, type))}
        {fact(
          t("transaction.when"),
          `${formatDay(locale, dayOf(new Date(transaction.transacted_at)))}, ${formatTime(locale, transaction.transacted_at)}`,
        )}
        {category && fact(t("transaction.category"), category.name)}
        {from && fact(type === "income" ? t("transaction.to") : t("transaction.from"), from.name)}
        {to && fact(t("transaction.to"), to.name)}
        {to && transaction.to_amount !== null && (
          <>
            {fact(t("add.received"), <Amount amount={transaction.to_amount} currency={to.currency} />)}
            {fact(
              t("add.rate"),
              `1 ${currency} = ${formatNumber(locale, impliedRate(amount, transaction.to_amount) ?? 0, 4)} ${to.currency}`,
            )}
          </>
        )}
        {member && fact(t("transaction.who"), member.name)}
        {fact(t("transaction.recorded"), formatInstant(locale, transaction.created_at))}
        {transaction.updated_at !== transaction.created_at &&
          fact(t("transaction.changed"), formatInstant(locale, transaction.updated_at))}
      </dl>
      {entries.length > 0 && <Entries transaction={transaction} context={context} />}
      <Actions transaction={transaction} back={back} />
    </>
  );
}

function Entries({ transaction, context }: { transaction: ShownTransaction; context: RowContext }) {
  const { t } = useWords();
  return (
    <section className="card" style={{ marginTop: 16 }}>
      <h2>{t("transaction.entries")}</h2>
      <ul className="entries">
        {transaction.entries.map(({ entry_id, description, amount, category_id }) => {
          const category = context.categories.get(category_id ?? "");
          return (
            <li key={entry_id}>
              {category ? (
                <CategoryDisc id={category.category_id} icon={category.icon} small />
              ) : (
                <IconDisc icon={Shapes} small />
              )}
              <span className="grow">{description ?? category?.name ?? t("category.none")}</span>
              <Amount amount={amount} currency={transaction.currency} />
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** For one's own only. */
function Actions({ transaction, back }: { transaction: ShownTransaction; back: string }) {
  const { t } = useWords();
  const [, navigate] = useLocation();
  const ownId = useSession()?.userId;
  const { remove, approve, edit, duplicate } = useTransactionActions();
  if (transaction.user_id !== ownId) return null;
  const removeIt = () => {
    navigate(back);
    void remove(transaction);
  };
  return (
    <>
      {transaction.approved_at === null && (
        <button
          type="button"
          className="button primary wide"
          style={{ marginTop: 16 }}
          onClick={() => void approve(transaction)}
        >
          <Check size={18} /> {t("transaction.approve")}
        </button>
      )}
      <div className="detail-actions">
        <button type="button" className="button quiet" onClick={() => edit(transaction)}>
          <Pencil size={17} /> {t("common.edit")}
        </button>
        <button type="button" className="button quiet" onClick={() => duplicate(transaction)}>
          <Copy size={17} /> {t("transaction.duplicate")}
        </button>
        <button type="button" className="button danger" onClick={removeIt}>
          <Trash2 size={17} /> {t("common.delete")}
        </button>
      </div>
    </>
  );
}
