import { Plus, X } from "lucide-react";
import type { Category } from "../../api/client";
import { Amount } from "../../design/Amount";
import { decimalMark } from "../../i18n/format";
import { useWords } from "../../i18n/language";
import { isNegative, isZero } from "../../money/decimal";
import { editableAmount } from "../../money/input";
import { type EntryDraft, newEntry, remainderOf } from "./draft";

interface SplitEditorProps {
  entries: EntryDraft[];
  amount: string;
  currency: string;
  categories: Category[];
  parse: (text: string) => string | undefined;
  onChange: (entries: EntryDraft[]) => void;
}

/** Line items, as on a receipt, and what is left of the amount; a tap gives the rest to an item. */
export function SplitEditor({ entries, amount, currency, categories, parse, onChange }: SplitEditorProps) {
  const { t, locale } = useWords();
  const mark = decimalMark(locale);
  const remainder = remainderOf(amount, entries, parse);
  const set = (id: string, change: Partial<EntryDraft>) =>
    onChange(entries.map((entry) => (entry.id === id ? { ...entry, ...change } : entry)));
  const isOpen = remainder !== undefined && !isZero(remainder) && !isNegative(remainder);
  return (
    <section className="split" aria-label={t("transaction.entries")}>
      <p
        className={`spread split-rest${remainder !== undefined && isNegative(remainder) ? " over" : ""}`}
        aria-live="polite"
      >
        <span>{remainder !== undefined && isNegative(remainder) ? t("add.too_much") : t("add.remainder")}</span>
        {remainder === undefined ? "—" : <Amount amount={remainder} currency={currency} className="strong" />}
      </p>
      <ul className="stack" style={{ gap: 10 }}>
        {entries.map((entry, index) => (
          <li key={entry.id} className="split-entry">
            <input
              className="input split-amount"
              inputMode="decimal"
              aria-label={t("add.entry_amount", { number: index + 1 })}
              placeholder={isOpen && entry.amount === "" && remainder ? editableAmount(remainder, mark) : "0"}
              aria-invalid={entry.amount.trim() !== "" && parse(entry.amount) === undefined}
              value={entry.amount}
              onChange={(event) => set(entry.id, { amount: event.target.value })}
            />
            <select
              className="input"
              aria-label={t("add.entry_category", { number: index + 1 })}
              value={entry.category_id ?? ""}
              onChange={(event) => set(entry.id, { category_id: event.target.value || null })}
            >
              <option value="">{t("transaction.category")}</option>
              {categories.map(({ category_id, name }) => (
                <option key={category_id} value={category_id}>
                  {name}
                </option>
              ))}
            </select>
            <button
              type="button"
              className="icon-button"
              aria-label={t("add.remove_entry", { number: index + 1 })}
              onClick={() => onChange(entries.filter(({ id }) => id !== entry.id))}
            >
              <X size={18} />
            </button>
            <input
              className="input split-note"
              aria-label={t("add.entry_note", { number: index + 1 })}
              placeholder={t("add.note")}
              maxLength={500}
              value={entry.description}
              onChange={(event) => set(entry.id, { description: event.target.value })}
            />
            {isOpen && remainder && entry.amount.trim() === "" && (
              <button
                type="button"
                className="chip on"
                onClick={() => set(entry.id, { amount: editableAmount(remainder, mark) })}
              >
                {t("add.take_rest")}
              </button>
            )}
          </li>
        ))}
      </ul>
      <button
        type="button"
        className="button plain"
        disabled={entries.length >= 50}
        onClick={() => onChange([...entries, newEntry()])}
      >
        <Plus size={18} /> {t("add.add_entry")}
      </button>
    </section>
  );
}
