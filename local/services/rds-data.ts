import connect from "postgres";
import * as v from "valibot";
import { type AwsResponse, type AwsService, startAwsEndpoint } from "./aws-endpoint";
import { Field, numberParameters, toField, toParameter } from "./rds-data-values";

export interface RdsDataOptions {
  /** ARNs of which requests must name one as `resourceArn`; one server stands for all of these clusters. */
  clusterArns: string[];
  /** Connection URL of a database of theirs, with all rights: it stands for the master user of the secret. */
  postgresUrl(database: string): string;
}

/**
 * The part of the RDS Data API that deployment needs: `ExecuteStatement` outside transactions (Amazon RDS Data Service API
 * Reference), each on a connection of its own. Without `database` it runs in `postgres`.
 */
export const rdsData =
  (options: RdsDataOptions): AwsService =>
  async ({ method, url, body }) => {
    if (method !== "POST" || url.pathname !== "/Execute") {
      const message = `${method} ${url.pathname} of the RDS Data API is not emulated on this machine; ExecuteStatement is.`;
      return { status: 404, error: "UnknownOperationException", message };
    }
    const statement = parse(body);
    if (typeof statement === "string") return badRequest(statement);
    if (!options.clusterArns.includes(statement.resourceArn)) {
      return badRequest(
        `HttpEndpoint is not enabled for resource ${statement.resourceArn}; there is ${options.clusterArns.join(", ")}.`,
      );
    }
    return execute(statement, options);
  };

/** Serves the RDS Data API alone, at an endpoint for `AWS_ENDPOINT_URL_RDS_DATA`. Port 0 picks a free one. */
export const startRdsData = ({ port, ...options }: RdsDataOptions & { port: number }) =>
  startAwsEndpoint({ port, services: { "rds-data": rdsData(options) } });

/** Strict: what would be ignored here but not by AWS, such as `transactionId`, is refused. */
const Statement = v.strictObject({
  resourceArn: v.string(),
  secretArn: v.string(),
  sql: v.pipe(v.string(), v.nonEmpty()),
  database: v.optional(v.string(), "postgres"),
  parameters: v.optional(v.array(v.strictObject({ name: v.string(), value: Field })), []),
  // Statements run to their end here, so that this asks for what happens anyway.
  continueAfterTimeout: v.optional(v.boolean()),
});
type Statement = v.InferOutput<typeof Statement>;

/** The statement, or what is wrong with it. */
function parse(body: Buffer): Statement | string {
  let input: unknown;
  try {
    input = JSON.parse(body.toString("utf8"));
  } catch {
    return "The body is not JSON.";
  }
  const result = v.safeParse(Statement, input);
  if (result.success) return result.output;
  return result.issues.map((issue) => `${v.getDotPath(issue) ?? "body"}: ${issue.message}`).join("; ");
}

async function execute(
  { sql, database, parameters }: Statement,
  { postgresUrl }: RdsDataOptions,
): Promise<AwsResponse> {
  const statement = numberParameters(sql);
  const given = new Map(parameters.map(({ name, value }) => [name, toParameter(value)]));
  const missing = statement.names.find((name) => !given.has(name));
  if (missing !== undefined) return badRequest(`Cannot find parameter: ${missing}`);

  const connection = connect(postgresUrl(database), { max: 1, connect_timeout: 10, onnotice: () => {} });
  try {
    const values = statement.names.map((name) => given.get(name) ?? null);
    // The extended protocol, even without parameters, takes one statement at a time, as the Data API does.
    const result = await connection.unsafe(statement.sql, values, EXTENDED_PROTOCOL).raw();
    return { status: 200, body: toOutput(result) };
  } catch (error) {
    return databaseError(error);
  } finally {
    await connection.end();
  }
}

/** postgres.js knows `simple` here, its type declarations do not. */
const EXTENDED_PROTOCOL: connect.UnsafeQueryOptions & { simple: boolean } = { simple: false };

const WRITES = new Set(["INSERT", "UPDATE", "DELETE", "MERGE"]);

function toOutput(result: connect.RawRowList<connect.Row[]>) {
  const updated = WRITES.has(result.command) ? result.count : 0;
  const columns = result.columns ?? [];
  if (columns.length === 0) return { numberOfRecordsUpdated: updated };
  const records = result.map((row) => columns.map((column, i) => toField(row[i] ?? null, column.type)));
  return { numberOfRecordsUpdated: updated, records };
}

const badRequest = (message: string): AwsResponse => ({ status: 400, error: "BadRequestException", message });

function databaseError(error: unknown): AwsResponse {
  if (!(error instanceof connect.PostgresError)) {
    const reason = error instanceof Error ? error.message : String(error);
    return { status: 504, error: "DatabaseUnavailableException", message: `PostgreSQL cannot be reached: ${reason}` };
  }
  const position = error.position ? `; Position: ${error.position}` : "";
  const message = `${error.severity}: ${error.message}${position}; SQLState: ${error.code}`;
  return { status: 400, error: "DatabaseErrorException", message };
}
