import { scaleLinear, scalePoint } from "d3-scale";
import { area, curveMonotoneX, line } from "d3-shape";
import type { Interval } from "../../dates/periods";
import { formatShort } from "../../i18n/format";
import { useWords } from "../../i18n/language";
import { approximate } from "../../money/decimal";
import { Axis, bottomLabels } from "./Axis";
import { slotLabel, slotName } from "./labels";
import type { Amounts } from "./slots";
import { useWidth } from "./useWidth";

const HEIGHT = 260;
const MARGIN = { top: 12, right: 16, bottom: 26, left: 44 };

interface NetWorthChartProps {
  slots: Amounts[];
  interval: Interval;
  selected: number | undefined;
  onSelect: (index: number | undefined) => void;
}

/** One line with its area below. A finger, a pointer or the arrow keys read it off: the range over it is a native one. */
export function NetWorthChart({ slots, interval, selected, onSelect }: NetWorthChartProps) {
  const { t, locale } = useWords();
  const [box, width] = useWidth<HTMLDivElement>();
  const values = slots.map((slot) => approximate(slot.values.amount ?? "0"));
  const x = scalePoint(
    slots.map(({ start }) => start),
    [MARGIN.left + 12, Math.max(MARGIN.left + 13, width - MARGIN.right)],
  );
  const y = scaleLinear([Math.min(0, ...values), Math.max(1, ...values)], [HEIGHT - MARGIN.bottom, MARGIN.top]).nice(4);
  const at = (slot: Amounts) => x(slot.start) ?? 0;
  const height = (slot: Amounts) => y(approximate(slot.values.amount ?? "0"));
  const shape = area<Amounts>(at, y(0), height).curve(curveMonotoneX);
  const top = line<Amounts>(at, height).curve(curveMonotoneX);
  const nearest = (left: number): number =>
    slots.reduce(
      (best, slot, index) => (Math.abs(at(slot) - left) < Math.abs(at(slots[best] ?? slot) - left) ? index : best),
      0,
    );
  const marked = slots[selected ?? slots.length - 1];
  const labelled = bottomLabels(slots.length, width);
  return (
    <div ref={box} className="chart">
      {width > 0 && (
        <svg width={width} height={HEIGHT} aria-hidden="true">
          <Axis y={y} width={width} left={MARGIN.left} format={(number) => formatShort(locale, number)} />
          <path className="area" d={shape(slots) ?? ""} />
          <path className="area-line" d={top(slots) ?? ""} />
          {slots.map(
            (slot, index) =>
              index % labelled === 0 && (
                <text key={slot.start} className="tick" x={at(slot)} y={HEIGHT - 8} textAnchor="middle">
                  {slotLabel(locale, slot.start, interval)}
                </text>
              ),
          )}
          {marked && (
            <>
              <line className="marker" x1={at(marked)} x2={at(marked)} y1={MARGIN.top} y2={HEIGHT - MARGIN.bottom} />
              <circle className="marker-dot" cx={at(marked)} cy={height(marked)} r={5} />
            </>
          )}
        </svg>
      )}
      <input
        type="range"
        className="reader"
        style={{ left: MARGIN.left + 12, width: Math.max(0, width - MARGIN.left - 12 - MARGIN.right), height: HEIGHT }}
        aria-label={t("report.net_worth")}
        aria-valuetext={marked && slotName(locale, marked.start, interval)}
        min={0}
        max={slots.length - 1}
        value={selected ?? slots.length - 1}
        onChange={(event) => onSelect(Number(event.target.value))}
        onPointerMove={(event) => onSelect(nearest(event.nativeEvent.offsetX + MARGIN.left + 12))}
        onPointerLeave={() => onSelect(undefined)}
      />
    </div>
  );
}
