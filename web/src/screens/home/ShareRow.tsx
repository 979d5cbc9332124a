import type { CSSProperties, ReactNode } from "react";
import { Link } from "wouter";
import { Amount } from "../../design/Amount";
import { hueOf } from "../../design/hue";
import { approximate } from "../../money/decimal";

/** One line of a horizontal bar chart: what, how much, and a bar against the largest; leads to the transactions behind it. */
export function ShareRow({
  sign,
  title,
  amount,
  currency,
  converted,
  most,
  hueId,
  href,
}: {
  sign: ReactNode;
  title: string;
  amount: string;
  currency: string;
  converted: boolean;
  most: string;
  hueId?: string;
  href?: string;
}) {
  // What is folded together may be more than the largest of the others.
  const width = Math.min(100, Math.max(1, (100 * approximate(amount)) / Math.max(approximate(most), 0.01)));
  const style = { width: `${width}%`, ...(hueId && { "--hue": hueOf(hueId) }) } as CSSProperties;
  const content = (
    <>
      {sign}
      <span className="ellipsis">{title}</span>
      <Amount amount={amount} currency={currency} approximate={converted} />
      <span className="track">
        <span className={`fill${hueId ? "" : " neutral"}`} style={style} />
      </span>
    </>
  );
  return href === undefined ? (
    <div className="share-row">{content}</div>
  ) : (
    <Link href={href} className="share-row">
      {content}
    </Link>
  );
}
