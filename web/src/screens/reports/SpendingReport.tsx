import { Shapes, Wallet } from "lucide-react";
import type { By } from "../../api/analytics";
import { type Filters, searchOfFilters } from "../../api/filters";
import { useCategoriesById, useMembers, useScopeBalances } from "../../api/queries";
import { useReport } from "../../api/reports";
import { scopeQuery, useScope } from "../../app/scope";
import { Amount } from "../../design/Amount";
import { Avatar, CategoryDisc, IconDisc, Loaded, SkeletonRows } from "../../design/parts";
import { formatPercent } from "../../i18n/format";
import { useWords } from "../../i18n/language";
import { add, approximate } from "../../money/decimal";
import { REST, sharesIn } from "../../money/display";
import { ShareRow } from "../home/ShareRow";
import { Missing } from "./Missing";
import { NothingHappened } from "./NothingHappened";
import type { Options } from "./options";
import { useReportDisplay } from "./useReportDisplay";

/** Where did it go? By category, balance or person, the largest first. */
export function SpendingReport({ options }: { options: Options }) {
  const { t, locale } = useWords();
  const scope = useScope();
  const name = useKeyName(options.by);
  const { currency, rates } = useReportDisplay(options);
  const { period, by, type } = options;
  const range = { from: period.from, to: period.to };
  const report = useReport("spending", { ...scopeQuery(scope), ...range, by, type });
  const filters = (key: string): Filters => ({
    ...scopeQuery(scope),
    ...range,
    type,
    ...(by === "category" ? { category: [key] } : by === "balance" ? { balance_id: key } : { user_id: key }),
  });
  return (
    <Loaded query={report} skeleton={<SkeletonRows count={8} />}>
      {(items) => {
        if (items.length === 0) return <NothingHappened icon={Shapes} />;
        const { shares, missing } = sharesIn(items, currency, rates);
        const total = add("0.00", ...shares.map(({ amount }) => amount));
        const isApproximate = shares.some((share) => share.approximate);
        return (
          <section className="card flush">
            <div className="report-total">
              <p className="soft small">{t(type === "expense" ? "home.out" : "home.in")}</p>
              <p className="figure">
                <Amount amount={total} currency={currency} approximate={isApproximate} />
              </p>
            </div>
            {shares.map(({ key, amount, approximate: converted }) => {
              const { title, sign, known } = name(key);
              const percent = formatPercent(locale, approximate(amount) / Math.max(approximate(total), 0.01));
              return (
                <ShareRow
                  key={key}
                  sign={sign}
                  title={`${title} · ${percent}`}
                  amount={amount}
                  currency={currency}
                  converted={converted}
                  most={shares[0]?.amount ?? "0"}
                  {...(known && { hueId: key, href: `/transactions?${searchOfFilters(filters(key))}` })}
                />
              );
            })}
            <Missing currencies={missing} />
          </section>
        );
      }}
    </Loaded>
  );
}

/** How a key of a report is called and drawn. */
export function useKeyName(by: By) {
  const { t } = useWords();
  const scope = useScope();
  const categories = useCategoriesById(scope);
  const balances = useScopeBalances(scope).data;
  const members = useMembers(scope.groupId).data;
  return (key: string) => {
    if (by === "category") {
      const category = categories.get(key);
      const sign = category ? <CategoryDisc id={key} icon={category.icon} /> : <IconDisc icon={Shapes} />;
      return {
        title: category?.name ?? (key === REST ? t("common.other") : t("category.none")),
        sign,
        known: category !== undefined,
      };
    }
    if (by === "balance") {
      const balance = balances?.find(({ balance_id }) => balance_id === key);
      return { title: balance?.name ?? t("balance.former"), sign: <IconDisc icon={Wallet} />, known: key !== REST };
    }
    const member = members?.find(({ user_id }) => user_id === key);
    const title = member?.name ?? t("member.former");
    return { title, sign: <Avatar id={key} name={title} />, known: key !== REST };
  };
}
