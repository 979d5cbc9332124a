import { Search, SlidersHorizontal, X } from "lucide-react";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { type Filters, searchOfFilters } from "../../api/filters";
import { formatAmount, formatDate } from "../../i18n/format";
import { type Translate, useWords } from "../../i18n/language";
import type { RowContext } from "./useRowContext";

const FilterSheet = lazy(() => import("./FilterSheet"));

interface FilterBarProps {
  filters: Filters;
  context: RowContext;
  onChange: (filters: Filters) => void;
  /** Somebody asked to search. */
  focus: boolean;
}

/** The search, and what else the list is limited to, as chips that can be taken away. */
export function FilterBar({ filters, context, onChange, focus }: FilterBarProps) {
  const { t, locale } = useWords();
  const [open, setOpen] = useState(false);
  const chips = chipsOf(filters, context, t, locale);
  return (
    <search className="filter-bar">
      <div className="search-row">
        <SearchInput
          q={filters.q ?? ""}
          focus={focus}
          onChange={(q) => onChange(without({ ...filters, q }, q ? [] : ["q"]))}
        />
        <button
          type="button"
          className="icon-button filter-button"
          aria-label={t("filter.title")}
          onClick={() => setOpen(true)}
        >
          <SlidersHorizontal size={19} />
          {chips.length > 0 && <span className="dot" />}
        </button>
      </div>
      {chips.length > 0 && (
        <ul className="chips" aria-label={t("filter.active")}>
          {chips.map(({ names, text }) => (
            <li key={names.join()} className="chip on">
              {text}
              <button
                type="button"
                aria-label={t("filter.remove", { filter: text })}
                onClick={() => onChange(without(filters, names))}
              >
                <X size={14} />
              </button>
            </li>
          ))}
        </ul>
      )}
      {open && (
        <Suspense>
          <FilterSheet filters={filters} context={context} onChange={onChange} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </search>
  );
}

/** Searches once the typing pauses. */
function SearchInput({ q, focus, onChange }: { q: string; focus: boolean; onChange: (q: string) => void }) {
  const { t } = useWords();
  const [text, setText] = useState(q);
  const input = useRef<HTMLInputElement>(null);
  const sent = useRef(q);
  const latest = useRef(onChange);
  latest.current = onChange;
  useEffect(() => {
    if (q !== sent.current) setText(q);
    sent.current = q;
  }, [q]);
  useEffect(() => {
    if (text.trim() === sent.current) return;
    const pause = setTimeout(() => {
      sent.current = text.trim();
      latest.current(text.trim());
    }, 250);
    return () => clearTimeout(pause);
  }, [text]);
  useEffect(() => {
    if (focus) input.current?.focus();
  }, [focus]);
  return (
    <div className="search">
      <Search size={19} aria-hidden="true" />
      <input
        ref={input}
        className="input"
        type="search"
        aria-label={t("filter.search")}
        placeholder={t("filter.search")}
        maxLength={100}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
      />
    </div>
  );
}

type Name = keyof Filters;

export const without = (filters: Filters, names: Name[]): Filters =>
  Object.fromEntries(Object.entries(filters).filter(([name]) => !names.includes(name as Name)));

function chipsOf(
  filters: Filters,
  context: RowContext,
  t: Translate,
  locale: string,
): { names: Name[]; text: string }[] {
  const day = (text: string) => formatDate(locale, text, { day: "numeric", month: "short", year: "numeric" });
  const chips: { names: Name[]; text: string | undefined }[] = [];
  const { type, category, balance_id, user_id, from, to, min_amount, max_amount, approved, sorted_by } = filters;
  if (type) chips.push({ names: ["type"], text: typeText(t, type) });
  if (category) {
    const known = category.map((id) => context.categories.get(id)?.name ?? t("category.none"));
    chips.push({ names: ["category"], text: known.join(", ") });
  }
  if (balance_id)
    chips.push({ names: ["balance_id"], text: context.balances.get(balance_id)?.name ?? t("balance.one") });
  if (user_id) chips.push({ names: ["user_id"], text: context.members?.get(user_id)?.name ?? t("filter.member") });
  if (from && to) chips.push({ names: ["from", "to"], text: `${day(from)} – ${day(to)}` });
  else if (from) chips.push({ names: ["from"], text: t("filter.since", { date: day(from) }) });
  else if (to) chips.push({ names: ["to"], text: t("filter.until", { date: day(to) }) });
  if (min_amount) chips.push({ names: ["min_amount"], text: `≥ ${formatAmount(locale, min_amount)}` });
  if (max_amount) chips.push({ names: ["max_amount"], text: `≤ ${formatAmount(locale, max_amount)}` });
  if (approved !== undefined)
    chips.push({ names: ["approved"], text: t(approved ? "filter.approved" : "filter.pending") });
  if (sorted_by === "amount") chips.push({ names: ["sorted_by"], text: t("filter.by_amount") });
  return chips.map(({ names, text }) => ({ names, text: text ?? "" }));
}

export const typeText = (t: Translate, type: "expense" | "income" | "movement"): string =>
  t(type === "expense" ? "type.expense" : type === "income" ? "type.income" : "type.movement");

export const isFiltered = (filters: Filters): boolean => searchOfFilters(filters) !== "";
