import { useState } from "react";
import type { Filters } from "../../api/filters";
import { Segmented, SelectField, TextField } from "../../design/Field";
import { Sheet } from "../../design/Sheet";
import { compareNames, decimalMark } from "../../i18n/format";
import { useWords } from "../../i18n/language";
import { editableAmount, parseAmount } from "../../money/input";
import type { RowContext } from "./useRowContext";

interface FilterSheetProps {
  filters: Filters;
  context: RowContext;
  onChange: (filters: Filters) => void;
  onClose: () => void;
}

/** All that a list can be limited to. */
export default function FilterSheet({ filters, context, onChange, onClose }: FilterSheetProps) {
  const { t, locale } = useWords();
  const mark = decimalMark(locale);
  const [draft, setDraft] = useState<Filters>(filters);
  const [least, setLeast] = useState(editableAmount(filters.min_amount ?? "", mark));
  const [most, setMost] = useState(editableAmount(filters.max_amount ?? "", mark));
  const set = (change: { [Name in keyof Filters]?: Filters[Name] | undefined }) =>
    setDraft(
      Object.fromEntries(
        Object.entries({ ...draft, ...change }).filter(([, value]) => value !== undefined && value !== ""),
      ),
    );
  const byName = <Item extends { name: string }>(items: Iterable<Item>) =>
    [...items].sort((one, other) => compareNames(locale)(one.name, other.name));
  const apply = () => {
    const { min_amount: _, max_amount: __, ...rest } = draft;
    const [min_amount, max_amount] = [parseAmount(least, mark, "EUR"), parseAmount(most, mark, "EUR")];
    onChange({ ...rest, ...(min_amount && { min_amount }), ...(max_amount && { max_amount }) });
    onClose();
  };
  return (
    <Sheet title={t("filter.title")} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          apply();
        }}
      >
        <Segmented
          label={t("filter.type")}
          value={draft.type ?? "all"}
          options={[
            { value: "all", text: t("filter.all") },
            { value: "expense", text: t("type.expense") },
            { value: "income", text: t("type.income") },
            { value: "movement", text: t("type.movement") },
          ]}
          onChange={(type) => set({ type: type === "all" ? undefined : type })}
        />
        <SelectField
          label={t("filter.category")}
          value={draft.category?.[0] ?? ""}
          onChange={(event) => set({ category: event.target.value ? [event.target.value] : undefined })}
        >
          <option value="">{t("filter.any")}</option>
          {byName(context.categories.values()).map(({ category_id, name }) => (
            <option key={category_id} value={category_id}>
              {name}
            </option>
          ))}
        </SelectField>
        <SelectField
          label={t("balance.one")}
          value={draft.balance_id ?? ""}
          onChange={(event) => set({ balance_id: event.target.value })}
        >
          <option value="">{t("filter.any")}</option>
          {byName(context.balances.values()).map(({ balance_id, name, currency }) => (
            <option key={balance_id} value={balance_id}>
              {name} ({currency})
            </option>
          ))}
        </SelectField>
        {context.members && (
          <SelectField
            label={t("filter.member")}
            value={draft.user_id ?? ""}
            onChange={(event) => set({ user_id: event.target.value })}
          >
            <option value="">{t("filter.any")}</option>
            {byName(context.members.values()).map(({ user_id, name }) => (
              <option key={user_id} value={user_id}>
                {name}
              </option>
            ))}
          </SelectField>
        )}
        <div className="halves">
          <TextField
            label={t("filter.from")}
            type="date"
            value={draft.from ?? ""}
            onChange={(event) => set({ from: event.target.value })}
          />
          <TextField
            label={t("filter.to")}
            type="date"
            value={draft.to ?? ""}
            onChange={(event) => set({ to: event.target.value })}
          />
        </div>
        <div className="halves">
          <TextField
            label={t("filter.least")}
            inputMode="decimal"
            value={least}
            onChange={(event) => setLeast(event.target.value)}
          />
          <TextField
            label={t("filter.most")}
            inputMode="decimal"
            value={most}
            onChange={(event) => setMost(event.target.value)}
          />
        </div>
        <SelectField
          label={t("filter.state")}
          value={draft.approved === undefined ? "" : String(draft.approved)}
          onChange={(event) => set({ approved: event.target.value === "" ? undefined : event.target.value === "true" })}
        >
          <option value="">{t("filter.any")}</option>
          <option value="true">{t("filter.approved")}</option>
          <option value="false">{t("filter.pending")}</option>
        </SelectField>
        <Segmented
          label={t("filter.sort")}
          value={draft.sorted_by ?? "transacted_at"}
          options={[
            { value: "transacted_at", text: t("filter.by_date") },
            { value: "amount", text: t("filter.by_amount") },
          ]}
          onChange={(sorted_by) => set({ sorted_by: sorted_by === "amount" ? "amount" : undefined })}
        />
        <div className="sheet-foot halves">
          <button
            type="button"
            className="button quiet"
            onClick={() => {
              onChange(filters.q ? { q: filters.q } : {});
              onClose();
            }}
          >
            {t("filter.clear")}
          </button>
          <button type="submit" className="button primary">
            {t("filter.apply")}
          </button>
        </div>
      </form>
    </Sheet>
  );
}
