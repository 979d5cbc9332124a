/** The reports of the analytics service, as its OpenAPI document has them. */
import { send } from "./client";
import { problemOfResponse } from "./problem";
import type { paths } from "./schema";

export type ReportName = "cash-flow" | "spending" | "net-worth" | "trends";

type Operation<Name extends ReportName> = paths[`/analytics/${Name}`]["get"];

export type ReportQuery<Name extends ReportName> = NonNullable<Operation<Name>["parameters"]["query"]>;

export type ReportItem<Name extends ReportName> =
  Operation<Name>["responses"][200]["content"]["application/json"]["items"][number];

export type By = NonNullable<ReportQuery<"spending">["by"]>;
export type CashFlow = ReportItem<"cash-flow">;
export type NetWorth = ReportItem<"net-worth">;

/** @throws ApiProblem for any answer that is not a report. */
export async function fetchReport<Name extends ReportName>(
  name: Name,
  query: ReportQuery<Name>,
): Promise<ReportItem<Name>[]> {
  const search = new URLSearchParams(
    Object.entries(query).map(([key, value]): [string, string] => [key, String(value)]),
  );
  const response = await send(new Request(`/analytics/${name}?${search}`));
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw problemOfResponse(response, body);
  return (body as { items: ReportItem<Name>[] }).items;
}
