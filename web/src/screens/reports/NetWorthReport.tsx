import { Landmark } from "lucide-react";
import { useState } from "react";
import { useReport } from "../../api/reports";
import { scopeQuery, useScope } from "../../app/scope";
import { Amount } from "../../design/Amount";
import { Loaded, Skeleton } from "../../design/parts";
import { useWords } from "../../i18n/language";
import { fromHundredths, toHundredths } from "../../money/decimal";
import { DataTable } from "./DataTable";
import { slotName } from "./labels";
import { Missing } from "./Missing";
import { NetWorthChart } from "./NetWorthChart";
import { NothingHappened } from "./NothingHappened";
import type { Options } from "./options";
import { netWorthSlots, type Slots } from "./slots";
import { useReportDisplay } from "./useReportDisplay";

/** What all balances came to, over time. */
export function NetWorthReport({ options }: { options: Options }) {
  const scope = scopeQuery(useScope());
  const display = useReportDisplay(options);
  const { period, interval } = options;
  const report = useReport("net-worth", { ...scope, from: period.from, to: period.to, interval });
  return (
    <Loaded query={report} skeleton={<Skeleton height={360} />}>
      {(items) => {
        const slots = netWorthSlots(items, { period, interval, ...display });
        if (slots.slots.length === 0) return <NothingHappened icon={Landmark} />;
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
  const { interval } = options;
  const [selected, setSelected] = useState<number>();
  const shown = slots[selected ?? slots.length - 1];
  const [first, amount] = [slots[0]?.values.amount ?? "0.00", shown?.values.amount ?? "0.00"];
  const change = fromHundredths(toHundredths(amount) - toHundredths(first));
  return (
    <section className="card">
      <div className="read-off" aria-live="polite">
        <h2 className="capital">{shown && slotName(locale, shown.start, interval)}</h2>
        <p className="figure">
          <Amount amount={amount} currency={currency} approximate={approximate} tone="balance" />
        </p>
        <p className="soft small">
          <Amount amount={change} currency={currency} signed /> {t("report.since_start")}
        </p>
      </div>
      <NetWorthChart slots={slots} interval={interval} selected={selected} onSelect={setSelected} />
      <DataTable
        head={[t("report.when"), t("report.net_worth")]}
        rows={slots.map(({ start, values }) => ({
          key: start,
          name: slotName(locale, start, interval),
          amounts: [values.amount],
        }))}
        currency={currency}
      />
      <Missing currencies={missing} />
    </section>
  );
}
