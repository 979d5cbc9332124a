import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { ReceiptText, SearchX } from "lucide-react";
import { memo, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { Link, useLocation } from "wouter";
import { useShortcuts } from "../../app/keyboard";
import { Amount } from "../../design/Amount";
import { Empty, SkeletonRows } from "../../design/parts";
import { formatDay } from "../../i18n/format";
import { useWords } from "../../i18n/language";
import type { ShownTransaction } from "../../offline/overlay";
import { linesOf, type Row, rowsOf } from "./rows";
import { SwipeRow } from "./SwipeRow";
import { TransactionRow } from "./TransactionRow";
import type { RowContext } from "./useRowContext";
import { useTransactionActions } from "./useTransactionActions";

interface TransactionListProps {
  items: ShownTransaction[];
  context: RowContext;
  openId: string | undefined;
  ownId: string | undefined;
  /** By day, unless the largest come first. */
  byDay: boolean;
  isFiltered: boolean;
  hasMore: boolean;
  loadMore: () => void;
  onClear: () => void;
}

/**
 * In rem, as transactions.css has them. Lines are as high as they are said to be: measuring each would cost a layout a line while one scrolls,
 * and a list that is hidden behind a detail would seem to have lines of no height.
 */
const HEIGHTS = { day: 2.75, transaction: 3.75 };

const rem = (): number => Number.parseFloat(getComputedStyle(document.documentElement).fontSize);

/** Only what is in view is in the page, however long the list. */
export function TransactionList({
  items,
  context,
  openId,
  ownId,
  byDay,
  isFiltered,
  hasMore,
  loadMore,
  onClear,
}: TransactionListProps) {
  const { t } = useWords();
  const rows = useMemo(() => (byDay ? rowsOf(items) : linesOf(items)), [items, byDay]);
  const list = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => setTop(list.current?.offsetTop ?? 0), []);
  const [unit] = useState(rem);
  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    // Were these others at each drawing, all lines would be laid out anew each time.
    estimateSize: useCallback((index: number) => HEIGHTS[rows[index]?.kind ?? "transaction"] * unit, [rows, unit]),
    getItemKey: useCallback((index: number) => keyOf(rows[index]), [rows]),
    overscan: 6,
    // Drawn with the frame, not in the midst of each event of the wheel.
    useFlushSync: false,
    scrollMargin: top,
  });
  const shown = virtualizer.getVirtualItems();
  const isNearEnd = (shown.at(-1)?.index ?? 0) >= rows.length - 20;
  useEffect(() => {
    if (isNearEnd && hasMore) loadMore();
  }, [isNearEnd, hasMore, loadMore]);
  const selected = useKeys({
    rows,
    openId,
    ownId,
    reveal: (index) => virtualizer.scrollToIndex(index, { align: "auto" }),
  });
  if (items.length === 0) {
    return isFiltered ? (
      <Empty icon={SearchX} text={t("transactions.none_match")}>
        <button type="button" className="button quiet" onClick={onClear}>
          {t("filter.clear")}
        </button>
      </Empty>
    ) : (
      <Empty icon={ReceiptText} text={t("transactions.empty")}>
        <Link href="/add" className="button primary">
          {t("nav.add")}
        </Link>
      </Empty>
    );
  }
  return (
    <div ref={list} className="day-list" style={{ height: virtualizer.getTotalSize() }}>
      {shown.map(({ index, key, start }) => {
        const row = rows[index];
        if (row === undefined) return null;
        return (
          <div key={key} className="placed" style={{ transform: `translateY(${start - top}px)` }}>
            {row.kind === "day" ? (
              <DayHead row={row} />
            ) : (
              <Line
                row={row}
                context={context}
                own={row.transaction.user_id === ownId}
                dated={!byDay}
                selected={row.transaction.transaction_id === selected}
              />
            )}
          </div>
        );
      })}
      {hasMore && (
        <div className="more-rows">
          <SkeletonRows count={2} />
        </div>
      )}
    </div>
  );
}

const keyOf = (row: Row | undefined): string =>
  row === undefined ? "" : row.kind === "day" ? row.day : row.transaction.transaction_id;

interface LineProps {
  row: Row & { kind: "transaction" };
  context: RowContext;
  own: boolean;
  dated: boolean;
  selected: boolean;
}

/** Drawn anew when something about it changes, not with each step of the scroll. */
const Line = memo(function Line({ row, context, own, dated, selected }: LineProps) {
  return (
    <SwipeRow transaction={row.transaction} own={own} first={row.first} last={row.last}>
      <TransactionRow transaction={row.transaction} context={context} dated={dated} selected={selected} />
    </SwipeRow>
  );
});

const DayHead = memo(function DayHead({ row }: { row: Row & { kind: "day" } }) {
  const { locale } = useWords();
  return (
    <div className="day-head">
      <h2>{formatDay(locale, row.day)}</h2>
      <span className="soft small row" style={{ gap: 10 }}>
        {row.totals.map(({ currency, amount }) => (
          <Amount key={currency} amount={amount} currency={currency} signed />
        ))}
      </span>
    </div>
  );
});

interface Keys {
  rows: Row[];
  openId: string | undefined;
  ownId: string | undefined;
  reveal: (index: number) => void;
}

/** `j` and `k` move, `Enter` opens; `e` edits and `⌫` deletes one's own. Answers the id of the one that is marked. */
function useKeys({ rows, openId, ownId, reveal }: Keys): string | undefined {
  const [marked, setMarked] = useState<string>();
  const [, navigate] = useLocation();
  const { remove } = useTransactionActions();
  const current = openId ?? marked;
  // Looked for when a key is pressed, not each time the list is drawn: it may be long.
  const position = () =>
    rows.findIndex((row) => row.kind === "transaction" && row.transaction.transaction_id === current);
  const move = (by: 1 | -1) => {
    let index = position() + by;
    if (rows[index]?.kind === "day") index += by;
    const next = rows[index];
    if (next?.kind !== "transaction") return;
    const id = next.transaction.transaction_id;
    setMarked(id);
    reveal(index);
    if (openId !== undefined) navigate(`/transactions/${id}${window.location.search}`, { replace: true });
  };
  const withCurrent = (run: (transaction: ShownTransaction) => void, of: "anybody" | "me") => () => {
    const row = rows[position()];
    if (row?.kind !== "transaction") return;
    if (of === "anybody" || row.transaction.user_id === ownId) run(row.transaction);
  };
  useShortcuts({
    j: () => move(1),
    k: () => move(-1),
    ...(current !== undefined && {
      Enter: withCurrent((one) => navigate(`/transactions/${one.transaction_id}${window.location.search}`), "anybody"),
      e: withCurrent((one) => navigate(`/transactions/${one.transaction_id}/edit`), "me"),
      Backspace: withCurrent((one) => {
        move(1);
        void remove(one);
      }, "me"),
    }),
  });
  return current;
}
