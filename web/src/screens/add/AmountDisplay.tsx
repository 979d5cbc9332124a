import { Amount } from "../../design/Amount";
import { decimalMark, formatNumber } from "../../i18n/format";
import { useWords } from "../../i18n/language";
import { evaluate, isSum } from "../../money/calculator";
import { impliedRate } from "../../money/rates";
import type { Draft } from "./draft";

interface AmountDisplayProps {
  draft: Draft;
  currency: string;
  /** Of what arrives, where it is another. */
  toCurrency: string | undefined;
  active: "input" | "toInput";
  onActivate: (field: "input" | "toInput") => void;
}

/** What the pad has so far; of a movement between currencies both amounts, and the rate that they make. */
export function AmountDisplay({ draft, currency, toCurrency, active, onActivate }: AmountDisplayProps) {
  const { t, locale } = useWords();
  const [sent, received] = [evaluate(draft.input, currency), toCurrency && evaluate(draft.toInput, toCurrency)];
  if (toCurrency === undefined) {
    return (
      <div className="amount-display" aria-live="polite">
        <Typed input={draft.input} currency={currency} large />
      </div>
    );
  }
  const rate = sent && received ? impliedRate(sent, received) : undefined;
  const field = (name: "input" | "toInput", label: string, of: string) => (
    <button type="button" className="amount-field" aria-pressed={active === name} onClick={() => onActivate(name)}>
      <span className="soft small">{label}</span>
      <Typed input={draft[name]} currency={of} />
    </button>
  );
  return (
    <div className="amount-display two">
      {field("input", t("add.sent"), currency)}
      {field("toInput", t("add.received"), toCurrency)}
      <p className="soft small rate" aria-live="polite">
        {rate === undefined ? t("add.two_amounts") : `1 ${currency} = ${formatNumber(locale, rate, 4)} ${toCurrency}`}
      </p>
    </div>
  );
}

/** The sum that is being typed, small, and what it comes to. */
function Typed({ input, currency, large = false }: { input: string; currency: string; large?: boolean }) {
  const { locale } = useWords();
  const mark = decimalMark(locale);
  const spoken = input
    .replace(/\./g, mark)
    .replace(/\*/g, " × ")
    .replace(/\//g, " ÷ ")
    .replace(/-/g, " − ")
    .replace(/\+/g, " + ");
  const showsSum = isSum(input) || /[+\-*/]$/.test(input);
  return (
    <>
      {large && <span className="sum soft">{showsSum ? spoken : "\u00a0"}</span>}
      <span className={`figure${large ? " large" : ""}${input === "" ? " nothing" : ""}`}>
        <Amount amount={evaluate(input, currency) ?? "0.00"} currency={currency} />
      </span>
      {!large && showsSum && <span className="sum soft">{spoken}</span>}
    </>
  );
}
