import { Shapes } from "lucide-react";
import { Link } from "wouter";
import { searchOfFilters } from "../../api/filters";
import { useCategoriesById } from "../../api/queries";
import { useReport } from "../../api/reports";
import { scopeQuery, useScope } from "../../app/scope";
import { useDisplay } from "../../app/useDisplay";
import { firstOfMonth, today } from "../../dates/days";
import { CategoryDisc, Empty, IconDisc, Loaded, SkeletonRows } from "../../design/parts";
import { useWords } from "../../i18n/language";
import { REST, sharesIn } from "../../money/display";
import { ShareRow } from "./ShareRow";

/** Where the month's money went: the six largest categories and all others. */
export function SpendingByCategory() {
  const { t } = useWords();
  const scope = useScope();
  const { currency, rates } = useDisplay();
  const categories = useCategoriesById(scope);
  const period = { from: firstOfMonth(today()), to: today() };
  const report = useReport("spending", { ...scopeQuery(scope), ...period, by: "category", type: "expense", limit: 6 });
  return (
    <section className="card flush">
      <div className="card-head spread">
        <h2>{t("home.spending")}</h2>
        <Link href="/reports/spending">{t("home.see_all")}</Link>
      </div>
      <Loaded query={report} skeleton={<SkeletonRows count={4} />}>
        {(items) => {
          const { shares, missing } = sharesIn(items, currency, rates);
          if (shares.length === 0 && missing.length === 0)
            return <Empty icon={Shapes} text={t("home.nothing_spent")} />;
          return (
            <>
              {shares.map(({ key, amount, approximate }) => {
                const category = categories.get(key);
                const isOther = key === REST;
                const title = isOther ? t("common.other") : (category?.name ?? t("category.none"));
                const sign = category ? <CategoryDisc id={key} icon={category.icon} /> : <IconDisc icon={Shapes} />;
                const filters = { ...scopeQuery(scope), ...period, type: "expense" as const, category: [key] };
                return (
                  <ShareRow
                    key={key}
                    sign={sign}
                    title={title}
                    amount={amount}
                    currency={currency}
                    converted={approximate}
                    most={shares[0]?.amount ?? "0"}
                    {...(category && { hueId: key, href: `/transactions?${searchOfFilters(filters)}` })}
                  />
                );
              })}
              {missing.length > 0 && (
                <p className="soft small share-row">{t("report.without", { currencies: missing.join(", ") })}</p>
              )}
            </>
          );
        }}
      </Loaded>
    </section>
  );
}
