import assert from "node:assert/strict";
import { isTransient, poison, poisonOf, transient } from "../../../functions/runtime/failures";
import { problem } from "../../../functions/runtime/problem";

const error = (fields: object, message = "no") => Object.assign(new Error(message), fields);
/** As postgres.js throws them. */
const sql = (code: string) => error({ name: "PostgresError", severity: "ERROR", code });
/** As the AWS SDK throws them. */
const aws = (name: string, httpStatusCode = 400) => error({ name, $metadata: { httpStatusCode } });

describe("A failure", () => {
  const cases: Record<"transient" | "of the event", Record<string, unknown>> = {
    transient: {
      "what says so itself": transient("again"),
      "a service that is not available": problem(503, "unavailable", "Not now."),
      "a serialization failure": sql("40001"),
      "a deadlock": sql("40P01"),
      "a lock that is not to be had": sql("55P03"),
      "a statement that took too long": sql("57014"),
      "a database that shuts down": sql("57P01"),
      "too many connections": sql("53300"),
      "a database that only reads, after a failover": sql("25006"),
      "a role that may not": sql("42501"),
      "a table that is not there yet": sql("42P01"),
      "a password that is wrong": sql("28P01"),
      "a database that is not there": sql("3D000"),
      "a broken connection": error({ code: "CONNECTION_CLOSED" }),
      "no connection in time": error({ code: "CONNECT_TIMEOUT" }),
      "a reset connection": error({ code: "ECONNRESET" }),
      "a name that cannot be resolved just now": error({ code: "EAI_AGAIN" }),
      "a fetch that got nowhere": new TypeError("fetch failed", { cause: error({ code: "ECONNREFUSED" }) }),
      "a fetch that tried two addresses": new TypeError("fetch failed", {
        cause: new AggregateError([error({ code: "ENETUNREACH" }), error({ code: "ECONNREFUSED" })]),
      }),
      "a socket that was closed": new TypeError("fetch failed", { cause: error({ code: "UND_ERR_SOCKET" }) }),
      "an SDK that ran out of time": error({ name: "TimeoutError" }),
      "throttling in DynamoDB": aws("ProvisionedThroughputExceededException"),
      "throttling in Cognito": aws("TooManyRequestsException"),
      "throttling by its status": aws("Whatever", 429),
      "a fault of AWS": aws("Whatever", 500),
      "AWS not being available": aws("Whatever", 503),
      "SES that sends no more today": aws("LimitExceededException"),
      "a role that AWS refuses": aws("AccessDeniedException"),
      "credentials that have expired": aws("Whatever", 403),
      "a table that is not there": aws("ResourceNotFoundException"),
    },
    "of the event": {
      "what is not JSON": poison("not_json", "?"),
      "a bug": new TypeError("Cannot read properties of undefined (reading 'length')"),
      "any error": new Error("no"),
      "what is no error": "no",
      nothing: undefined,
      "a value that PostgreSQL cannot read": sql("22P02"),
      "a number that is too large": sql("22003"),
      "a constraint that is violated": sql("23514"),
      "what a trigger refuses": sql("P0001"),
      "what AWS cannot read": aws("ValidationException"),
      "an item that is too large": aws("ItemCollectionSizeLimitExceededException"),
      "an address that SES does not take": aws("MessageRejected"),
      "a request that is wrong": problem(422, "invalid_body", "No."),
      "a wrong argument": error({ code: "ERR_INVALID_ARG_TYPE" }),
    },
  };
  for (const [kind, failures] of Object.entries(cases)) {
    for (const [what, failure] of Object.entries(failures)) {
      it(`is ${kind}: ${what}`, () => assert.equal(isTransient(failure), kind === "transient"));
    }
  }

  it("that is poison says why, and no other does", () => {
    assert.equal(poisonOf(poison("contract_broken", "data.email: ?")), "contract_broken");
    for (const other of [new Error("no"), transient("again"), sql("22P02"), undefined]) {
      assert.equal(poisonOf(other), undefined);
    }
  });

  it("may go round in circles", () => {
    const round = new Error("no");
    round.cause = round;
    assert.equal(isTransient(round), false);
  });
});
