/** One measured figure beside its limit. */
export interface Figure {
  name: string;
  /** Median of the rounds. */
  value: number;
  unit: string;
  /** Undefined where the figure only puts another into proportion. */
  limit: { relation: "≤" | "≥"; value: number } | undefined;
  rounds: number[];
  ok: boolean;
}

/** A figure from its rounds. */
export function figure(name: string, unit: string, rounds: number[], limit?: Figure["limit"]): Figure {
  const value = median(rounds);
  const ok = limit === undefined || (limit.relation === "≤" ? value <= limit.value : value >= limit.value);
  return { name, value, unit, limit, rounds, ok };
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error("A median needs values.");
  return middle;
}

/** The figures for people, one a line. */
export function table(figures: Figure[]): string {
  const rows = figures.map(({ name, value, unit, limit, ok, rounds }) => [
    name,
    `${round(value)} ${unit}`,
    limit === undefined ? "" : `${limit.relation} ${limit.value} ${unit}`,
    limit === undefined ? "" : ok ? "ok" : "MISSED",
    `${round(Math.min(...rounds))} … ${round(Math.max(...rounds))}`,
  ]);
  const all = [["", "median", "limit", "", "rounds"], ...rows];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

const round = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
