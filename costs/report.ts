/** docs/costs.md: the bills of all stacks, and what they are made of. */
import type { Graph } from "../local/program/graph";
import { type Bill, billOf } from "./bill";
import { PRICES, PRICES_AS_OF, type Price, SOURCES } from "./prices";
import { ASSUMED, IDLE, MONTHS_KEPT, PERSON, usageOf } from "./usage";

/** How many people use a stack, in the columns of the table. */
const PEOPLE = [3, 1_000, 100_000, 1_000_000];

/** What dev may cost at most in a month that nobody uses it, in dollars. */
export const DEV_LIMIT = 5;

/** The document, from the recorded resources of dev, staging and prod. */
export const reportOf = (graphs: Graph[]): string =>
  [
    "# Costs",
    "",
    "Made by `npm run costs` from the resources that the program declares for each stack and from the prices in `costs/prices.ts`; a test",
    "fails when it is out of date. US dollars a month of 730 hours, in eu-west-1, without taxes.",
    "",
    `**The prices are as remembered on ${PRICES_AS_OF}, from AWS's public price lists, and were not looked up.** Compare them with the pages`,
    "below before you rely on them. They have not been compared with a bill either: nothing here has run on AWS.",
    "",
    ...totals(graphs),
    "",
    `Nobody may use dev for at most $${DEV_LIMIT.toFixed(2)} a month; a test keeps it so. Each stack is counted as in an account of its own, with what AWS`,
    "gives each account every month. What a new account has in its first year only is not counted.",
    "",
    "## Idle",
    "Nobody uses the stack, its schedules run. What costs less than a cent is left out.",
    ...graphs.flatMap((graph) => ["", `### ${graph.stack}`, ...idle(billOf(graph, IDLE))]),
    "",
    "## With many people",
    ...graphs
      .slice(-1)
      .flatMap((graph) => [`${graph.stack}, 100,000 people:`, "", ...idle(billOf(graph, usageOf(100_000)))]),
    "",
    "## Assumed",
    `Each person records ${PERSON.writes} transactions a month and reads ${PERSON.reads} times, in ${PERSON.visits} visits; transactions of ${MONTHS_KEPT} months are kept.`,
    "What the database's processor has to do is as measured by `npm run bench` (last results in `bench/results/`), where the whole machine counts.",
    "",
    "| value | of |",
    "|---:|---|",
    ...Object.values(ASSUMED).map(({ value, what }) => `| ${value.toLocaleString("en")} | ${what} |`),
    "",
    "## Not counted",
    "- Transfer between zones ($0.01 a GB in each direction), which Aurora and MSK mostly include; transfer to the internet other than by CloudFront.",
    "- Backups of Aurora beyond the size of the volume; rotated versions of keys ($1 each, for the first two).",
    "- Metrics of our own that functions write into their logs, $0.30 each beyond the first ten; builds.",
    "- The hosted zone of names of one's own ($0.50), which the program looks up, and does not make.",
    "- Readers of Aurora, Lambda functions and MSK Serverless that scale beyond what is configured: it tells what the demand costs, not whether",
    "  it is met; see [scaling.md](scaling.md).",
    "",
    "## Prices",
    "| price | for | each | free a month | from |",
    "|---|---|---:|---:|---|",
    ...Object.entries(PRICES).map(([name, price]) => priceRow(name, price)),
    "",
    ...Object.entries(SOURCES).map(([name, url]) => `[${name}]: ${url}`),
    "",
  ].join("\n");

function totals(graphs: Graph[]): string[] {
  const heads = PEOPLE.map((people) => `${people.toLocaleString("en")} people`);
  return [
    `| stack | idle | ${heads.join(" | ")} |`,
    `|---|---:|${heads.map(() => "---:").join("|")}|`,
    ...graphs.map((graph) => {
      const bills = [IDLE, ...PEOPLE.map(usageOf)].map((usage) => dollars(billOf(graph, usage).usd));
      return `| ${graph.stack} | ${bills.join(" | ")} |`;
    }),
  ];
}

function idle({ lines, usd }: Bill): string[] {
  const shown = lines.filter((line) => line.usd >= 0.005);
  return [
    "| for | quantity | of which paid | $ |",
    "|---|---:|---:|---:|",
    ...shown.map(({ price, quantity, paid, usd: each }) => {
      const { unit }: Price = PRICES[price];
      return `| ${price} (${unit}) | ${amount(quantity)} | ${amount(paid)} | ${dollars(each)} |`;
    }),
    `| **all** | | | **${dollars(usd)}** |`,
  ];
}

const priceRow = (name: string, { usd, unit, free, source, estimated, seen }: Price): string =>
  `| ${name} | ${unit} | $${usd} | ${free?.toLocaleString("en") ?? ""} | [${source}][]${estimated ? `; estimated: ${estimated}` : ""}${seen ? "; seen in others' bills or price lists" : ""} |`;

const dollars = (usd: number): string =>
  usd.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

const amount = (quantity: number): string =>
  quantity.toLocaleString("en", { maximumFractionDigits: quantity < 10 ? 2 : 0 });
