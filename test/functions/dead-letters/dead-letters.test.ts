import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { CloudEvent } from "../../../functions/runtime/consumer";
import { countDeadLetters, deadLetters, replay } from "../../support/dead-letters";
import { cloudEvent, mskEvent } from "../../support/events";
import { eventually } from "../../support/eventually";
import { stack } from "../../support/stack";
import { produce, readTopics } from "../../support/topics";

const USERS = "ahorro.users";
/** Who consumes it. */
const GROUPS = ["analytics", "categories", "exports", "identity", "lake", "notifications", "transactions"];

/** An event of a group with one member, which the transactions service takes in. */
const groupEvent = (groupId: string): CloudEvent =>
  cloudEvent("GroupCreated", groupId, {
    group_id: groupId,
    version: 1,
    members: [{ user_id: randomUUID(), role: "owner", joined_at: new Date().toISOString() }],
  });

/** All in one partition, in this order; headers as the relay sends them. */
const publish = (...records: (CloudEvent | string)[]) =>
  produce(
    USERS,
    records.map((record) =>
      typeof record === "string"
        ? {
            partition: 2,
            key: "a key",
            value: record,
            headers: { trace: ["one", "two"], bytes: Buffer.from([0, 255]) },
          }
        : {
            partition: 2,
            key: record.subject,
            value: JSON.stringify(record),
            headers: { ce_id: record.id, ce_type: record.type },
          },
    ),
  );

const isKnown = async (groupId: string): Promise<true | undefined> => {
  const { transactions } = await stack();
  const rows = await transactions`select from groups where group_id = ${groupId}`;
  return rows.length > 0 ? true : undefined;
};

/** Has the database refuse a group, with an error of this class, until `mend` is called. */
async function refuse(groupId: string, code: string): Promise<{ mend(): Promise<void> }> {
  const { transactions } = await stack();
  const name = `refuse_${groupId.replaceAll("-", "_")}`;
  await transactions.unsafe(`
    create function ${name}() returns trigger language plpgsql as $$
      begin
        if new.group_id = '${groupId}' then raise exception 'the group is refused' using errcode = '${code}'; end if;
        return new;
      end
    $$;
    create trigger ${name} before insert on groups for each row execute function ${name}();
  `);
  return { mend: async () => void (await transactions.unsafe(`drop function ${name}() cascade`)) };
}

/** The lines of a metric that a function has written. */
const metrics = async (about: string): Promise<Record<string, unknown>[]> => {
  const { logged } = await stack();
  return logged
    .filter(({ line }) => line.startsWith("{") && line.includes("_aws") && line.includes(about))
    .map(({ line }) => JSON.parse(line));
};

