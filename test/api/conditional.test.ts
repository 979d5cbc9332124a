import assert from "node:assert/strict";
import { assertProblem, newGroup, newUser } from "../support/api";

describe("Entity tags", () => {
  it("change with the resource and guard a change against what came between", async () => {
    const { group_id, owner, admin } = await newGroup();
    const path = `/groups/${group_id}`;
    const tag = (await owner.get(path)).headers.get("etag") ?? "";
    const first = await owner.put(path, { name: "First" }, { "if-match": tag });
    assert.equal(first.status, 200);
    assert.notEqual(first.headers.get("etag"), tag);
    assertProblem(await owner.put(path, { name: "Second" }, { "if-match": tag }), 412, "stale");
    assertProblem(await owner.delete(path, { "if-match": tag }), 412, "stale");
    await admin.put(path, { name: "Between" });
    assertProblem(
      await owner.put(path, { name: "Third" }, { "if-match": first.headers.get("etag") ?? "" }),
      412,
      "stale",
    );
    assert.equal((await owner.get(path)).body.name, "Between");
    const current = (await owner.get(path)).headers.get("etag") ?? "";
    assert.equal((await owner.put(path, { name: "Fourth" }, { "if-match": `"other", ${current}` })).status, 200);
    assert.equal((await owner.put(path, { name: "Fifth" }, { "if-match": "*" })).status, 200);
    assertProblem(await owner.put(path, { name: "Weak" }, { "if-match": `W/${current}` }), 412, "stale");
  });

  it("let one of two racing changes through", async () => {
    const user = await newUser();
    const tag = (await user.get("/users/me")).headers.get("etag") ?? "";
    const replies = await Promise.all(
      ["A", "B", "C"].map((name) => user.put("/users/me", { name }, { "if-match": tag })),
    );
    assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 412, 412]);
  });

  it("guard members, invites and accounts as well", async () => {
    const { group_id, owner, member } = await newGroup();
    const invite = (await owner.post(`/groups/${group_id}/invites`, { email: "x@example.com" })).body;
    const stale = { "if-match": '"stale"' };
    const memberPath = `/groups/${group_id}/members/${member.user_id}`;
    assertProblem(await owner.put(memberPath, { role: "admin" }, stale), 412, "stale");
    assertProblem(await owner.delete(memberPath, stale), 412, "stale");
    assertProblem(await owner.delete(`/groups/${group_id}/invites/${invite.invite_id}`, stale), 412, "stale");
    assertProblem(await owner.delete("/users/me", stale), 412, "stale");
    const promoted = await owner.put(memberPath, { role: "admin" });
    assert.equal((await owner.delete(memberPath, { "if-match": promoted.headers.get("etag") ?? "" })).status, 204);
  });

  it("spare a client what it has", async () => {
    const user = await newUser();
    const first = await user.get("/users/me");
    const headers = { "if-none-match": first.headers.get("etag") ?? "" };
    const again = await user.get("/users/me", headers);
    assert.deepEqual([again.status, again.text, again.headers.get("etag")], [304, "", first.headers.get("etag")]);
    await user.put("/users/me", { name: "Changed" });
    assert.equal((await user.get("/users/me", headers)).status, 200);
  });
});
