/**
 * Who is signed in. What is known at once (from the last time) is kept apart from Cognito's library, which is loaded when a token is needed.
 */
import { apiProblem } from "../api/problem";

export interface Session {
  userId: string;
  email: string;
}

const STORE = "ahorro.session";

let current: Session | undefined = read();
let expired = false;
const listeners = new Set<() => void>();

function read(): Session | undefined {
  try {
    return JSON.parse(localStorage.getItem(STORE) ?? "null") ?? undefined;
  } catch {
    return undefined;
  }
}

export const session = (): Session | undefined => current;
/** Whether the last session ended without being asked to. */
export const hasExpired = (): boolean => expired;

export const onSession = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const setSession = (next: Session | undefined): void => {
  current = next;
  expired = false;
  if (next) localStorage.setItem(STORE, JSON.stringify(next));
  else localStorage.removeItem(STORE);
  for (const listener of listeners) listener();
};

/** The refresh token is no longer good: sign in again. What is kept on this device stays for the same person. */
export const sessionExpired = (): void => {
  if (current === undefined) return;
  setSession(undefined);
  expired = true;
  for (const listener of listeners) listener();
};

/** A token for the API. @throws ApiProblem 401 when there is nobody, or an error of the network. */
export async function idToken({ refresh = false } = {}): Promise<string> {
  const { currentTokens } = await import("./cognito");
  const tokens = await currentTokens(refresh);
  if (tokens !== undefined) return tokens;
  sessionExpired();
  throw apiProblem(401, "signed_out", "Nobody is signed in.");
}
