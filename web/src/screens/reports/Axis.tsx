import type { ScaleLinear } from "d3-scale";

/** A few thin lines across, with what they stand for. */
export function Axis({
  y,
  width,
  left,
  format,
}: {
  y: ScaleLinear<number, number>;
  width: number;
  left: number;
  format: (number: number) => string;
}) {
  return (
    <g>
      {y.ticks(4).map((tick) => (
        <g key={tick}>
          <line className={`grid${tick === 0 ? " zero" : ""}`} x1={left} x2={width} y1={y(tick)} y2={y(tick)} />
          <text className="tick" x={left - 8} y={y(tick)} dy="0.32em" textAnchor="end">
            {format(tick)}
          </text>
        </g>
      ))}
    </g>
  );
}

/** Every how many parts one can be named without crowding. */
export const bottomLabels = (count: number, width: number): number =>
  Math.max(1, Math.ceil((count * 46) / Math.max(1, width)));
