import "./reports.css";
import { ChevronLeft, ChevronRight } from "lucide-react";
import { Link, useLocation, useSearch } from "wouter";
import { useScopeBalances } from "../../api/queries";
import { PageHead } from "../../app/PageHead";
import { useScope } from "../../app/scope";
import { useDisplay } from "../../app/useDisplay";
import { today } from "../../dates/days";
import { type Interval, type Period, type PeriodKind, periodOf, stepPeriod, usualInterval } from "../../dates/periods";
import type { TextKey } from "../../i18n/en";
import { formatDate, formatMonth } from "../../i18n/format";
import { useWords } from "../../i18n/language";
import { ByAndType } from "./ByAndType";
import { CashFlowReport } from "./CashFlowReport";
import { ChipSelect } from "./ChipSelect";
import { NetWorthReport } from "./NetWorthReport";
import { INTERVALS, type Options, optionsOf, PERIODS, REPORTS, type ReportName, searchOfOptions } from "./options";
import { SpendingReport } from "./SpendingReport";
import { TrendsReport } from "./TrendsReport";

const TABS: Record<ReportName, TextKey> = {
  "cash-flow": "report.cash_flow",
  spending: "report.spending",
  trends: "report.trends",
  "net-worth": "report.net_worth",
};
const KINDS: Record<PeriodKind, TextKey> = {
  month: "period.month",
  quarter: "period.quarter",
  year: "period.year",
  twelve_months: "period.twelve_months",
};
const INTERVAL_TEXTS: Record<Interval, TextKey> = {
  day: "interval.day",
  week: "interval.week",
  month: "interval.month",
  quarter: "interval.quarter",
  year: "interval.year",
};

/** Where did it go? How does it develop? */
export default function Reports({ report: asked }: { report: string | undefined }) {
  const { t } = useWords();
  const search = useSearch();
  const [, navigate] = useLocation();
  const report = REPORTS.find((name) => name === asked) ?? "cash-flow";
  const options = optionsOf(search, report, today());
  const set = (change: Partial<Options>) =>
    navigate(`/reports/${report}?${searchOfOptions({ ...options, ...change })}`, { replace: true });
  return (
    <>
      <PageHead title={t("nav.reports")} scoped />
      <div className="page stack">
        <nav className="segmented report-tabs" aria-label={t("nav.reports")}>
          {REPORTS.map((name) => (
            <Link key={name} href={`/reports/${name}`} aria-current={name === report ? "page" : undefined}>
              {t(TABS[name])}
            </Link>
          ))}
        </nav>
        <div className="report-bar">
          <Stepper period={options.period} onChange={(period) => set({ period })} />
          <div className="report-selects">
            <ChipSelect
              label={t("report.period")}
              value={options.period.kind}
              options={PERIODS.map((kind) => ({ value: kind, text: t(KINDS[kind]) }))}
              onChange={(kind) =>
                set({
                  period: periodOf(kind, options.period.to < today() ? options.period.to : today()),
                  interval: usualInterval(kind),
                })
              }
            />
            {report !== "spending" && (
              <ChipSelect
                label={t("report.interval")}
                value={options.interval}
                options={INTERVALS.map((interval) => ({ value: interval, text: t(INTERVAL_TEXTS[interval]) }))}
                onChange={(interval) => set({ interval })}
              />
            )}
            {(report === "spending" || report === "trends") && <ByAndType options={options} onChange={set} />}
            <CurrencyChip value={options.currency} onChange={(currency) => set({ currency })} />
          </div>
        </div>
        {report === "cash-flow" && <CashFlowReport options={options} />}
        {report === "spending" && <SpendingReport options={options} />}
        {report === "trends" && <TrendsReport options={options} />}
        {report === "net-worth" && <NetWorthReport options={options} />}
      </div>
    </>
  );
}

function Stepper({ period, onChange }: { period: Period; onChange: (period: Period) => void }) {
  const { t, locale } = useWords();
  const next = stepPeriod(period, 1);
  return (
    <div className="stepper">
      <button
        type="button"
        className="icon-button"
        aria-label={t("report.previous")}
        onClick={() => onChange(stepPeriod(period, -1))}
      >
        <ChevronLeft size={20} />
      </button>
      <span className="capital block" aria-live="polite">
        {periodText(locale, period)}
      </span>
      <button
        type="button"
        className="icon-button"
        aria-label={t("report.next")}
        disabled={next.from > today()}
        onClick={() => onChange(next)}
      >
        <ChevronRight size={20} />
      </button>
    </div>
  );
}

const periodText = (locale: string, { kind, from, to }: Period): string => {
  if (kind === "month") return formatMonth(locale, from);
  if (kind === "year") return from.slice(0, 4);
  const month = (day: string) => formatDate(locale, day, { month: "short", year: "numeric" });
  return `${month(from)} – ${month(to)}`;
};

/** The currency that all is shown in, as far as rates are known. */
function CurrencyChip({ value, onChange }: { value: string | undefined; onChange: (currency: string) => void }) {
  const { t } = useWords();
  const { currency } = useDisplay();
  const balances = useScopeBalances(useScope()).data ?? [];
  const currencies = [...new Set([currency, ...balances.map((balance) => balance.currency)])];
  if (currencies.length < 2) return null;
  return (
    <ChipSelect
      label={t("report.currency")}
      value={value ?? currency}
      options={currencies.map((code) => ({ value: code, text: code }))}
      onChange={onChange}
    />
  );
}
