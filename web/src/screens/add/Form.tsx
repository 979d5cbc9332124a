import { X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useLocation } from "wouter";
import type { Balance, Transaction } from "../../api/client";
import { decimalsOf } from "../../api/currencies";
import { useCategories } from "../../api/queries";
import { goBack } from "../../app/navigation";
import { toast } from "../../app/toasts";
import { Segmented } from "../../design/Field";
import type { TextKey } from "../../i18n/en";
import { decimalMark, formatMoney } from "../../i18n/format";
import { useWords } from "../../i18n/language";
import { evaluate, press, pressAnew } from "../../money/calculator";
import { parseAmount } from "../../money/input";
import { AmountDisplay } from "./AmountDisplay";
import { BalancePick } from "./BalancePick";
import { CategoryGrid } from "./CategoryGrid";
import { bodyOfDraft, type Draft, type Lack, newEntry } from "./draft";
import { Extras } from "./Extras";
import { Keypad } from "./Keypad";
import { rememberBalance } from "./lastBalance";
import { SplitEditor } from "./SplitEditor";
import { usePadKeys } from "./usePadKeys";
import { useSave } from "./useSave";

const LACKS: Record<Lack, TextKey> = {
  amount: "add.lacks_amount",
  balance: "add.lacks_balance",
  to_balance: "add.lacks_to_balance",
  to_amount: "add.lacks_to_amount",
  entries: "add.lacks_entries",
};

interface FormProps {
  balances: Balance[];
  initial: Draft;
  /** What is changed; undefined when something new is recorded. */
  edited: Transaction | undefined;
}

/** Amount, category, save: the rest is optional, and remembered. */
export function Form({ balances, initial, edited }: FormProps) {
  const { t, locale } = useWords();
  const [, navigate] = useLocation();
  const [draft, setDraft] = useState(initial);
  /** Which of the two amounts of a movement the pad fills. */
  const [pad, setPad] = useState<"input" | "toInput">("input");
  const typed = useRef(new Set<typeof pad>());
  const save = useSave();
  const set = (change: Partial<Draft>) => setDraft((before) => ({ ...before, ...change }));
  const find = (id: string | undefined) => balances.find(({ balance_id }) => balance_id === id);
  const [from, to] = [find(draft.fromId), find(draft.toId)];
  const currency = from?.currency ?? edited?.currency ?? "EUR";
  const isMovement = draft.type === "movement";
  const exchanges = isMovement && to !== undefined && to.currency !== currency;
  const categories = useCategories(from?.user_id ?? edited?.user_id);
  const ofType = categories.data?.filter(({ type }) => type === draft.type);
  const parse = (text: string) => parseAmount(text, decimalMark(locale), currency);
  const body = bodyOfDraft(draft, { currency, toCurrency: to?.currency, parse, before: edited });
  const amount = evaluate(draft.input, currency);
  const isSplit = !isMovement && draft.entries !== undefined;

  useEffect(() => {
    document.title = `${edited ? t("add.edit_title") : t("add.title")} · Ahorro`;
  }, [edited, t]);
  const key = (name: string) => {
    const field = exchanges ? pad : "input";
    const decimals = decimalsOf(field === "toInput" ? (to?.currency ?? currency) : currency);
    const next = typed.current.has(field) ? press : pressAnew;
    typed.current.add(field);
    setDraft((before) => ({ ...before, [field]: next(before[field], name, decimals) }));
  };
  const close = () => goBack(navigate, edited ? `/transactions/${edited.transaction_id}` : "/");
  const submit = () => {
    if (typeof body === "string") {
      toast(t(LACKS[body]));
      if (body === "to_amount") setPad("toInput");
      return;
    }
    rememberBalance(body.from_balance_id);
    void save(body, { edited, balance: from, currency });
    close();
  };
  usePadKeys({ key, submit, close });
  return (
    <form
      className={`add${isSplit ? " splitting" : ""}`}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <header className="add-head">
        <button type="button" className="icon-button" aria-label={t("common.close")} onClick={close}>
          <X size={22} />
        </button>
        <h1 className="only-read">{edited ? t("add.edit_title") : t("add.title")}</h1>
        <div className="grow">
          <Segmented
            label={t("filter.type")}
            value={draft.type}
            options={[
              { value: "expense", text: t("type.expense") },
              { value: "income", text: t("type.income") },
              { value: "movement", text: t("type.movement") },
            ]}
            onChange={(type) => set({ type, ...(type !== draft.type && { categoryId: null, entries: undefined }) })}
          />
        </div>
      </header>
      <div className="add-pad">
        <AmountDisplay
          draft={draft}
          currency={currency}
          toCurrency={exchanges ? to.currency : undefined}
          active={exchanges ? pad : "input"}
          onActivate={setPad}
        />
        <BalancePick
          balances={balances}
          type={draft.type}
          fromId={draft.fromId}
          toId={draft.toId}
          onFrom={(fromId) => set({ fromId, ...(fromId === draft.toId && { toId: undefined }) })}
          onTo={(toId) => set({ toId })}
        />
      </div>
      <div className="add-details">
        {!isMovement && !isSplit && (
          <CategoryGrid categories={ofType} value={draft.categoryId} onChange={(categoryId) => set({ categoryId })} />
        )}
        {isSplit && (
          <SplitEditor
            entries={draft.entries ?? []}
            amount={amount ?? "0.00"}
            currency={currency}
            categories={ofType ?? []}
            parse={parse}
            onChange={(entries) => set({ entries: entries.length === 0 ? undefined : entries })}
          />
        )}
        <Extras
          draft={draft}
          onChange={set}
          onSplit={
            isMovement || isSplit
              ? undefined
              : () => set({ entries: [newEntry("", draft.categoryId), newEntry()], categoryId: null })
          }
        />
      </div>
      <div className="add-keys">
        <Keypad onKey={key} decimals={decimalsOf(currency)} />
        <button type="submit" className="button primary wide" aria-disabled={typeof body === "string"}>
          {amount !== undefined && typeof body !== "string"
            ? t("add.save_amount", { amount: formatMoney(locale, amount, currency) })
            : t("common.save")}
        </button>
      </div>
    </form>
  );
}
