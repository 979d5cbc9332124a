import { TrendingUp } from "lucide-react";
import type { CSSProperties } from "react";
import { Link } from "wouter";
import { searchOfFilters } from "../../api/filters";
import { useReport } from "../../api/reports";
import { scopeQuery, useScope } from "../../app/scope";
import { Amount } from "../../design/Amount";
import { hueOf } from "../../design/hue";
import { Loaded, Skeleton } from "../../design/parts";
import { useWords } from "../../i18n/language";
import { add, approximate } from "../../money/decimal";
import { DataTable } from "./DataTable";
import { slotName } from "./labels";
import { NothingHappened } from "./NothingHappened";
import type { Options } from "./options";
import { useKeyName } from "./SpendingReport";
import { type Amounts, trendSlots } from "./slots";
import { useReportDisplay } from "./useReportDisplay";

/** How does it develop? A small chart for each category, balance or person, all to one scale of time. */
export function TrendsReport({ options }: { options: Options }) {
  const { t, locale } = useWords();
  const scope = useScope();
  const name = useKeyName(options.by);
  const { currency, rates } = useReportDisplay(options);
  const { period, interval, by, type } = options;
  const range = { from: period.from, to: period.to };
  const report = useReport("trends", { ...scopeQuery(scope), ...range, by, type, interval });
  return (
    <Loaded query={report} skeleton={<Skeleton height={320} />}>
      {(items) => {
        const trends = trendSlots(items, { period, interval, currency, rates });
        if (trends.length === 0) return <NothingHappened icon={TrendingUp} />;
        return (
          <>
            <ul className="multiples">
              {trends.map(({ key, slots }) => {
                const { title, sign, known } = name(key);
                const filters = {
                  ...scopeQuery(scope),
                  ...range,
                  type,
                  ...(by === "category"
                    ? { category: [key] }
                    : by === "balance"
                      ? { balance_id: key }
                      : { user_id: key }),
                };
                const content = (
                  <>
                    <span className="row">
                      {sign}
                      <span className="grow">
                        <span className="title two-lines">{title}</span>
                        <Amount
                          amount={add(...slots.map(({ values }) => values.amount ?? "0.00"))}
                          currency={currency}
                          className="soft small"
                        />
                      </span>
                    </span>
                    <SmallBars slots={slots} id={key} />
                  </>
                );
                return (
                  <li key={key}>
                    {known ? (
                      <Link href={`/transactions?${searchOfFilters(filters)}`} className="card multiple">
                        {content}
                      </Link>
                    ) : (
                      <div className="card multiple">{content}</div>
                    )}
                  </li>
                );
              })}
            </ul>
            <DataTable
              head={[t("report.when"), ...trends.map(({ key }) => name(key).title)]}
              rows={(trends[0]?.slots ?? []).map(({ start }, index) => ({
                key: start,
                name: slotName(locale, start, interval),
                amounts: trends.map(({ slots }) => slots[index]?.values.amount),
              }))}
              currency={currency}
            />
          </>
        );
      }}
    </Loaded>
  );
}

function SmallBars({ slots, id }: { slots: Amounts[]; id: string }) {
  const values = slots.map((slot) => Math.max(0, approximate(slot.values.amount ?? "0")));
  const most = Math.max(...values, 1);
  const step = 100 / values.length;
  return (
    <svg
      className="small-bars"
      viewBox="0 0 100 40"
      preserveAspectRatio="none"
      aria-hidden="true"
      style={{ "--hue": hueOf(id) } as CSSProperties}
    >
      {values.map((value, index) => (
        <rect
          key={slots[index]?.start}
          x={index * step + step * 0.12}
          width={step * 0.76}
          y={40 - (38 * value) / most}
          height={(38 * value) / most}
        />
      ))}
    </svg>
  );
}
