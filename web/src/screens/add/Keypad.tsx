import { Delete } from "lucide-react";
import { decimalMark } from "../../i18n/format";
import { useWords } from "../../i18n/language";

const ROWS = [
  ["7", "8", "9", "/"],
  ["4", "5", "6", "*"],
  ["1", "2", "3", "-"],
  [".", "0", "backspace", "+"],
];
const SIGNS: Record<string, string> = { "/": "÷", "*": "×", "-": "−", "+": "+" };

/** Digits and the four rules. */
export function Keypad({ onKey, decimals }: { onKey: (key: string) => void; decimals: 0 | 2 }) {
  const { t, locale } = useWords();
  const labels: Record<string, string> = {
    "/": t("keypad.divide"),
    "*": t("keypad.multiply"),
    "-": t("keypad.minus"),
    "+": t("keypad.plus"),
    ".": t("keypad.decimal"),
    backspace: t("keypad.backspace"),
  };
  return (
    <fieldset className="keypad">
      <legend className="only-read">{t("keypad.label")}</legend>
      {ROWS.flat().map((key) => (
        <button
          key={key}
          type="button"
          className={key in SIGNS ? "operator" : undefined}
          aria-label={labels[key]}
          onClick={() => onKey(key)}
          aria-disabled={key === "." && decimals === 0 ? true : undefined}
        >
          {key === "backspace" ? <Delete size={22} /> : key === "." ? decimalMark(locale) : (SIGNS[key] ?? key)}
        </button>
      ))}
    </fieldset>
  );
}
