import type { CashFlow } from "../../api/analytics";
import { useReport } from "../../api/reports";
import { scopeQuery, useScope } from "../../app/scope";
import { useDisplay } from "../../app/useDisplay";
import { addMonths, firstOfMonth, today } from "../../dates/days";
import { Amount } from "../../design/Amount";
import { Loaded, Skeleton } from "../../design/parts";
import { formatDate, formatMoney, formatMonth } from "../../i18n/format";
import { useWords } from "../../i18n/language";
import { abs, approximate, fromHundredths, isZero, toHundredths } from "../../money/decimal";
import { totalIn } from "../../money/display";

/** This month so far: in, out and left; and what had gone out by the same day of the last one. */
export function Month() {
  const { t, locale } = useWords();
  const scope = scopeQuery(useScope());
  const now = today();
  const before = addMonths(now, -1);
  const flow = useReport("cash-flow", { ...scope, from: firstOfMonth(now), to: now, interval: "month" });
  const last = useReport("cash-flow", { ...scope, from: firstOfMonth(before), to: before, interval: "month" });
  return (
    <section className="card">
      <h2>{formatMonth(locale, now)}</h2>
      <Loaded query={flow} skeleton={<Skeleton height={96} />}>
        {(items) => <Figures items={items} before={last.data} on={before} label={t("home.out")} />}
      </Loaded>
    </section>
  );
}

function Figures({
  items,
  before,
  on,
  label,
}: {
  items: CashFlow[];
  before: CashFlow[] | undefined;
  on: string;
  label: string;
}) {
  const { t, locale } = useWords();
  const { currency, rates } = useDisplay();
  const total = (list: CashFlow[], of: "income" | "expense" | "net") =>
    totalIn(
      list.map((item) => ({ currency: item.currency, amount: item[of] })),
      currency,
      rates,
    );
  const [income, expense, net] = [total(items, "income"), total(items, "expense"), total(items, "net")];
  const figure = (title: string, { main }: ReturnType<typeof total>, tone?: "income") => (
    <div>
      <dt>{title}</dt>
      <dd>
        <Amount amount={main.amount} currency={main.currency} approximate={main.approximate} {...(tone && { tone })} />
      </dd>
    </div>
  );
  const spentBefore = before && total(before, "expense").main;
  return (
    <>
      <dl className="month-figures">
        {figure(t("home.in"), income, "income")}
        {figure(label, expense)}
        {figure(t("home.left"), net)}
      </dl>
      {spentBefore &&
        spentBefore.currency === expense.main.currency &&
        !(isZero(expense.main.amount) && isZero(spentBefore.amount)) && (
          <Pace now={expense.main.amount} before={spentBefore.amount} currency={expense.main.currency} on={on} />
        )}
      {expense.rest.length > 0 && (
        <p className="soft small">
          {expense.rest.map((money) => formatMoney(locale, money.amount, money.currency)).join(" · ")}
        </p>
      )}
    </>
  );
}

/** What went out so far, above what had gone out by the same day a month ago. */
function Pace({ now, before, currency, on }: { now: string; before: string; currency: string; on: string }) {
  const { t, locale } = useWords();
  const day = formatDate(locale, on, { day: "numeric", month: "long" });
  const month = (of: string) => formatDate(locale, of, { month: "short" });
  const difference = toHundredths(now) - toHundredths(before);
  const most = Math.max(approximate(now), approximate(before), 1);
  const money = formatMoney(locale, fromHundredths(abs(difference)), currency);
  const width = (amount: string) => ({ width: `${(100 * approximate(amount)) / most}%` });
  const text =
    difference === 0n
      ? t("home.same", { day })
      : t(difference < 0n ? "home.less" : "home.more", { amount: money, day });
  return (
    <div className="pace">
      <span aria-hidden="true">{month(today())}</span>
      <span className="pace-bar now" style={width(now)} />
      <span aria-hidden="true">{month(on)}</span>
      <span className="pace-bar" style={width(before)} />
      <p>{text}</p>
    </div>
  );
}
