import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { command } from "../../../functions/dead-letters/command";
import type { Described } from "../../../functions/dead-letters/letter";
import { PROJECT_FOLDER } from "../../../local/program/stack-config";
import { stack } from "../../support/stack";
import { produce } from "../../support/topics";

const letter: Described = {
  id: "ahorro.users.dlq/0/5",
  reason: "handler_failed",
  error: "TypeError: a bug",
  attempts: "3",
  group: "categories",
  function: "ahorro-prod-categories-consumer",
  origin: "ahorro.users/3/17",
  timestamp: "2026-11-22T09:30:00.000Z",
  time: "2026-11-22T09:30:01.000Z",
  key: "a key",
  event_id: "an id",
  event_type: "UserCreated",
};

/** Runs the command on functions that answer these, one after the other; answers what they were asked, too. */
async function run(line: string, ...answers: unknown[]) {
  const asked: unknown[] = [];
  const printed = await command(line.split(" "), (stackName) => async (name, event) => {
    asked.push([stackName, name, event]);
    return answers.shift();
  });
  return { asked, printed };
}

describe("npm run dead-letters", () => {
  it("lists", async () => {
    const { asked, printed } = await run("list", { dead_letters: [letter], complete: true });
    assert.deepEqual(asked, [["local", "dead-letters-replay", { list: { values: false } }]]);
    assert.equal(
      printed,
      `ahorro.users.dlq/0/5  handler_failed  categories  2026-11-22T09:30:01.000Z
    TypeError: a bug
    UserCreated an id, key a key, was ahorro.users/3/17 of 2026-11-22T09:30:00.000Z

1 dead letters.`,
    );
  });

  it("lists some, with their content, of another stack, as JSON", async () => {
    const line = "list --topic ahorro.users --group categories --id a --id b --values --json --stack prod";
    const { asked, printed } = await run(line, { dead_letters: [{ ...letter, value: "{}" }], complete: true });
    const list = { topic: "ahorro.users", group: "categories", ids: ["a", "b"], values: true };
    assert.deepEqual(asked, [["prod", "dead-letters-replay", { list }]]);
    assert.deepEqual(JSON.parse(printed), [{ ...letter, value: "{}" }]);
  });

  it("says when there are none, or more", async () => {
    assert.equal((await run("list", { dead_letters: [], complete: true })).printed, "There are no dead letters.");
    assert.match((await run("list", { dead_letters: [letter], complete: false })).printed, /and there are more\.$/);
  });

  it("replays what there is at that moment, in as many calls as it takes", async () => {
    const started = new Date().toISOString();
    const first = { replayed: 2, done: 5, complete: false };
    const { asked, printed } = await run("replay --group categories", first, { replayed: 1, done: 1, complete: true });
    assert.equal(printed, "6 dead letters given back: 3 records published.");
    assert.equal(asked.length, 2);
    assert.deepEqual(asked[0], asked[1]);
    const [[, name, event]] = asked as [[string, string, { replay: { before: string } }]];
    const { before, ...selection } = event.replay;
    assert.deepEqual([name, selection], ["dead-letters-replay", { group: "categories" }]);
    assert.ok(before >= started && before <= new Date().toISOString());
  });

  it("does not go on when nothing moves", () =>
    assert.rejects(run("replay --all", { replayed: 0, done: 0, complete: false }), /not time enough/));

  it("has the relay put events back that the broker has refused", async () => {
    const { asked, printed } = await run("outbox users --id a --id b", { replayed: 2 });
    assert.deepEqual(asked, [["local", "users-relay", { replay: { ids: ["a", "b"] } }]]);
    assert.equal(printed, "2 events put back into the outbox of users.");
    assert.deepEqual((await run("outbox transactions", { replayed: 0 })).asked, [
      ["local", "transactions-relay", { replay: {} }],
    ]);
    await assert.rejects(run("outbox users", { published: 0 }), /did not understand/);
  });

  for (const [line, message] of [
    ["", /What is to be done\?/],
    ["delete", /"delete" is not known here/],
    ["replay", /Which ones\? Say --all/],
    ["outbox", /Of which database\?/],
    ["list users", /more arguments/],
    ["list --grup x", /'--grup'/],
  ] as const) {
    it(`explains itself after "${line}"`, () =>
      assert.rejects(run(line), (error: Error) => {
        assert.match(error.message, message);
        assert.match(error.message, /npm run dead-letters -- list/);
        return true;
      }));
  }

  describe("as people run it", () => {
    const folder = join(tmpdir(), `ahorro-command-test-${process.pid}`);
    const npmRun = (...args: string[]) =>
      promisify(execFile)("npm", ["run", "--silent", "dead-letters", "--", ...args], {
        cwd: PROJECT_FOLDER,
        env: { ...process.env, AHORRO_DATA_DIR: folder },
      });
    before(() => mkdirSync(folder));
    after(() => rmSync(folder, { recursive: true }));

    it("says that the local stack does not run", () =>
      assert.rejects(npmRun("list"), (error: { code: number; stderr: string }) => {
        assert.deepEqual(
          [error.code, error.stderr],
          [1, "The local stack does not run (npm start). For one in AWS, say --stack <name>.\n"],
        );
        return true;
      }));

    it("has a relay put back what the broker has refused", async () => {
      const { endpoints, users } = await stack();
      writeFileSync(join(folder, "endpoints.json"), JSON.stringify(endpoints));
      const [id, other] = [randomUUID(), randomUUID()];
      for (const dead of [id, other]) {
        await users`
          insert into outbox_dead_letters (id, xid, seq, event_type, aggregate_id, payload, attempts, last_error, created_at)
          select ${dead}, pg_current_xact_id(), coalesce(max(seq), 0) + 1, 'Large', ${dead}, '{}', 1, 'too large', now()
          from outbox
        `;
      }
      const { stdout } = await npmRun("outbox", "users", "--id", id);
      assert.equal(stdout, "1 events put back into the outbox of users.\n");
      assert.deepEqual([...(await users`delete from outbox where id in ${users([id, other])} returning id`)], [{ id }]);
      assert.deepEqual(
        [...(await users`delete from outbox_dead_letters where id = ${other} returning id`)],
        [{ id: other }],
      );
    });

    it("finds the local stack", async () => {
      const { endpoints } = await stack();
      writeFileSync(join(folder, "endpoints.json"), JSON.stringify(endpoints));
      await produce("ahorro.transactions.dlq", [{ value: "by hand", headers: { ce_id: "put by hand" } }]);
      const { stdout } = await npmRun("list", "--id", "put by hand", "--values");
      assert.match(stdout, /^ahorro\.transactions\.dlq\/0\/\d+ {2}\(no reason\)/);
      assert.match(stdout, /\n {4}by hand\n\n1 dead letters\.\n$/);
      const replayed = await npmRun("replay", "--id", "put by hand");
      assert.equal(replayed.stdout, "1 dead letters given back: 1 records published.\n");
      await assert.rejects(npmRun("list", "--topic", "nowhere"), (error: { stderr: string }) => {
        assert.match(error.stderr, /^ahorro-local-dead-letters-replay failed: There is no topic "nowhere"/);
        return true;
      });
    });
  });
});
