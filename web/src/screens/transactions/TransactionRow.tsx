import "./row.css";
import { ArrowRightLeft, Clock, Shapes, TriangleAlert } from "lucide-react";
import { memo } from "react";
import { Link } from "wouter";
import { Amount } from "../../design/Amount";
import { Avatar, CategoryDisc, IconDisc } from "../../design/parts";
import { formatDate } from "../../i18n/format";
import { useWords } from "../../i18n/language";
import type { ShownTransaction } from "../../offline/overlay";
import type { RowContext } from "./useRowContext";

interface TransactionRowProps {
  transaction: ShownTransaction;
  context: RowContext;
  /** Names the day, too: outside of the list by days. */
  dated?: boolean;
  selected?: boolean;
}

/** A transaction in one line: what, where, whose, how much; and whether it is pending or still waits to be sent. */
export const TransactionRow = memo(function TransactionRow({
  transaction,
  context,
  dated = false,
  selected = false,
}: TransactionRowProps) {
  const { t, locale } = useWords();
  const { type, amount, currency, approved_at, queued, user_id } = transaction;
  const title = titleOf(transaction, context, t("type.movement"));
  const member = context.members?.get(user_id);
  const sub = [
    dated && formatDate(locale, transaction.transacted_at.slice(0, 10), { day: "numeric", month: "short" }),
    ...placesOf(transaction, context, title),
  ].filter(Boolean);
  return (
    <Link
      href={`/transactions/${transaction.transaction_id}${window.location.pathname.startsWith("/transactions") ? window.location.search : ""}`}
      className={`list-row transaction${approved_at === null ? " pending" : ""}`}
      aria-current={selected ? "true" : undefined}
      data-id={transaction.transaction_id}
    >
      <Disc transaction={transaction} context={context} />
      <span className="grow">
        <span className="title ellipsis block">{title}</span>
        <span className="sub ellipsis block">
          {member && <Avatar id={user_id} name={member.name} tiny />}{" "}
          {approved_at === null && <span className="pending-mark">{t("transaction.pending")} · </span>}
          {sub.join(" · ")}
        </span>
      </span>
      {queued === "waiting" && <Clock size={15} role="img" aria-label={t("transaction.waiting")} className="soft" />}
      {queued !== undefined && queued !== "waiting" && (
        <TriangleAlert size={15} role="img" aria-label={t("transaction.stuck")} color="var(--danger)" />
      )}
      <Amount amount={amount} currency={currency} {...(type === "income" && { signed: true, tone: "income" })} />
    </Link>
  );
});

function Disc({ transaction, context }: { transaction: ShownTransaction; context: RowContext }) {
  if (transaction.type === "movement") return <IconDisc icon={ArrowRightLeft} />;
  const category = context.categories.get(categoryIdOf(transaction) ?? "");
  return category ? <CategoryDisc id={category.category_id} icon={category.icon} /> : <IconDisc icon={Shapes} />;
}

/** The category of a transaction; of one with line items that of the largest. */
export const categoryIdOf = ({ category_id, entries }: ShownTransaction): string | null =>
  category_id ?? [...entries].sort((one, other) => Number(other.amount) - Number(one.amount))[0]?.category_id ?? null;

export const titleOf = (transaction: ShownTransaction, context: RowContext, movement: string): string =>
  transaction.description ??
  context.categories.get(categoryIdOf(transaction) ?? "")?.name ??
  (transaction.type === "movement" ? movement : "—");

/** The category where the title is something else, and the balances. */
const placesOf = (transaction: ShownTransaction, context: RowContext, title: string): (string | undefined)[] => {
  const from = context.balances.get(transaction.from_balance_id)?.name;
  const to = transaction.to_balance_id && context.balances.get(transaction.to_balance_id)?.name;
  if (transaction.type === "movement") return [[from, to].filter(Boolean).join(" → ")];
  const category = context.categories.get(categoryIdOf(transaction) ?? "")?.name;
  return [category === title ? undefined : category, from];
};
