/** What went wrong with a request, as the screens need it. */
export interface ApiProblem extends Error {
  /** HTTP status; 0 when there was no answer at all. */
  status: number;
  /** Stable, snake_case; `network` when there was no answer. */
  code: string;
  errors: { path: string; message: string }[];
}

export const apiProblem = (
  status: number,
  code: string,
  detail: string,
  errors: ApiProblem["errors"] = [],
): ApiProblem => Object.assign(new Error(detail), { status, code, errors });

export const isApiProblem = (error: unknown): error is ApiProblem =>
  error instanceof Error && "status" in error && "code" in error;

export const isOffline = (error: unknown): boolean => isApiProblem(error) && error.status === 0;

/** Worth another try later: nothing is wrong with the request itself. */
export const isPassing = (error: unknown): boolean =>
  isApiProblem(error) &&
  (error.status === 0 || error.status === 429 || error.status >= 500 || error.code === "idempotency_key_in_flight");

/** A problem document (RFC 9457), or what API Gateway says by itself: `{ "message": … }`. */
export const problemOfResponse = (response: Response, body: unknown): ApiProblem => {
  const document = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  const errors = Array.isArray(document.errors) ? (document.errors as ApiProblem["errors"]) : [];
  const detail = document.detail ?? document.message ?? response.statusText;
  return apiProblem(response.status, String(document.code ?? `http_${response.status}`), String(detail), errors);
};
