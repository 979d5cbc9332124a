import createClient, { type Client } from "openapi-fetch";
import { loadConfig } from "../app/config";
import { idToken, sessionExpired } from "../auth/session";
import { apiProblem, isApiProblem, problemOfResponse } from "./problem";
import type { paths } from "./schema";

export type * from "./types";

/** The API's client, of the paths and types of its OpenAPI document. */
export const client: Client<paths> = createClient<paths>({ baseUrl: "/", fetch: send });

/** Carries a request to where the API is, signed in; refreshes a refused token once. @throws ApiProblem when no answer comes. */
export async function send(request: Request): Promise<Response> {
  const { api } = await orOffline(loadConfig());
  const url = new URL(request.url);
  const body = request.method === "GET" || request.method === "DELETE" ? undefined : await request.text();
  const once = async (refresh: boolean): Promise<Response> => {
    const headers = new Headers(request.headers);
    headers.set("authorization", `Bearer ${await orOffline(idToken({ refresh }))}`);
    const init = { method: request.method, headers, signal: request.signal, ...(body !== undefined && { body }) };
    return orOffline(fetch(`${api}${url.pathname}${url.search}`, init));
  };
  const response = await once(false);
  if (response.status !== 401 && response.status !== 403) return response;
  // Our own 403 is a problem document: the role does not suffice. Any other comes from the gateway, and is about the token.
  if (response.headers.get("content-type")?.startsWith("application/problem+json")) return response;
  const again = await once(true);
  if (again.status === 401) sessionExpired();
  return again;
}

async function orOffline<Result>(promise: Promise<Result>): Promise<Result> {
  try {
    return await promise;
  } catch (error) {
    if (isApiProblem(error) || (error instanceof DOMException && error.name === "AbortError")) throw error;
    throw apiProblem(0, "network", error instanceof Error ? error.message : String(error));
  }
}

/** The body of an answer. @throws ApiProblem for any answer that is not 2xx. */
export async function unwrap<Body>(
  answer: Promise<{ data?: Body; error?: unknown; response: Response }>,
): Promise<Body> {
  const { data, error, response } = await answer;
  if (!response.ok) throw problemOfResponse(response, error);
  return data as Body;
}

/** All items of a list, page after page. */
export async function everyPage<Item>(
  page: (cursor: string | undefined) => Promise<{ items: Item[]; next_cursor: string | null }>,
): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const answer = await page(cursor);
    items.push(...answer.items);
    cursor = answer.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return items;
}

export const newKey = (): string => crypto.randomUUID();

/** The header that makes a POST safe to repeat. */
export const idempotent = (key = newKey()) => ({ header: { "Idempotency-Key": key } });
