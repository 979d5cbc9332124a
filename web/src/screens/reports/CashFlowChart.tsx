import { scaleBand, scaleLinear } from "d3-scale";
import { line } from "d3-shape";
import type { Interval } from "../../dates/periods";
import { formatShort } from "../../i18n/format";
import { useWords } from "../../i18n/language";
import { approximate } from "../../money/decimal";
import { Axis, bottomLabels } from "./Axis";
import { slotLabel, slotName } from "./labels";
import type { Amounts } from "./slots";
import { useWidth } from "./useWidth";

const HEIGHT = 260;
/** In pixels, by WCAG 2.5.8: parts that are narrower cannot be buttons. */
const SMALLEST_TARGET = 24;
/** The width of the handle of a range, which lies over the middle of a part. */
const HANDLE = 16;
const MARGIN = { top: 12, right: 4, bottom: 26, left: 40 };

interface CashFlowChartProps {
  slots: Amounts[];
  interval: Interval;
  selected: number | undefined;
  onSelect: (index: number | undefined) => void;
}

/** In and out as bars side by side, what was left as a line. A tap reads off a part. */
export function CashFlowChart({ slots, interval, selected, onSelect }: CashFlowChartProps) {
  const { t, locale } = useWords();
  const [box, width] = useWidth<HTMLDivElement>();
  const value = (slot: Amounts, name: string) => approximate(slot.values[name] ?? "0");
  const highest = Math.max(1, ...slots.map((slot) => Math.max(value(slot, "income"), value(slot, "expense"))));
  const lowest = Math.min(0, ...slots.map((slot) => value(slot, "net")));
  const x = scaleBand(
    slots.map(({ start }) => start),
    [MARGIN.left, Math.max(MARGIN.left + 1, width - MARGIN.right)],
  )
    .paddingInner(0.3)
    .paddingOuter(0.12);
  const y = scaleLinear([lowest, highest], [HEIGHT - MARGIN.bottom, MARGIN.top]).nice(4);
  const half = Math.min(18, x.bandwidth() / 2 - 0.5);
  const middle = (start: string) => (x(start) ?? 0) + x.bandwidth() / 2;
  const net = line<Amounts>(
    (slot) => middle(slot.start),
    (slot) => y(value(slot, "net")),
  );
  const bar = (slot: Amounts, name: "income" | "expense") => {
    const top = y(value(slot, name));
    const left = name === "income" ? middle(slot.start) - half - 0.5 : middle(slot.start) + 0.5;
    return (
      <rect
        className={`bar ${name}`}
        x={left}
        y={top}
        width={half}
        height={Math.max(0, y(0) - top)}
        rx={Math.min(3, half / 3)}
      />
    );
  };
  const labelled = bottomLabels(slots.length, width);
  return (
    <div ref={box} className="chart">
      {width > 0 && (
        <svg width={width} height={HEIGHT} aria-hidden="true">
          <Axis y={y} width={width} left={MARGIN.left} format={(number) => formatShort(locale, number)} />
          {slots.map((slot, index) => (
            <g key={slot.start} className={`slot${selected === undefined || selected === index ? "" : " faded"}`}>
              {bar(slot, "income")}
              {bar(slot, "expense")}
              {index % labelled === 0 && (
                <text className="tick" x={middle(slot.start)} y={HEIGHT - 8} textAnchor="middle">
                  {slotLabel(locale, slot.start, interval)}
                </text>
              )}
            </g>
          ))}
          <path className="net-line" d={net(slots) ?? ""} />
          {slots.map((slot) => (
            <circle key={slot.start} className="net-dot" cx={middle(slot.start)} cy={y(value(slot, "net"))} r={2.5} />
          ))}
        </svg>
      )}
      {x.step() >= SMALLEST_TARGET ? (
        slots.map((slot, index) => (
          <button
            key={slot.start}
            type="button"
            className="hit"
            style={{ left: middle(slot.start) - x.step() / 2, width: x.step(), height: HEIGHT }}
            aria-pressed={selected === index}
            aria-label={slotName(locale, slot.start, interval)}
            onClick={() => onSelect(selected === index ? undefined : index)}
          />
        ))
      ) : (
        <Reader
          slots={slots}
          interval={interval}
          selected={selected}
          onSelect={onSelect}
          left={middle(slots[0]?.start ?? "")}
          step={x.step()}
        />
      )}
      <p className="chart-key small soft" aria-hidden="true">
        <span className="key income" /> {t("home.in")} <span className="key expense" /> {t("home.out")}{" "}
        <span className="key net" /> {t("home.left")}
      </p>
    </div>
  );
}

/** Parts too narrow to be tapped one by one are read off by a range over them; left of the first it stands for all of them. */
function Reader({
  slots,
  interval,
  selected,
  onSelect,
  left,
  step,
}: CashFlowChartProps & { left: number; step: number }) {
  const { t, locale } = useWords();
  const shown = selected === undefined ? undefined : slots[selected];
  return (
    <input
      type="range"
      className="reader"
      style={{ left: left - step - HANDLE / 2, width: slots.length * step + HANDLE, height: HEIGHT }}
      aria-label={t("report.cash_flow")}
      aria-valuetext={shown ? slotName(locale, shown.start, interval) : t("report.whole_period")}
      min={-1}
      max={slots.length - 1}
      value={selected ?? -1}
      onChange={(event) => onSelect(Number(event.target.value) < 0 ? undefined : Number(event.target.value))}
    />
  );
}
