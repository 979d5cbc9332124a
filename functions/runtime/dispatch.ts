import type { APIGatewayProxyEventV2WithLambdaAuthorizer } from "aws-lambda";
import * as v from "valibot";
import { beginRequest } from "./correlation";
import type { Caller, Context, Endpoint, EndpointTable, Fields, Schema } from "./endpoint";
import { isUnavailable } from "./postgres";
import { type Problem, problem, problemOf } from "./problem";
import { entityTag, matches, type Response, responseOf, responseOfProblem } from "./response";
import { bodyProblem, errorOf, invalidBody } from "./validation";
import type { UnitOfWork } from "./work";

/** What the authorizer tells of the caller: claims of the verified ID token; `exp` in seconds since 1970. */
export interface Claims {
  sub: string;
  email?: string;
  name?: string;
  exp: number;
}

export type HttpEvent = APIGatewayProxyEventV2WithLambdaAuthorizer<Claims>;

/** The largest body that is looked at, in bytes. */
const largestBody = 1_048_576;

/**
 * The handler of a service: finds the endpoint by `event.routeKey`, checks what came in, runs it in a unit of work and
 * renders the answer. Everything that goes wrong leaves as problem+json; only the unforeseen is logged, and never shown.
 *
 * @param committed is told of every change that was committed, before the answer leaves.
 */
export const dispatcher =
  <Unit>(table: EndpointTable<Unit>, work: UnitOfWork<Unit>, committed: () => Promise<void> = nothing) =>
  async (event: HttpEvent): Promise<Response> => {
    beginRequest(event.requestContext.requestId);
    try {
      const endpoint = table[event.routeKey];
      if (endpoint === undefined) throw problem(404, "route_not_found", "There is no such route.");
      const response = await serve(endpoint, work, event);
      if (event.requestContext.http.method !== "GET" && response.statusCode < 300) await committed();
      return response;
    } catch (error) {
      return responseOfProblem(problemOf(error) ?? unforeseen(error, event));
    }
  };

const nothing = () => Promise.resolve();

const serve = async <Unit>(endpoint: Endpoint<Unit>, work: UnitOfWork<Unit>, event: HttpEvent): Promise<Response> => {
  const caller = endpoint.public ? undefined : callerOf(event);
  if (caller === "expired") return expired();
  const rawBody = rawBodyOf(event);
  const request = {
    // A public endpoint declares no use of the caller.
    caller: caller ?? { user_id: "", email: undefined, name: undefined },
    path: parsePath(endpoint.path, event.pathParameters ?? {}),
    query: parseQuery(endpoint.query, event.queryStringParameters ?? {}),
    body: endpoint.body === undefined ? undefined : parseBody(endpoint.body, rawBody),
    route: event.routeKey,
    conditional: event.headers["if-match"] !== undefined,
  };
  const method = event.requestContext.http.method;
  if (method === "GET") {
    const context = { ...request, unit: work.read, current: undefined };
    return notModified(event, responseOf(await endpoint.handle(context), endpoint.public ? "no-cache" : "no-store"));
  }
  const written = {
    route: event.routeKey,
    path: event.rawPath,
    userId: request.caller.user_id,
    rawBody,
    idempotencyKey: method === "POST" ? idempotencyKeyOf(event) : undefined,
  };
  return work.write(written, (unit) => change(endpoint, { ...request, unit, current: undefined }, event));
};

/** Loads and locks what is to be changed, compares it with `If-Match`, and changes it. */
const change = async <Unit>(
  endpoint: Endpoint<Unit>,
  context: Context<Unit, unknown, unknown, unknown, undefined>,
  event: HttpEvent,
): Promise<Response> => {
  const current = await endpoint.current?.(context);
  const ifMatch = event.headers["if-match"];
  if (
    ifMatch !== undefined &&
    current !== undefined &&
    !matches(ifMatch, entityTag(representation(endpoint, current)))
  ) {
    throw problem(412, "stale", "It has changed since you read it. Read it again and repeat the change.");
  }
  return responseOf(await endpoint.handle({ ...context, current }), "no-store");
};

const representation = <Unit>({ shown }: Endpoint<Unit>, current: unknown): string =>
  JSON.stringify(shown === undefined ? current : shown(current));

