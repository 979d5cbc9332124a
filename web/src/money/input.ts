/** Amounts as people type them: `1.234,56` or `1,234.56`, by the locale's decimal mark. */
import { decimalsOf } from "../api/currencies";

/** The amount as the API takes it; undefined when it is none. */
export const parseAmount = (text: string, mark: string, currency: string): string | undefined => {
  const trimmed = text.replace(/[\s\u00a0\u202f'’]/g, "").replace("−", "-");
  // Who types the other mark before one or two last digits means decimals.
  const decimal = trimmed.includes(mark) || !/[.,]\d{1,2}$/.test(trimmed) ? mark : trimmed.includes(".") ? "." : ",";
  const other = decimal === "," ? "." : ",";
  const plain = trimmed.replaceAll(other, "").replace(decimal, ".");
  if (!/^-?\d{1,16}(\.\d{0,2})?$/.test(plain)) return undefined;
  const [whole = "0", decimals = ""] = plain.split(".");
  if (decimalsOf(currency) === 0 && /[1-9]/.test(decimals)) return undefined;
  return `${whole.replace(/^(-?)0+(?=\d)/, "$1")}.${decimals.padEnd(2, "0")}`;
};

/** The amount as it stands in an input. */
export const editableAmount = (amount: string, mark: string): string => amount.replace(/\.00$/, "").replace(".", mark);
