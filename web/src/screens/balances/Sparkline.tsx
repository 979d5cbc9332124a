/** Ninety days of a balance as one thin line; the amounts beside it say the same to screen readers. */
export function Sparkline({ values }: { values: number[] }) {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const points = values.map((value, index) => {
    const x = (100 * index) / Math.max(1, values.length - 1);
    const y = most === least ? 14 : 26 - (24 * (value - least)) / (most - least);
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  });
  return (
    <svg className="sparkline" viewBox="0 0 100 28" preserveAspectRatio="none" aria-hidden="true">
      <path d={`M${points.join("L")}`} />
    </svg>
  );
}
