/** A stack's bill: what its resources cost in a month of a usage. */
import type { Graph } from "../local/program/graph";
import { BILLED } from "./billing";
import { FREE } from "./free";
import { PRICES, type Price, type PriceName, type Quantities } from "./prices";
import type { Usage } from "./usage";

export interface Line {
  price: PriceName;
  quantity: number;
  /** Of that, what is paid for. */
  paid: number;
  usd: number;
}

export interface Bill {
  lines: Line[];
  usd: number;
}

/**
 * What a stack in an account of its own costs in a month of 730 hours, without taxes. Lines of less than a cent are there, too.
 * @throws Error naming the resources of which it is not known whether they cost something.
 */
export function billOf(graph: Graph, usage: Usage): Bill {
  const unknown = unknownTypes(graph);
  if (unknown.length > 0) {
    throw new Error(
      `What these cost is not known: ${unknown.join(", ")}. Add them to costs/billing.ts or costs/free.ts.`,
    );
  }
  const sums: Quantities = {};
  for (const resource of graph.resources) {
    for (const [name, quantity] of Object.entries(BILLED[resource.type]?.(resource, graph, usage) ?? {})) {
      const price = name as PriceName;
      sums[price] = (sums[price] ?? 0) + quantity;
    }
  }
  const lines = Object.entries(sums).map(([name, quantity]) => lineOf(name as PriceName, quantity));
  lines.sort((a, b) => b.usd - a.usd || (a.price < b.price ? -1 : 1));
  return { lines, usd: lines.reduce((sum, line) => sum + line.usd, 0) };
}

function lineOf(name: PriceName, quantity: number): Line {
  const { usd, free = 0 }: Price = PRICES[name];
  const paid = Math.max(0, quantity - free);
  return { price: name, quantity, paid, usd: paid * usd };
}

/** Types of AWS resources that are neither billed nor known to be free, once each. Components only group. */
export const unknownTypes = ({ resources }: Graph): string[] => [
  ...new Set(
    resources
      .map(({ type }) => type)
      .filter((type) => !/^(ahorro|pulumi):/.test(type) && !(type in BILLED) && !(type in FREE)),
  ),
];
