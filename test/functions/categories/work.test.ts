import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { keyOf } from "../../../functions/categories/items";
import { type CategoriesUnit, conflict, tableWork } from "../../../functions/categories/work";
import type { Table } from "../../../functions/runtime/dynamodb";
import type { Sql } from "../../../functions/runtime/postgres";
import { problemOf } from "../../../functions/runtime/problem";
import { assertProblem, newUser } from "../../support/api";
import { categoriesTable, dyingAt } from "../../support/table";

const keyed = (key: string = randomUUID()) => ({ "idempotency-key": key });
const food = { name: "Food", type: "expense" };

describe("Idempotency-Key on categories", () => {
  it("answers a repetition with the first response, byte for byte, and does nothing twice", async () => {
    const user = await newUser();
    const path = `/categories/${user.user_id}`;
    const headers = keyed();
    const first = await user.post(path, food, headers);
    const second = await user.post(path, food, headers);
    assert.deepEqual([first.status, second.status, second.text], [201, 201, first.text]);
    for (const name of ["etag", "location", "content-type", "cache-control"]) {
      assert.equal(second.headers.get(name), first.headers.get(name), name);
    }
    assert.deepEqual(
      [first, second].map((reply) => reply.headers.get("idempotency-replayed")),
      [null, "true"],
    );
    assert.equal((await user.get(path)).body.items.length, 1);
    assertProblem(await user.post(path, { ...food, name: "Other" }, headers), 422, "idempotency_key_reused");
  });

  it("replays a refusal too, and remembers no invalid request", async () => {
    const user = await newUser();
    const path = `/categories/${user.user_id}`;
    const { category_id } = (await user.post(path, food)).body;
    const headers = keyed();
    assertProblem(await user.post(path, food, headers), 409, "category_exists");
    await user.delete(`${path}/${category_id}`);
    const replayed = await user.post(path, food, headers);
    assertProblem(replayed, 409, "category_exists");
    assert.equal(replayed.headers.get("idempotency-replayed"), "true");
    const other = keyed();
    assertProblem(await user.post(path, { name: "" }, other), 422, "invalid_body");
    assert.equal((await user.post(path, food, other)).status, 201);
  });

  it("has one effect when used many times at once", async () => {
    const user = await newUser();
    const path = `/categories/${user.user_id}`;
    const headers = keyed();
    const replies = await Promise.all(Array.from({ length: 8 }, () => user.post(path, food, headers)));
    const made = replies.filter(({ status }) => status === 201);
    assert.equal(new Set(made.map(({ text }) => text)).size, 1);
    for (const reply of replies.filter(({ status }) => status !== 201)) {
      assertProblem(reply, 409, "idempotency_key_in_flight");
    }
    assert.equal((await user.get(path)).body.items.length, 1);
  });

  it("is forgotten after 24 hours", async () => {
    const user = await newUser();
    const path = `/categories/${user.user_id}`;
    const key = randomUUID();
    const first = await user.post(path, food, keyed(key));
    await age(await categoriesTable(), user.user_id, key, { created_at: 24 * 3_600_000 + 1000 });
    assertProblem(await user.post(path, food, keyed(key)), 409, "category_exists");
    assert.equal(first.status, 201);
  });
});

/** Makes time pass for a key. */
async function age(table: Table, userId: string, key: string, by: Record<string, number>): Promise<void> {
  for (const [attribute, milliseconds] of Object.entries(by)) {
    await table.update(keyOf(userId, `#idempotency#${key}`), {
      update: "set #attribute = :then",
      names: { "#attribute": attribute },
      values: { ":then": new Date(Date.now() - milliseconds).toISOString() },
    });
  }
}

describe("A unit of work on a table", () => {
  let table: Table;
  before(async () => {
    table = await categoriesTable();
  });

  const workOn = (used: Table) => tableWork({ table: used, sql: undefined as unknown as Sql, halfLifeDays: 30 });
  const request = (userId: string, idempotencyKey: string | undefined, rawBody = "{}") => ({
    route: "POST /x",
    path: "/x",
    userId,
    rawBody,
    idempotencyKey,
  });
  const answering = (unit: CategoriesUnit) =>
    Promise.resolve({ statusCode: 201, headers: { location: "/x" }, body: unit.newId() });

  it("gives a repetition after a death the same id, when the first can no longer be running", async () => {
    for (const when of ["before", "after"] as const) {
      const [userId, key] = [randomUUID(), randomUUID()];
      const ids: string[] = [];
      const run = (unit: CategoriesUnit) => {
        ids.push(unit.newId());
        return answering(unit);
      };
      // The second write stores the response.
      await assert.rejects(workOn(dyingAt(table, 2, when)).write(request(userId, key), run));
      const work = workOn(table);
      if (when === "before") {
        // The dying function marked nothing: it may still be running for all that others know.
        await assert.rejects(work.write(request(userId, key), run), (error) => problemOf(error)?.status === 409);
        await age(table, userId, key, { claimed_at: 21_000 });
      }
      const response = await work.write(request(userId, key), run);
      assert.equal(response.body, ids[0]);
      assert.equal(new Set(ids).size, 1);
      const replayed = await work.write(request(userId, key), run);
      assert.deepEqual(replayed.headers, { location: "/x", "idempotency-replayed": "true" });
      assert.equal(replayed.body, ids[0]);
    }
  });

  it("lets a request be repeated at once after a fault, with the same id", async () => {
    const [userId, key] = [randomUUID(), randomUUID()];
    const ids: string[] = [];
    const run = async (unit: CategoriesUnit) => {
      ids.push(unit.newId());
      if (ids.length === 1) throw new Error("fault");
      return answering(unit);
    };
    await assert.rejects(workOn(table).write(request(userId, key), run), /fault/);
    assert.equal((await workOn(table).write(request(userId, key), run)).body, ids[0]);
    assert.equal(ids[1], ids[0]);
  });

  it("runs a request again that met a conflict, and gives up in the end", async () => {
    let runs = 0;
    const response = await workOn(table).write(request(randomUUID(), undefined), async (unit) => {
      runs += 1;
      if (runs < 4) throw conflict();
      return answering(unit);
    });
    assert.deepEqual([response.statusCode, runs], [201, 4]);
    const hopeless = workOn(table).write(request(randomUUID(), undefined), () => Promise.reject(conflict()));
    await assert.rejects(hopeless, (error) => problemOf(error)?.code === "busy");
  });
});
