import { isCurrency } from "../api/currencies";
import { compareNames, currencyName } from "../i18n/format";
import { useWords } from "../i18n/language";
import { SelectField } from "./Field";

const all = Intl.supportedValuesOf("currency").filter(isCurrency);
/** What most people look for comes first. */
const USUAL = ["EUR", "USD", "GBP", "MXN", "ARS", "COP", "CLP", "PEN", "CHF"];

export function CurrencySelect({
  label,
  value,
  disabled = false,
  onChange,
}: {
  label: string;
  value: string;
  disabled?: boolean;
  onChange: (currency: string) => void;
}) {
  const { locale, t } = useWords();
  const compare = compareNames(locale);
  const option = (code: string) => (
    <option key={code} value={code}>
      {currencyName(locale, code)} ({code})
    </option>
  );
  const rest = all
    .filter((code) => !USUAL.includes(code))
    .sort((one, other) => compare(currencyName(locale, one), currencyName(locale, other)));
  return (
    <SelectField label={label} value={value} disabled={disabled} onChange={(event) => onChange(event.target.value)}>
      <optgroup label={t("currency.usual")}>{USUAL.map(option)}</optgroup>
      <optgroup label={t("currency.all")}>{rest.map(option)}</optgroup>
    </SelectField>
  );
}
