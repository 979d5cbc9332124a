/**
 * What was caused by what: the id that API Gateway gave a request (`apigw-requestid` of its answer, `requestId` of the access log) goes with the
 * events that the request leads to, as CloudEvents' extension `correlationid`, and into the log lines of all who handle these.
 */

/** A variable of the instance's environment, as Lambda's own `_X_AMZN_TRACE_ID` is one: an instance serves one request at a time. */
const VARIABLE = "CORRELATION_ID";

/** From now on this instance is at work on this request. */
export const beginRequest = (requestId: string): void => {
  process.env[VARIABLE] = requestId;
};

/** The request that this instance is at work on; none, where nobody's request is the cause. */
export const correlationId = (): string | undefined => process.env[VARIABLE];