/** 304 when the client has this very representation already (RFC 9110, 13.1.2). */
const notModified = (event: HttpEvent, response: Response): Response => {
  const ifNoneMatch = event.headers["if-none-match"];
  const tag = response.headers.etag;
  if (ifNoneMatch === undefined || tag === undefined || !matches(ifNoneMatch, tag)) return response;
  const { "content-type": _, ...headers } = response.headers;
  return { statusCode: 304, headers, body: "" };
};

/** The caller; `expired` when API Gateway still had the authorizer's answer in its cache after the token ran out. */
const callerOf = (event: HttpEvent): Caller | "expired" => {
  const claims = event.requestContext.authorizer?.lambda;
  if (claims === undefined) throw new Error(`${event.routeKey} was reached without an authorizer.`);
  if (claims.exp * 1000 <= Date.now()) return "expired";
  return { user_id: claims.sub, email: claims.email, name: claims.name };
};

/** As API Gateway itself refuses a token. */
const expired = (): Response => ({
  statusCode: 403,
  headers: { "cache-control": "no-store", "content-type": "application/json" },
  body: JSON.stringify({ message: "Forbidden" }),
});

const rawBodyOf = (event: HttpEvent): string => {
  const body = event.body ?? "";
  const bytes = event.isBase64Encoded ? Buffer.from(body, "base64") : undefined;
  if ((bytes?.length ?? Buffer.byteLength(body)) > largestBody) {
    throw problem(413, "body_too_large", `The body is larger than ${largestBody} bytes.`);
  }
  if (bytes === undefined) return body;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw problem(400, "malformed_body", "The body is not UTF-8.");
  }
};

const idempotencyKeyOf = (event: HttpEvent): string | undefined => {
  const key = event.headers["idempotency-key"];
  if (key === undefined || /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw problem(400, "invalid_idempotency_key", "An Idempotency-Key has 1 to 255 printable ASCII characters.");
};

/** A malformed id names nothing: 404, like an unknown one. */
const parsePath = (fields: Fields, values: Record<string, string | undefined>): Record<string, unknown> => {
  const parsed = v.safeParse(v.object(fields), values);
  if (!parsed.success) throw problem(404, "not_found", "There is nothing at this address.");
  return parsed.output;
};

const parseQuery = (fields: Fields, values: Record<string, string | undefined>): Record<string, unknown> => {
  const parsed = v.safeParse(v.strictObject(fields), values);
  if (parsed.success) return parsed.output;
  throw problem(400, "invalid_query", "The query has invalid parameters.", { errors: parsed.issues.map(errorOf) });
};

const parseBody = (schema: Schema, text: string): unknown => {
  const value = text === "" ? {} : parseJson(text);
  // To valibot a list is an object too, one without fields.
  if (Array.isArray(value)) throw invalidBody([{ path: "", message: "must be an object" }]);
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return parsed.output;
  throw bodyProblem(parsed.issues);
};

const parseJson = (text: string): unknown => {
  try {
    return inexactNumber.test(text) ? JSON.parse(text, exactNumber) : JSON.parse(text);
  } catch {
    throw problem(400, "malformed_body", "The body is not JSON.");
  }
};

/** Finds numbers with an exponent, many digits or more than two decimals (and, where it matters little, text that looks so). */
const inexactNumber = /[:[,]\s*-?(?:[\d.]{16}|[\d.]+[eE]|\d+\.\d{3})/;

/** A number that is not written as JavaScript would write it is kept as its text: amounts are judged as they were sent. */
const exactNumber = (_key: string, value: unknown, context?: { source?: string }): unknown =>
  typeof value === "number" && context?.source !== undefined && !isPlain(value, context.source)
    ? context.source
    : value;

const isPlain = (value: number, source: string): boolean =>
  !/[eE]|\.\d{3}/.test(source) && Number(source) === value && source.replace(/\D/g, "").length < 16;

/** What no one foresaw: an outage of the database asks to try again; anything else is a fault of ours. */
const unforeseen = (error: unknown, event: HttpEvent): Problem => {
  console.error({
    message: "request failed",
    route: event.routeKey,
    correlation_id: event.requestContext.requestId,
    error: error instanceof Error ? (error.stack ?? error.message) : String(error),
  });
  return isUnavailable(error)
    ? { status: 503, code: "unavailable", detail: "The service is not available right now.", retryAfter: 1 }
    : { status: 500, code: "internal_error", detail: "Something went wrong on our side." };
};
