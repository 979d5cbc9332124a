import { ChevronDown, ChevronUp } from "lucide-react";
import { useState } from "react";
import type { Category } from "../../api/client";
import { CategoryDisc, Skeleton } from "../../design/parts";
import { useWords } from "../../i18n/language";

/** So many fill two lines on a phone, with the button for all. */
const FEW = 7;

interface CategoryGridProps {
  /** The most used first. */
  categories: Category[] | undefined;
  value: string | null;
  onChange: (id: string | null) => void;
}

/** Categories, the most used first; one tap chooses, another takes it back. */
export function CategoryGrid({ categories, value, onChange }: CategoryGridProps) {
  const { t } = useWords();
  const [all, setAll] = useState(false);
  if (categories === undefined) return <Skeleton height={150} />;
  const chosen = categories.findIndex(({ category_id }) => category_id === value);
  // What is chosen stays in view, in the last place of the few.
  const few =
    chosen >= FEW
      ? [...categories.slice(0, FEW - 1), ...categories.slice(chosen, chosen + 1)]
      : categories.slice(0, FEW);
  const shown = all ? categories : few;
  return (
    <fieldset className={`category-grid${all ? " all" : ""}`}>
      <legend className="only-read">{t("transaction.category")}</legend>
      {shown.map(({ category_id, name, icon }) => (
        <button
          key={category_id}
          type="button"
          className="category-choice"
          aria-pressed={category_id === value}
          onClick={() => {
            onChange(category_id === value ? null : category_id);
            setAll(false);
          }}
        >
          <CategoryDisc id={category_id} icon={icon} />
          <span>{name}</span>
        </button>
      ))}
      {categories.length > FEW && (
        <button type="button" className="category-choice" aria-expanded={all} onClick={() => setAll(!all)}>
          <span className="disc neutral">{all ? <ChevronUp size={20} /> : <ChevronDown size={20} />}</span>
          <span>{t(all ? "add.few_categories" : "add.all_categories")}</span>
        </button>
      )}
    </fieldset>
  );
}
