import { BarChart3 } from "lucide-react";
import { useState } from "react";
import { Link } from "wouter";
import { searchOfFilters } from "../../api/filters";
import { useReport } from "../../api/reports";
import { scopeQuery, useScope } from "../../app/scope";
import { slotOf } from "../../dates/periods";
import { Amount } from "../../design/Amount";
import { Loaded, Skeleton } from "../../design/parts";
import { useWords } from "../../i18n/language";
import { add } from "../../money/decimal";
import { CashFlowChart } from "./CashFlowChart";
import { DataTable } from "./DataTable";
import { slotName } from "./labels";
import { Missing } from "./Missing";
import { NothingHappened } from "./NothingHappened";
import type { Options } from "./options";
import { cashFlowSlots, type Slots } from "./slots";
import { useReportDisplay } from "./useReportDisplay";

/** What came in, what went out, and what was left. */
export function CashFlowReport({ options }: { options: Options }) {
  const scope = scopeQuery(useScope());
  const display = useReportDisplay(options);
  const { period, interval } = options;
  const report = useReport("cash-flow", { ...scope, from: period.from, to: period.to, interval });
  return (
    <Loaded query={report} skeleton={<Skeleton height={360} />}>
      {(items) => {
        if (items.every(({ count }) => count === 0)) return <NothingHappened icon={BarChart3} />;
        const slots = cashFlowSlots(items, { period, interval, ...display });
        return <View key={`${period.from} ${interval}`} slots={slots} options={options} currency={display.currency} />;
      }}
    </Loaded>
  );
}

function View({
  slots: { slots, approximate, missing },
  options,
  currency,
}: {
  slots: Slots;
  options: Options;
  currency: string;
}) {
  const { t, locale } = useWords();
  const scope = scopeQuery(useScope());
  const { period, interval } = options;
  const [selected, setSelected] = useState<number>();
  const chosen = selected === undefined ? slots : slots.slice(selected, selected + 1);
  const sum = (name: string) => add(...chosen.map(({ values }) => values[name] ?? "0.00"));
  const start = selected === undefined ? undefined : slots[selected]?.start;
  const range = start === undefined ? period : slotOf(start, interval, period);
  const link = (type?: "expense" | "income") =>
    `/transactions?${searchOfFilters({ ...scope, from: range.from, to: range.to, ...(type && { type }) })}`;
  const figure = (title: string, name: "income" | "expense" | "net", tone?: "income" | "balance") => (
    <Link href={link(name === "net" ? undefined : name)} className="read-off-figure">
      <span className="soft small">{title}</span>
      <Amount amount={sum(name)} currency={currency} approximate={approximate} {...(tone && { tone })} />
    </Link>
  );
  return (
    <section className="card">
      <div className="read-off" aria-live="polite">
        <h2 className="capital">
          {start === undefined ? t("report.whole_period") : slotName(locale, start, interval)}
        </h2>
        <div className="read-off-figures">
          {figure(t("home.left"), "net")}
          {figure(t("home.in"), "income", "income")}
          {figure(t("home.out"), "expense")}
        </div>
      </div>
      <CashFlowChart slots={slots} interval={interval} selected={selected} onSelect={setSelected} />
      <DataTable
        head={[t("report.when"), t("home.in"), t("home.out"), t("home.left")]}
        rows={slots.map(({ start: day, values }) => ({
          key: day,
          name: slotName(locale, day, interval),
          amounts: [values.income, values.expense, values.net],
        }))}
        currency={currency}
      />
      <Missing currencies={missing} />
    </section>
  );
}
