import type { InvocationResult, LambdaHost } from "../lambda";
import { authorizerEvent, type EventSettings, type RequestEvent } from "./event";
import type { GatewayAuthorizer } from "./types";

/** An authorizer's decision: the context for the function, or the answer for the client. `reason` is for the log. */
export type Decision =
  | { allowed: true; context: Record<string, unknown> }
  | { allowed: false; status: 401 | 403 | 500; reason?: string };

export interface Authorizer {
  decide(event: RequestEvent): Promise<Decision> | Decision;
}

/** Most decisions kept per authorizer; the oldest go first. */
const CACHE_SIZE = 10_000;

const UNAUTHORIZED: Decision = { allowed: false, status: 401 };
const FORBIDDEN: Decision = { allowed: false, status: 403 };

/**
 * A Lambda authorizer (REQUEST, payload format 2.0, simple responses). A missing identity source is 401 without a call;
 * a refusal 403; a failing or ill-answering function 500 and not kept. Decisions are kept per identity source values for
 * the declared time, and simultaneous requests with the same values share one call.
 * Source: "Control access to HTTP APIs with AWS Lambda authorizers".
 *
 * @throws when the authorizer is of a kind that this gateway does not run, naming it
 */
export function createAuthorizer(
  definition: GatewayAuthorizer,
  lambda: LambdaHost,
  settings: EventSettings,
): Authorizer {
  if (!definition.enableSimpleResponses) {
    throw new Error(`The authorizer "${definition.id}" answers IAM policies: set enableSimpleResponses.`);
  }
  const sources = definition.identitySources.map((expression) => parseSource(expression, definition.id));
  const ttlMs = sources.length > 0 ? definition.resultTtlSeconds * 1000 : 0;
  const kept = new Map<string, { decision: Decision; expires: number }>();
  const pending = new Map<string, Promise<Decision>>();

  const ask = async (event: RequestEvent, identity: string[], key: string): Promise<Decision> => {
    const result = await lambda.invoke(definition.functionArn, authorizerEvent(event, identity, settings));
    const decision = decisionOf(result, definition.id);
    if (ttlMs > 0 && (decision.allowed || decision.status === 403)) {
      const oldest = kept.size >= CACHE_SIZE ? kept.keys().next() : undefined;
      if (oldest?.done === false) kept.delete(oldest.value);
      kept.set(key, { decision, expires: Date.now() + ttlMs });
    }
    return decision;
  };

  return {
    decide(event) {
      const identity = sources.map((source) => source(event));
      if (!identity.every(isGiven)) return UNAUTHORIZED;
      if (ttlMs === 0) return ask(event, identity, "");
      const key = identity.length === 1 ? (identity[0] ?? "") : JSON.stringify(identity);
      const earlier = kept.get(key);
      if (earlier !== undefined) {
        if (earlier.expires > Date.now()) return earlier.decision;
        kept.delete(key);
      }
      const running = pending.get(key);
      if (running !== undefined) return running;
      const call = ask(event, identity, key).finally(() => pending.delete(key));
      pending.set(key, call);
      return call;
    },
  };
}

const isGiven = (value: string | undefined): value is string => value !== undefined && value !== "";

type Source = (event: RequestEvent) => string | undefined;

function parseSource(expression: string, authorizerId: string): Source {
  const [, header] = /^\$request\.header\.(.+)$/.exec(expression) ?? [];
  if (header !== undefined) {
    const name = header.toLowerCase();
    return (event) => event.headers[name];
  }
  const [, parameter] = /^\$request\.querystring\.(.+)$/.exec(expression) ?? [];
  if (parameter !== undefined) return (event) => event.queryStringParameters?.[parameter];
  if (expression === "$context.routeKey") return (event) => event.routeKey;
  throw new Error(
    `The authorizer "${authorizerId}" has the identity source "${expression}", which the local gateway does not know: ` +
      "it knows $request.header.<name>, $request.querystring.<name> and $context.routeKey.",
  );
}

function decisionOf(result: InvocationResult, id: string): Decision {
  if (!result.ok) {
    const { errorType, errorMessage } = result.error;
    return { allowed: false, status: 500, reason: `authorizer "${id}": ${errorType}: ${errorMessage}` };
  }
  const { payload } = result;
  const answer: Record<string, unknown> = isRecord(payload) ? payload : {};
  if (typeof answer.isAuthorized !== "boolean") {
    return { allowed: false, status: 500, reason: `authorizer "${id}" answered no boolean isAuthorized` };
  }
  if (!answer.isAuthorized) return FORBIDDEN;
  return { allowed: true, context: isRecord(answer.context) ? answer.context : {} };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
