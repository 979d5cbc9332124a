import assert from "node:assert/strict";
import { LINGER, relayWaker } from "../../../functions/outbox/wake";
import { withLambdaEndpoint } from "../../support/lambda-endpoint";

/** Runs with a time of day that only goes on, or back, when told. */
async function withClock(run: (pass: (ms: number) => void) => Promise<void>): Promise<void> {
  const { now } = Date;
  let time = now();
  Date.now = () => time;
  try {
    await run((ms) => {
      time += ms;
    });
  } finally {
    Date.now = now;
  }
}

/** Runs with warnings kept instead of printed. */
async function withWarnings(run: (warnings: unknown[]) => Promise<void>): Promise<void> {
  const { warn } = console;
  const warnings: unknown[] = [];
  console.warn = (...values) => warnings.push(...values);
  try {
    await run(warnings);
  } finally {
    console.warn = warn;
  }
}

const nobodyWaits = async () => false;

describe("The call for the relay", () => {
  it("is an empty event to the function that the environment names", () =>
    withLambdaEndpoint({ RELAY_FUNCTION: "ahorro-dev-users-relay" }, async (calls) => {
      await relayWaker(nobodyWaits)();
      assert.deepEqual(
        calls.map(({ functionName, event }) => [functionName, event]),
        [["ahorro-dev-users-relay", {}]],
      );
    }));

  it("is made once for the commits of a moment, and again before the relay that was called can be gone", () =>
    withLambdaEndpoint({ RELAY_FUNCTION: "relay" }, (calls) =>
      withClock(async (pass) => {
        const wake = relayWaker(nobodyWaits);
        for (let commit = 0; commit < 5; commit += 1) await wake();
        assert.equal(calls.length, 1);
        pass(LINGER / 2 - 1);
        await wake();
        assert.equal(calls.length, 1);
        pass(1);
        await wake();
        await wake();
        assert.equal(calls.length, 2);
        pass(LINGER * 10);
        await wake();
        assert.equal(calls.length, 3);
        // A clock that was ahead has been set.
        pass(-LINGER * 1000);
        await wake();
        assert.equal(calls.length, 4);
      }),
    ));

  it("is spared while a relay waits for its turn, of which it is asked as rarely", () =>
    withLambdaEndpoint({ RELAY_FUNCTION: "relay" }, (calls) =>
      withClock(async (pass) => {
        const looks = [true, true, false];
        const wake = relayWaker(async () => looks.shift() ?? true);
        for (let commit = 0; commit < 5; commit += 1) await wake();
        assert.equal(looks.length, 2);
        pass(LINGER / 2);
        await wake();
        assert.deepEqual([looks.length, calls.length], [1, 0]);
        pass(LINGER / 2);
        await wake();
        assert.deepEqual([looks.length, calls.length], [0, 1]);
      }),
    ));

  it("is made where it cannot be seen whether a relay waits", () =>
    withLambdaEndpoint({ RELAY_FUNCTION: "relay" }, async (calls) => {
      await relayWaker(() => Promise.reject(new Error("the connection is gone")))();
      assert.equal(calls.length, 1);
    }));

  it("that fails is told to the log only, and made again with the next commit", () =>
    withLambdaEndpoint({ RELAY_FUNCTION: "relay" }, (calls, answerWith) =>
      withClock(() =>
        withWarnings(async (warnings) => {
          const wake = relayWaker(nobodyWaits);
          answerWith(() => ({ status: 429 }));
          await wake();
          assert.deepEqual(warnings, [
            {
              message: "the relay could not be called",
              error: "Error: Lambda answered 429 to the invocation of relay.",
            },
          ]);
          answerWith(() => ({ status: 202 }));
          await wake();
          await wake();
          assert.equal(calls.length, 2);
          assert.equal(warnings.length, 1);
        }),
      ),
    ));

  it("that reaches nobody is no failure either", () =>
    withLambdaEndpoint({ RELAY_FUNCTION: "relay", AWS_ENDPOINT_URL: "http://127.0.0.1:1" }, () =>
      withWarnings(async (warnings) => {
        await relayWaker(nobodyWaits)();
        assert.equal(warnings.length, 1);
      }),
    ));
});
