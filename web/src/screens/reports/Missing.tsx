import { useWords } from "../../i18n/language";

/** Says what a report leaves out, rather than to add up what cannot be. */
export function Missing({ currencies }: { currencies: string[] }) {
  const { t } = useWords();
  if (currencies.length === 0) return null;
  return <p className="soft small">{t("report.without", { currencies: currencies.join(", ") })}</p>;
}
