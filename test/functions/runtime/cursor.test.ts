import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import * as fc from "fast-check";
import * as v from "valibot";
import { decodeCursor, encodeCursor, InstantKey, pageOf } from "../../../functions/runtime/cursor";
import { problemOf } from "../../../functions/runtime/problem";

const scope = (user: string, list?: unknown) => ({ route: "GET /things", caller: { user_id: user }, list });
const key = v.tuple([v.string(), v.number()]);

const refused = (decode: () => unknown) =>
  assert.throws(decode, (error) => problemOf(error)?.code === "invalid_cursor" && problemOf(error)?.status === 400);

describe("Cursors", () => {
  it("carry any sort key there and back", () => {
    fc.assert(
      fc.property(fc.string(), fc.integer(), (text, number) => {
        const cursor = encodeCursor(scope("u"), [text, number]);
        assert.match(cursor, /^[\w-]+\.[\w-]+$/);
        assert.deepEqual(decodeCursor(scope("u"), cursor, key), [text, number]);
      }),
    );
  });

  it("are good for their own list and caller only", () => {
    const cursor = encodeCursor(scope("u", "a"), ["x", 1]);
    refused(() => decodeCursor(scope("other", "a"), cursor, key));
    refused(() => decodeCursor(scope("u", "b"), cursor, key));
    refused(() => decodeCursor({ ...scope("u", "a"), route: "GET /others" }, cursor, key));
    refused(() => decodeCursor(scope("u", "a"), encodeCursor(scope("u", "a"), ["only one"]), key));
  });

  it("are refused after any change of a character", () => {
    const cursor = encodeCursor(scope("u"), ["2026-11-22T09:30:00.000Z", 7]);
    fc.assert(
      fc.property(fc.nat(cursor.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (position, character) => {
        // The last character before the dot has spare bits: base64url reads some of its changes as the same bytes.
        const changed = cursor.slice(0, position) + character + cursor.slice(position + 1);
        const same = Buffer.from(changed.split(".")[0] ?? "", "base64url").equals(
          Buffer.from(cursor.split(".")[0] ?? "", "base64url"),
        );
        fc.pre(changed !== cursor && !(same && changed.split(".")[1] === cursor.split(".")[1]));
        refused(() => decodeCursor(scope("u"), changed, key));
      }),
    );
  });

  it("mark the last item of a page that is not the last", () => {
    const rows = [1, 2, 3].map((id) => ({ id }));
    const page = (limit: number) => pageOf(scope("u"), rows.slice(0, limit + 1), limit, ({ id }) => [id]);
    assert.deepEqual(page(3), [rows, null]);
    assert.deepEqual(page(200), [rows, null]);
    const [items, next] = page(2);
    assert.deepEqual(items, rows.slice(0, 2));
    assert.deepEqual(decodeCursor(scope("u"), next ?? "", v.tuple([v.number()])), [2]);
    assert.deepEqual(
      pageOf(scope("u"), [], 5, () => []),
      [[], null],
    );
  });

  it("that somebody made up, checksum and all, are refused where their key is none", () => {
    const time = v.tuple([InstantKey()]);
    const made = (value: unknown) => encodeCursor(scope("u"), [value]);
    const instant = "2026-11-22T09:30:00.000Z";
    assert.deepEqual(decodeCursor(scope("u"), made(instant), time), [instant]);
    for (const value of ["x", "", "2026-02-30T00:00:00.000Z", "now", 1, null, [instant]]) {
      refused(() => decodeCursor(scope("u"), made(value), time));
    }
    const json = "no JSON";
    const sum = createHash("sha256")
      .update(JSON.stringify(["GET /things", "u", null, json]))
      .digest("base64url");
    refused(() => decodeCursor(scope("u"), `${Buffer.from(json).toString("base64url")}.${sum.slice(0, 16)}`, time));
  });
});
