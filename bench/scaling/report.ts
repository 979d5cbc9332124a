/** The tables of docs/scaling.md, which `npm run scaling` puts between its markers. */
import { assumed, MONTHS_KEPT, PERSON } from "../../costs/usage";
import { lastResults, processorSeconds } from "../measured";
import { demandOf, PEAK } from "./demand";
import { IDEAL, idealFor } from "./ideal";
import { saturationOf } from "./saturation";
import { QUOTAS, STAGES } from "./stages";

const BEGIN = "<!-- figures: npm run scaling -->";
const END = "<!-- end of figures -->";

/** The page with its tables made anew; what people have written stays. */
export function withFigures(page: string): string {
  const [before, rest] = page.split(BEGIN);
  const [, after] = rest?.split(END) ?? [];
  if (rest === undefined || after === undefined) throw new Error(`docs/scaling.md has no "${BEGIN}" and "${END}".`);
  return [before, BEGIN, "\n", figures().join("\n"), "\n", END, after].join("");
}

const figures = (): string[] => [
  ...stages(),
  "",
  ...full(),
  "",
  ...ideal([100_000_000, 1_000_000_000]),
  "",
  ...assumptions(),
];

function stages(): string[] {
  return [
    "| stage | people | writes/s | reads/s | full first | then |",
    "|---|---:|---:|---:|---|---|",
    ...STAGES.map((stage) => {
      const { people, stations } = saturationOf(stage);
      const { writes, reads } = demandOf(people);
      const [first, second] = stations;
      const fullest = `${first?.station.name}: ${first?.station.remedy}`;
      return `| ${stage.name} | ${round(people)} | ${round(writes)} | ${round(reads)} | ${fullest} | ${second?.station.name} (${round(second?.people ?? 0)}) |`;
    }),
  ];
}

function full(): string[] {
  return STAGES.flatMap((stage) => {
    const { stations } = saturationOf(stage);
    return [
      "",
      `### ${stage.name}`,
      `${stage.how}.`,
      "",
      "| copes with people | part | then |",
      "|---:|---|---|",
      ...stations.map(({ station, people }) => `| ${round(people)} | ${station.name} | ${station.remedy} |`),
    ];
  });
}

function ideal(of: number[]): string[] {
  const [first, ...others] = of.map(idealFor);
  return [
    "### The seed's ideal",
    `${IDEAL.regions} regions, ${IDEAL.largest * 100} % of people in the busiest, ${IDEAL.cached * 100} % of reads answered by Redis. What that region needs:`,
    "",
    `| ${of.map((people) => `${round(people)} people`).join(" | ")} | |`,
    `|${of.map(() => "---:").join("|")}|---|`,
    ...(first ?? []).map(
      ({ what, count }, index) =>
        `| ${[count, ...others.map((pieces) => pieces[index]?.count ?? 0)].map(round).join(" | ")} | ${what} |`,
    ),
  ];
}

function assumptions(): string[] {
  const cost = processorSeconds(lastResults());
  const microseconds = (seconds: number) => `${Math.round(seconds * 1_000_000)} µs`;
  return [
    "### What this is worked out from",
    `Measured (last results in \`bench/results/\`, processor time of the database at most): a write ${microseconds(cost.write)}, a page of a list ${microseconds(cost.read)}, an`,
    `event in the read model of reports ${microseconds(cost.event)}, an event through the relay ${microseconds(cost.relayed)}.`,
    "",
    `Assumed: each person records ${PERSON.writes} transactions a month and reads ${PERSON.reads} times in ${PERSON.visits} visits, and ${PEAK} times as much in the busiest minutes; transactions`,
    `of ${MONTHS_KEPT} months are kept, ${assumed("bytesPerTransaction").toLocaleString("en")} bytes each; a request takes ${assumed("requestSeconds") * 1_000} ms of a function; an ACU has ${assumed("processorPerCapacity")} processors.`,
    "",
    "| quota or limit | of |",
    "|---:|---|",
    ...Object.values(QUOTAS).map(
      ({ value, what, raise }) => `| ${value.toLocaleString("en")} | ${what}${raise ? "" : " (fixed)"} |`,
    ),
  ];
}

/** Two digits: the rest would not be true. */
function round(value: number): string {
  if (value < 100) return value < 10 ? value.toLocaleString("en", { maximumSignificantDigits: 2 }) : value.toFixed(0);
  return Number(value.toPrecision(2)).toLocaleString("en");
}
