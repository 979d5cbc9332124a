/**
 * Why an event could not be handled, and what follows from it. A *transient* failure says nothing of the event: whatever is wrong, it is
 * wrong for others, too, so the event is given again until it is mended. An event that is *poison* fails again however often it is
 * given, and is set aside. Marks are properties of plain errors, for classes do not survive serialization.
 */
import { isConflict, isUnavailable } from "./postgres";
import { problemOf } from "./problem";

/** Why a record was set aside. */
export type Reason = "not_json" | "not_cloudevent" | "contract_broken" | "handler_failed";

/** The failure of a record that no repetition mends. */
export const poison = (reason: Reason, message: string): Error & { poison: Reason } =>
  Object.assign(new Error(message), { poison: reason });

/** The failure of what may succeed when it is repeated. */
export const transient = (message: string): Error & { transient: true } =>
  Object.assign(new Error(message), { transient: true } as const);

/** Why nobody needs to try again; undefined when that is not known beforehand. */
export const poisonOf = (error: unknown): Reason | undefined =>
  error instanceof Error && "poison" in error ? (error.poison as Reason) : undefined;

/**
 * Whether a failure has another cause than the event: the database or AWS cannot be reached, are overloaded, or refuse whoever asks.
 * The latter mends itself no more than poison does, but would have every event set aside.
 */
export const isTransient = (error: unknown): boolean => {
  const causes: unknown[] = [error];
  // What is wrong may be further down: fetch says no more than "fetch failed".
  for (let cause = error; cause instanceof Error && causes.length < 8; cause = cause.cause) {
    causes.push(cause.cause);
    if (cause instanceof AggregateError) causes.push(...cause.errors);
  }
  return causes.some(
    (cause) =>
      (cause instanceof Error && "transient" in cause && cause.transient === true) ||
      (problemOf(cause)?.status ?? 0) >= 500 ||
      isUnavailable(cause) ||
      isConflict(cause) ||
      isFaultOfDatabase(cause) ||
      isOutage(cause) ||
      isRefusedCaller(cause),
  );
};

/**
 * An API of AWS fails, throttles, or cannot be reached, after the SDK's own retries ("Error handling" of the DynamoDB developer
 * guide; "Common errors" of each API's reference; names vary).
 */
export const isOutage = (error: unknown): boolean => {
  const names = [
    "AbortError",
    "AccountSuspendedException",
    "InternalErrorException",
    "InternalServerError",
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestTimeout",
    "SendingPausedException",
    "ServiceUnavailable",
    "ThrottlingException",
    "TimeoutError",
    "TooManyRequestsException",
  ];
  const status = statusOf(error);
  return (
    names.includes(nameOf(error)) ||
    status === 429 ||
    status >= 500 ||
    /^(E(AI_AGAIN|CONN\w+|HOST\w+|NET\w+|NOTFOUND|PIPE|TIMEDOUT)|UND_ERR_\w+)$/.test(codeOf(error))
  );
};

/** AWS does not let this function do it, or what the function uses is not there: a fault of the deployment. */
const isRefusedCaller = (error: unknown): boolean =>
  [401, 403].includes(statusOf(error)) ||
  [
    "AccessDeniedException",
    "ExpiredTokenException",
    "InvalidSignatureException",
    "MailFromDomainNotVerifiedException",
    "NotAuthorizedException",
    "NotFoundException",
    "ResourceNotFoundException",
    "UnrecognizedClientException",
  ].includes(nameOf(error));

/**
 * An error of PostgreSQL that says something of the database. Only these classes say something of the values: cardinality, data and
 * constraint violations, and what functions raise (PostgreSQL, appendix A). The others are about connections, resources, locks,
 * rights, and tables that are not there (yet).
 */
const isFaultOfDatabase = (error: unknown): boolean =>
  error instanceof Error && "severity" in error && !/^(21|22|23|44|P0)/.test(codeOf(error));

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : "");

const codeOf = (error: unknown): string => (error instanceof Error && "code" in error ? String(error.code) : "");

/** HTTP status of an answer of AWS, as its SDK tells it; 0 for none. */
const statusOf = (error: unknown): number =>
  error instanceof Error && "$metadata" in error ? Number(Object(error.$metadata).httpStatusCode ?? 0) : 0;
