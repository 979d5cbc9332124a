import { moneyParts } from "../i18n/format";
import { useWords } from "../i18n/language";
import { isNegative } from "../money/decimal";

interface AmountProps {
  amount: string;
  currency: string;
  /** Shows a plus, too. */
  signed?: boolean;
  /** Income is set in the accent; an overdrawn balance in red. */
  tone?: "income" | "balance";
  approximate?: boolean;
  className?: string;
}

/** Money, with its minor units smaller. */
export function Amount({ amount, currency, signed = false, tone, approximate = false, className = "" }: AmountProps) {
  const { locale, t } = useWords();
  const parts = moneyParts(locale, amount, currency, signed);
  const minorFrom = parts.findIndex(({ type }) => type === "decimal");
  const minorTo = parts.findIndex(({ type }) => type === "fraction") + 1;
  const text = (from: number, to?: number) =>
    parts
      .slice(from, to)
      .map(({ value }) => value)
      .join("");
  const color = tone === "income" ? " income" : tone === "balance" && isNegative(amount) ? " overdrawn" : "";
  return (
    <span className={`amount${color} ${className}`}>
      {approximate && (
        <>
          <span className="about" aria-hidden="true">
            ≈{" "}
          </span>
          <span className="only-read">{t("common.about")} </span>
        </>
      )}
      {minorFrom < 0 ? (
        text(0)
      ) : (
        <>
          {text(0, minorFrom)}
          <span className="minor">{text(minorFrom, minorTo)}</span>
          {text(minorTo)}
        </>
      )}
    </span>
  );
}