describe("A record that consumers cannot handle", () => {
  it("is set aside by each group, unchanged, with the reason in its headers, and the partition goes on", () =>
    readTopics([`${USERS}.dlq`], async (published) => {
      const text = `not JSON ${randomUUID()}`;
      const next = randomUUID();
      const started = Date.now();
      await publish(text, groupEvent(next));
      await eventually("the next record", () => isKnown(next));
      const letters = await eventually("a dead letter of each group", () => {
        const found = published.filter(({ value }) => value === text);
        return found.length >= GROUPS.length ? found : undefined;
      });
      assert.deepEqual(letters.map(({ headers }) => headers.dead_letter_group).sort(), GROUPS);
      for (const { key, headers } of letters) {
        assert.equal(key, "a key");
        const { dead_letter_offset, dead_letter_timestamp, dead_letter_time, dead_letter_group, ...others } = headers;
        assert.match(dead_letter_offset ?? "", /^\d+$/);
        for (const time of [dead_letter_timestamp, dead_letter_time]) {
          assert.ok(Date.parse(time ?? "") >= started - 1 && Date.parse(time ?? "") <= Date.now(), time);
        }
        assert.deepEqual(others, {
          trace: "one,two",
          bytes: String(Buffer.from([0, 255])),
          dead_letter_reason: "not_json",
          dead_letter_error: `Error: The record at ${USERS}/2/${dead_letter_offset} is not JSON.`,
          dead_letter_attempts: "1",
          dead_letter_function: `ahorro-local-${dead_letter_group}-consumer`,
          dead_letter_topic: USERS,
          dead_letter_partition: "2",
        });
      }
      const origin = `${USERS}/2/${letters[0]?.headers.dead_letter_offset}`;
      const counted = await eventually("a metric for each", async () => {
        const lines = await metrics(`"${origin}"`);
        return lines.length >= GROUPS.length ? lines : undefined;
      });
      assert.deepEqual(counted.map((line) => line.consumer_group).sort(), GROUPS);
      const { _aws, consumer_group: _, ...line } = counted[0] ?? {};
      assert.deepEqual(line, { topic: USERS, DeadLetters: 1, reason: "not_json", origin });
      assert.deepEqual(Object(_aws).CloudWatchMetrics, [
        {
          Namespace: "ahorro-local",
          Dimensions: [["topic", "consumer_group"]],
          Metrics: [{ Name: "DeadLetters", Unit: "Count" }],
        },
      ]);
    }));

  it("is listed, and given back when its consumer has been mended; then it has its effect", () =>
    readTopics([USERS], async (published) => {
      const [broken, next] = [randomUUID(), randomUUID()];
      const event = groupEvent(broken);
      const { mend } = await refuse(broken, "P0001");
      try {
        await publish(event, groupEvent(next));
        await eventually("the next record", () => isKnown(next));
      } finally {
        await mend();
      }
      assert.equal(await isKnown(broken), undefined);
      const [letter, ...others] = await deadLetters({ ids: [event.id] });
      assert.deepEqual(others, []);
      assert.deepEqual(
        [letter?.reason, letter?.error, letter?.attempts, letter?.group, letter?.event_type, letter?.key],
        ["handler_failed", "PostgresError: the group is refused", "3", "transactions", "GroupCreated", broken],
      );
      assert.equal(letter?.value, JSON.stringify(event));
      assert.ok(letter?.id.startsWith(`${USERS}.dlq/0/`));

      assert.deepEqual(await replay({ ids: [letter?.id ?? ""] }), { replayed: 1, done: 1, complete: true });
      await eventually("the effect", () => isKnown(broken));
      const copies = published.filter(({ event: { id } }) => id === event.id);
      assert.equal(copies.length, 2);
      for (const { key, value, headers } of copies) {
        assert.deepEqual([key, value], [broken, JSON.stringify(event)]);
        assert.deepEqual(headers, { ce_id: event.id, ce_type: event.type });
      }
      assert.deepEqual(await deadLetters({ ids: [event.id] }), []);
      assert.deepEqual(await replay({ ids: [event.id] }), { replayed: 0, done: 0, complete: true });
    }));

  it("is given back alone when it is chosen: by group, id, topic or time; the others stay", async () => {
    const about = randomUUID();
    const [first, second, third] = ["a", "b", "c"].map((name) => `${name} ${about}`);
    await publish(first ?? "", second ?? "", third ?? "", groupEvent(about));
    const all = await eventually("all dead letters", async () => {
      const found = await deadLetters({ topic: USERS }, about);
      return found.length === 3 * GROUPS.length ? found : undefined;
    });
    const of = (value: string | undefined, group: string) =>
      all.find((letter) => letter.value === value && letter.group === group);
    const left = async () => (await deadLetters({}, about)).map(({ id }) => id).sort();
    const without = (...gone: (string | undefined)[]) =>
      all
        .map(({ id }) => id)
        .filter((id) => !gone.includes(id))
        .sort();
    const chosen = of(second, "identity")?.id ?? "";
    for (const other of [{ group: "categories" }, { topic: "ahorro.transactions" }, { before: all[0]?.time ?? "" }]) {
      assert.deepEqual(await replay({ ids: [chosen], ...other }), { replayed: 0, done: 0, complete: true });
    }
    assert.deepEqual(await left(), without());
    assert.deepEqual(await replay({ ids: [chosen] }), { replayed: 1, done: 1, complete: true });
    // It dies again, and so do those of all groups: that is another record.
    const stay = (await left()).filter((id) => all.some((letter) => letter.id === id));
    assert.deepEqual(stay, without(chosen));
  });

  it("is published once, though several groups have set it aside", () =>
    readTopics([USERS], async (published) => {
      const text = `not JSON ${randomUUID()}`;
      await publish(text);
      const letters = await eventually("dead letters", async () => {
        const found = await deadLetters({}, text);
        return found.length === GROUPS.length ? found : undefined;
      });
      const ids = letters.map(({ id }) => id);
      assert.deepEqual(await replay({ ids }), { replayed: 1, done: GROUPS.length, complete: true });
      await eventually("it to die again", async () =>
        (await deadLetters({}, text)).length === GROUPS.length ? true : undefined,
      );
      assert.equal(published.filter(({ value }) => value === text).length, 2);
    }));

  it("is counted as long as it waits", async () => {
    const { logged } = await stack();
    const waiting = (await deadLetters({ topic: USERS, group: "identity" })).length;
    assert.ok(waiting > 0);
    logged.splice(0);
    await countDeadLetters();
    const lines = await metrics("DeadLettersWaiting");
    const line = lines.find(({ topic, consumer_group }) => topic === USERS && consumer_group === "identity");
    assert.equal(line?.DeadLettersWaiting, waiting);
    assert.equal((await deadLetters({ topic: USERS, group: "identity" })).length, waiting);
  });

  it("stays where it is, and holds up its partition, when the failure is transient", async () => {
    const [refused, next] = [randomUUID(), randomUUID()];
    const event = groupEvent(refused);
    const { logged } = await stack();
    const { mend } = await refuse(refused, "40001");
    try {
      await publish(event, groupEvent(next));
      await eventually("a few attempts", () =>
        logged.filter(({ source, line }) => source === "events" && line.includes("the group is refused")).length >= 3
          ? true
          : undefined,
      );
      assert.deepEqual([await isKnown(next), await deadLetters({ ids: [event.id] })], [undefined, []]);
    } finally {
      await mend();
    }
    await eventually("both", async () => ((await isKnown(refused)) && (await isKnown(next)) ? true : undefined));
    assert.deepEqual(await deadLetters({ ids: [event.id] }), []);
  });

  it("fails the invocation when it cannot be set aside", async () => {
    const { lambda } = await stack();
    // There is no topic of dead letters for that.
    const event = mskEvent([cloudEvent("GroupCreated", randomUUID(), { version: "?" })], "ahorro.nowhere");
    const result = await lambda.invoke("ahorro-local-transactions-consumer", event);
    assert.ok(!result.ok);
    assert.match(result.error.errorMessage, /^ahorro-local-dead-letters failed: .*topic/);
  });
});
