import autocannon from "autocannon";
import { demoFamily, demoPassword } from "../functions/demo/family";
import { cognitoClient } from "../local/services/cognito-client";
import type { Endpoints } from "../local/stack";
import { median } from "./figures";

/** How often each figure is measured. */
export const ROUNDS = 5;
/** How long each round of load takes. */
export const SECONDS = 4;

/** Somebody of the demo family who uses the API. */
export interface Visitor {
  token: string;
  userId: string;
  /** @throws Error with the answer when it is no success. */
  request(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
}

// biome-ignore lint/suspicious/noExplicitAny: JSON of any route
type Answer = any;

/** Signs in as one of the demo family; as its founder unless told. */
export async function visitor({ api, cognito }: Endpoints, email: string = demoFamily[0].email): Promise<Visitor> {
  const client = cognitoClient({ endpoint: cognito.endpoint, clientId: cognito.client_id });
  const { idToken: token } = await client.signIn({ email, password: demoPassword });
  const request: Visitor["request"] = async (method, path, body, headers = {}) => {
    const response = await fetch(api + path, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}: ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  };
  return { token, userId: (await request("GET", "/users/me")).user_id, request };
}

/** Load of so many connections for so many seconds; every answer must be a success. Each connection posts one of `bodies`. */
export async function load(
  url: string,
  token: string,
  options: { connections: number; seconds?: number; bodies?: unknown[] },
): Promise<autocannon.Result> {
  const { bodies } = options;
  let connection = 0;
  const result = await autocannon({
    url,
    connections: options.connections,
    duration: options.seconds ?? SECONDS,
    method: bodies === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(bodies && { setupClient: (client) => client.setBody(JSON.stringify(bodies[connection++ % bodies.length])) }),
  });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${result.non2xx} failed, ${result.errors} errors: ${url}`);
  return result;
}

/** Median latency in ms of one request after another on one connection; autocannon's histogram has whole milliseconds only. */
export const medianLatency = (url: string, token: string, seconds = SECONDS): Promise<number> =>
  medianTime(async () => {
    const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    await response.text();
    if (!response.ok) throw new Error(`${response.status}: ${url}`);
  }, seconds);

/** Median time in ms of one call after another. */
export async function medianTime(call: () => Promise<unknown>, seconds = SECONDS): Promise<number> {
  const times: number[] = [];
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    const started = performance.now();
    await call();
    times.push(performance.now() - started);
  }
  return median(times);
}
