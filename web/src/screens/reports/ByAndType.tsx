import type { By } from "../../api/analytics";
import { useScope } from "../../app/scope";
import { useWords } from "../../i18n/language";
import { ChipSelect } from "./ChipSelect";
import type { Options } from "./options";

/** By what, and whether what went out or came in. */
export function ByAndType({ options, onChange }: { options: Options; onChange: (change: Partial<Options>) => void }) {
  const { t } = useWords();
  const scope = useScope();
  const choices: { value: By; text: string }[] = [
    { value: "category", text: t("report.by_category") },
    { value: "balance", text: t("report.by_balance") },
    ...(scope.groupId === undefined ? [] : [{ value: "user" as const, text: t("report.by_member") }]),
  ];
  return (
    <>
      <ChipSelect label={t("report.by")} value={options.by} options={choices} onChange={(by) => onChange({ by })} />
      <ChipSelect
        label={t("filter.type")}
        value={options.type}
        options={[
          { value: "expense", text: t("type.expense") },
          { value: "income", text: t("type.income") },
        ]}
        onChange={(type) => onChange({ type })}
      />
    </>
  );
}
