import assert from "node:assert/strict";
import type { LambdaHost } from "../../local/lambda";
import type { Graph, Resource } from "../../local/program/graph";
import { startSchedules } from "../../local/schedules";

const resource = (type: string, name: string, inputs: object, outputs: object = {}) =>
  ({ type, name, urn: `urn:pulumi:local::ahorro::${type}::${name}`, inputs, outputs }) as unknown as Resource;

const rule = (name: string, scheduleExpression: string) =>
  resource("aws:cloudwatch/eventRule:EventRule", name, { scheduleExpression }, { name: `${name}-physical` });
const target = (name: string, ofRule: string, arn: string, input?: string) =>
  resource("aws:cloudwatch/eventTarget:EventTarget", name, { rule: `${ofRule}-physical`, arn, input });

const graph = (...resources: Resource[]) => ({ stack: "local", resources, outputs: {} }) as unknown as Graph;

/** A clock that goes on when told, for `setInterval`. */
function fakeTimers() {
  const { setInterval: realSet, clearInterval: realClear } = globalThis;
  let now = 0;
  const timers = new Map<object, { period: number; at: number; run: () => void }>();
  globalThis.setInterval = ((run: () => void, period: number) => {
    const timer = {};
    timers.set(timer, { period, at: period, run });
    return timer;
  }) as unknown as typeof setInterval;
  globalThis.clearInterval = ((timer: object) => timers.delete(timer)) as unknown as typeof clearInterval;
  return {
    pass(ms: number) {
      for (const end = now + ms; now < end; ) {
        now = Math.min(end, ...[...timers.values()].map(({ at }) => at));
        for (const timer of timers.values()) {
          if (timer.at > now) continue;
          timer.at += timer.period;
          timer.run();
        }
      }
    },
    get running() {
      return timers.size;
    },
    restore() {
      globalThis.setInterval = realSet;
      globalThis.clearInterval = realClear;
    },
  };
}

describe("Schedules", () => {
  let clock: ReturnType<typeof fakeTimers>;
  const invoked: [name: string, event: unknown][] = [];
  const host: LambdaHost = {
    has: () => true,
    invoke: () => Promise.reject(new Error("Nobody waits for a scheduled function.")),
    invokeAsync: (name, event) => invoked.push([name, event]),
    close: () => Promise.resolve(),
  };
  beforeEach(() => {
    invoked.splice(0);
    clock = fakeTimers();
  });
  afterEach(() => clock.restore());

  for (const [expression, period] of [
    ["rate(1 minute)", 60_000],
    ["rate(5 minutes)", 300_000],
    ["rate(1 hour)", 3_600_000],
    ["rate(12 hours)", 43_200_000],
    ["rate(1 day)", 86_400_000],
    ["rate(7 days)", 604_800_000],
  ] as const) {
    it(`invoke a function at ${expression}, the first time when a period is over`, () => {
      startSchedules(graph(rule("sweep", expression), target("sweep", "sweep", "arn:relay", '{"a":1}')), host);
      clock.pass(period - 1);
      assert.deepEqual(invoked, []);
      clock.pass(1);
      assert.deepEqual(invoked, [["arn:relay", { a: 1 }]]);
      clock.pass(2 * period);
      assert.equal(invoked.length, 3);
    });
  }

  it("invoke all targets of a rule, each with its input, and those of no other", () => {
    startSchedules(
      graph(
        rule("often", "rate(1 minute)"),
        rule("seldom", "rate(2 minutes)"),
        target("one", "often", "arn:one"),
        target("two", "often", "arn:two", '["two"]'),
        target("three", "seldom", "arn:three"),
      ),
      host,
    );
    clock.pass(60_000);
    assert.deepEqual(invoked, [
      ["arn:one", {}],
      ["arn:two", ["two"]],
    ]);
    clock.pass(60_000);
    assert.deepEqual(invoked.map(([name]) => name).sort(), ["arn:one", "arn:one", "arn:three", "arn:two", "arn:two"]);
  });

  it("stop when told", () => {
    const stop = startSchedules(graph(rule("sweep", "rate(1 minute)"), target("sweep", "sweep", "arn:relay")), host);
    clock.pass(60_000);
    assert.equal(clock.running, 1);
    stop();
    assert.equal(clock.running, 0);
    clock.pass(600_000);
    assert.equal(invoked.length, 1);
  });

  it("invoke a function in the minutes that a cron expression means, once in each", () => {
    const start = Date.UTC(2026, 10, 27, 15, 28, 50); // a Friday
    const realNow = Date.now;
    let passed = 0;
    Date.now = () => start + passed;
    try {
      startSchedules(graph(rule("rates", "cron(30 15 ? * MON-FRI *)"), target("rates", "rates", "arn:loader")), host);
      const pass = (minutes: number) => {
        for (let quarter = 0; quarter < 4 * minutes; quarter += 1) {
          passed += 15_000;
          clock.pass(15_000);
        }
      };
      pass(1);
      assert.equal(invoked.length, 0);
      pass(1);
      assert.deepEqual(invoked, [["arn:loader", {}]]);
      pass(3 * 1440 - 10);
      assert.equal(invoked.length, 1);
      pass(10);
      assert.equal(invoked.length, 2);
    } finally {
      Date.now = realNow;
    }
  });

  it("leave out rules that are disabled", () => {
    const disabled = rule("off", "rate(1 minute)");
    disabled.inputs.state = "DISABLED";
    startSchedules(graph(disabled, target("off", "off", "arn:off")), host);
    clock.pass(120_000);
    assert.deepEqual([invoked, clock.running], [[], 0]);
  });

  for (const expression of [
    "cron(0 3 * * ?)",
    "cron(0 3 * * * *)",
    "cron(0 3 L * ? *)",
    "rate(1.5 hours)",
    "rate(2 weeks)",
    "rate(minute)",
    "",
    "at(2026-11-22)",
  ]) {
    it(`refuse "${expression}", naming the rule, and leave nothing running`, () => {
      const wrong = graph(
        rule("sweep", "rate(1 minute)"),
        target("sweep", "sweep", "arn:relay"),
        rule("nightly", expression),
        target("nightly", "nightly", "arn:nightly"),
      );
      assert.throws(
        () => startSchedules(wrong, host),
        /The rule "nightly" has the schedule ".*", which the local stack does not know/,
      );
      assert.equal(clock.running, 0);
    });
  }
});
