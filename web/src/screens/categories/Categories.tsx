import "./categories.css";
import { Plus, Shapes } from "lucide-react";
import { useState } from "react";
import type { Category } from "../../api/client";
import { useCategories } from "../../api/queries";
import { PageHead } from "../../app/PageHead";
import { useSession } from "../../auth/useSession";
import { Segmented } from "../../design/Field";
import { CategoryDisc, Empty, Loaded } from "../../design/parts";
import { useWords } from "../../i18n/language";
import { CategorySheet } from "./CategorySheet";

/** One's own categories, the most used first. */
export default function Categories() {
  const { t } = useWords();
  const categories = useCategories(useSession()?.userId);
  const [type, setType] = useState<Category["type"]>("expense");
  const [opened, setOpened] = useState<Category | "new">();
  return (
    <>
      <PageHead title={t("nav.categories")} back="/more">
        <button type="button" className="icon-button" aria-label={t("categories.add")} onClick={() => setOpened("new")}>
          <Plus size={22} />
        </button>
      </PageHead>
      <div className="page stack narrow">
        <Segmented
          label={t("filter.type")}
          value={type}
          options={[
            { value: "expense", text: t("type.expense") },
            { value: "income", text: t("type.income") },
          ]}
          onChange={setType}
        />
        <Loaded query={categories}>
          {(all) => {
            const shown = all.filter((category) => category.type === type);
            if (shown.length === 0) {
              return (
                <Empty icon={Shapes} text={t("categories.empty")}>
                  <button type="button" className="button primary" onClick={() => setOpened("new")}>
                    {t("categories.add")}
                  </button>
                </Empty>
              );
            }
            return (
              <ul className="card flush">
                {shown.map((category) => (
                  <li key={category.category_id}>
                    <button type="button" className="list-row" onClick={() => setOpened(category)}>
                      <CategoryDisc id={category.category_id} icon={category.icon} />
                      <span className="grow title ellipsis">{category.name}</span>
                    </button>
                  </li>
                ))}
              </ul>
            );
          }}
        </Loaded>
      </div>
      {opened && (
        <CategorySheet
          category={opened === "new" ? undefined : opened}
          type={type}
          onClose={() => setOpened(undefined)}
        />
      )}
    </>
  );
}
