/**
 * Errors as data: what a client gets instead of an answer, in the form of RFC 9457 (problem details).
 * A problem travels as a thrown plain `Error` with a `problem` property: error classes do not survive serialization.
 */
export interface Problem {
  /** HTTP status. */
  status: number;
  /** Stable snake_case code that clients may switch on. */
  code: string;
  /** One sentence for people about this very occurrence. */
  detail: string;
  /** Validation errors: dotted path into the body or query, and what is wrong there. */
  errors?: { path: string; message: string }[];
  /** Seconds after which a retry makes sense (`Retry-After`). */
  retryAfter?: number;
}

/** A throwable problem, e.g. `throw problem(404, "group_not_found", "There is no such group.")`. */
export const problem = (
  status: number,
  code: string,
  detail: string,
  more: Pick<Problem, "errors" | "retryAfter"> = {},
): Error & { problem: Problem } => Object.assign(new Error(detail), { problem: { status, code, detail, ...more } });

/** The problem that an error carries, if it is one of ours. */
export const problemOf = (error: unknown): Problem | undefined =>
  error instanceof Error && "problem" in error ? (error.problem as Problem) : undefined;

const titleOf = (status: number): string => {
  const titles: Record<number, string> = {
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    412: "Precondition Failed",
    413: "Content Too Large",
    422: "Unprocessable Content",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
  };
  return titles[status] ?? "Error";
};

/** The `application/problem+json` document of a problem. */
export const problemDocument = ({ status, code, detail, errors }: Problem): Record<string, unknown> => ({
  type: `urn:ahorro:problem:${code}`,
  title: titleOf(status),
  status,
  detail,
  code,
  ...(errors === undefined ? {} : { errors }),
});
