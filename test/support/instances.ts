import { randomUUID } from "node:crypto";
import { analyticsEndpoints } from "../../functions/analytics/endpoints";
import type { HttpEvent } from "../../functions/runtime/dispatch";
import { dispatcher } from "../../functions/runtime/dispatch";
import { type Connection, connect } from "../../functions/runtime/postgres";
import { statementWork } from "../../functions/runtime/statement-work";
import { readOnly } from "../../functions/runtime/work";
import { transactionsEndpoints } from "../../functions/transactions/endpoints";
import { stack } from "./stack";

export interface InstanceReply {
  status: number;
  replayed: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: JSON of any route; what is read of it is asserted
  body: any;
}

/** An instance of a function that serves an API: one connection, one event at a time. */
export interface Instance {
  send(userId: string, routeKey: string, path: string, body?: unknown, key?: string): Promise<InstanceReply>;
  stop(): Promise<void>;
}

/** Instances of the transactions function made from its sources, on the database of the running stack: quick, and open to mutation. */
export async function transactionInstances(count: number): Promise<Instance[]> {
  const connections = await transactionConnections("transactions_api", count);
  return connections.map(instance);
}

/** Connections to the database `transactions` of the running stack. */
export const transactionConnections = (user: string, count: number): Promise<Connection[]> =>
  connectionsTo("transactions", user, count);

/** Connections to a database of the running stack, as functions have them: with the rights of a role. */
export async function connectionsTo(database: string, user: string, count: number): Promise<Connection[]> {
  const { endpoints } = await stack();
  const url = new URL(endpoints.postgres[database] ?? "");
  Object.assign(process.env, {
    DATABASE_HOST: url.hostname,
    DATABASE_PORT: url.port,
    DATABASE_NAME: database,
    DATABASE_USER: user,
    PGPASSWORD: url.password,
    PGSSLMODE: "disable",
  });
  return Array.from({ length: count }, () => connect("test"));
}

/** An instance of the function that answers reports, likewise. */
export async function reportInstance(): Promise<Instance> {
  const [connection] = (await connectionsTo("analytics", "analytics_api", 1)) as [Connection];
  return instanceOf(connection, dispatcher(analyticsEndpoints(), readOnly(connection)));
}

const instance = (connection: Connection): Instance =>
  instanceOf(connection, dispatcher(transactionsEndpoints(), statementWork(connection)));

function instanceOf(connection: Connection, handle: ReturnType<typeof dispatcher>): Instance {
  return {
    send: async (userId, routeKey, path, body, key) => {
      const response = await handle(eventOf(userId, routeKey, path, body, key));
      return {
        status: response.statusCode,
        replayed: response.headers["idempotency-replayed"] === "true",
        body: response.body === "" ? undefined : JSON.parse(response.body),
      };
    },
    stop: () => connection.end(),
  };
}

/** What the dispatcher reads of API Gateway's event. */
function eventOf(userId: string, routeKey: string, path: string, body: unknown, key: string | undefined): HttpEvent {
  const [method = "", template = ""] = routeKey.split(" ");
  const [, query] = path.split("?");
  const names = template.split("/");
  const parameters = path.split("/").flatMap((value, index): [string, string][] => {
    const name = /^\{(\w+)\}$/.exec(names[index] ?? "")?.[1];
    return name === undefined ? [] : [[name, value]];
  });
  return {
    routeKey,
    rawPath: path,
    headers: key === undefined ? {} : { "idempotency-key": key },
    pathParameters: Object.fromEntries(parameters),
    queryStringParameters: Object.fromEntries(new URLSearchParams(query)),
    body: body === undefined ? undefined : JSON.stringify(body),
    isBase64Encoded: false,
    requestContext: {
      requestId: randomUUID(),
      http: { method },
      authorizer: { lambda: { sub: userId, exp: Number.MAX_SAFE_INTEGER } },
    },
  } as unknown as HttpEvent;
}
