import assert from "node:assert/strict";
import { personalGroupId } from "../../../functions/runtime/ids";
import { assertProblem, join, newGroup, newUser, signUp } from "../../support/api";
import { stack } from "../../support/stack";

describe("Accounts", () => {
  it("registers the user of the token once, and answers the same user ever after", async () => {
    const user = await signUp("Ana García");
    const first = await user.post("/users", {
      default_currency: "MXN",
      time_zone: "America/Mexico_City",
      locale: "es-mx",
    });
    assert.equal(first.status, 201);
    assert.equal(first.headers.get("location"), "/users/me");
    const { created_at, updated_at, ...rest } = first.body;
    assert.deepEqual(rest, {
      user_id: user.user_id,
      email: user.email,
      name: "Ana García",
      status: "active",
      default_currency: "MXN",
      time_zone: "America/Mexico_City",
      locale: "es-MX",
    });
    assert.equal(created_at, updated_at);
    const again = await user.post("/users", { name: "Someone else", locale: "fr" });
    assert.equal(again.status, 200);
    assert.deepEqual(again.body, first.body);
    assert.deepEqual((await user.get("/users/me")).body, first.body);
  });

  it("registers once when asked many times at once", async () => {
    const user = await signUp();
    const replies = await Promise.all(Array.from({ length: 6 }, () => user.post("/users")));
    assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 200, 200, 200, 200, 201]);
    assert.equal((await user.get("/groups")).body.items.length, 1);
  });

  it("takes defaults for what is not told", async () => {
    const { body } = await (await signUp()).post("/users");
    assert.deepEqual([body.default_currency, body.time_zone, body.locale], ["EUR", "UTC", "en"]);
  });

  it("prefers the name of the body to that of the token", async () => {
    assert.equal((await (await signUp("Token Name")).post("/users", { name: "  Body Name " })).body.name, "Body Name");
  });

  it("gives a new user a personal group at once, with an id that follows from the user's", async () => {
    const user = await newUser();
    const { body } = await user.get("/groups");
    assert.equal(body.items.length, 1);
    const [group] = body.items;
    assert.equal(group.group_id, personalGroupId(user.user_id));
    assert.match(group.group_id, /^[\da-f]{8}-[\da-f]{4}-5/);
    assert.deepEqual(
      [group.personal, group.role, group.member_count, group.owner_id],
      [true, "owner", 1, user.user_id],
    );
  });

  it("does not know who has not registered", async () => {
    const user = await signUp();
    for (const reply of [
      await user.get("/users/me"),
      await user.put("/users/me", { name: "X" }),
      await user.delete("/users/me"),
      await user.post("/groups", { name: "X" }),
    ]) {
      assertProblem(reply, 404, "user_not_registered");
    }
    assert.deepEqual((await user.get("/groups")).body, { items: [], next_cursor: null });
  });

  it("changes what is told and keeps the rest", async () => {
    const user = await newUser("Before");
    const before = (await user.get("/users/me")).body;
    const changed = await user.put("/users/me", { name: "After", time_zone: "Asia/Tokyo" });
    assert.equal(changed.status, 200);
    assert.deepEqual(
      { ...changed.body, updated_at: "" },
      { ...before, name: "After", time_zone: "Asia/Tokyo", updated_at: "" },
    );
    assert.ok(changed.body.updated_at > before.updated_at);
    assert.deepEqual((await user.get("/users/me")).body, changed.body);
  });

  it("deletes the account for good, and erases e-mail and name", async () => {
    const user = await newUser("Gone Soon");
    assert.equal((await user.delete("/users/me")).status, 204);
    assertProblem(await user.get("/users/me"), 404, "user_not_registered");
    assertProblem(await user.delete("/users/me"), 404, "user_not_registered");
    assertProblem(await user.post("/groups", { name: "X" }), 404, "user_not_registered");
    assertProblem(await user.post("/users"), 409, "user_deleted");
    assert.deepEqual((await user.get("/groups")).body.items, []);
    const { users } = await stack();
    const [row] = await users`select email, name, status from users where user_id = ${user.user_id}`;
    assert.deepEqual({ ...row }, { email: null, name: null, status: "deleted" });
  });

  it("forgets the deleted user's address in invites, and revokes those still pending", async () => {
    const { group_id, owner, member } = await newGroup();
    const other = await newUser();
    const { group_id: another } = (await other.post("/groups", { name: "Another" })).body;
    const pending = (await other.post(`/groups/${another}/invites`, { email: member.email })).body;
    await member.delete("/users/me");
    const { users } = await stack();
    const traces = await users`select count(*)::int from invites where invitee_email = ${member.email}`;
    assert.equal(traces[0]?.count, 0);
    assert.deepEqual((await other.get(`/groups/${another}/invites`)).body.items, []);
    assertProblem(await owner.post(`/groups/join/${pending.invite_code}`), 404, "invite_not_found");
    assert.equal((await owner.get(`/groups/${group_id}`)).body.member_count, 2);
  });

  it("passes a deleted owner's group to the longest-standing admin", async () => {
    const { group_id, owner, admin, member } = await newGroup();
    const later = await newUser("Later Admin");
    await join(owner, group_id, later, "admin");
    await owner.delete("/users/me");
    const { body } = await member.get(`/groups/${group_id}/members`);
    assert.deepEqual(
      body.items.map(({ user_id, role }: { user_id: string; role: string }) => [user_id, role]),
      [
        [admin.user_id, "owner"],
        [member.user_id, "member"],
        [later.user_id, "admin"],
      ],
    );
    assert.equal((await member.get(`/groups/${group_id}`)).body.owner_id, admin.user_id);
  });

  it("passes it to the longest-standing member where there is no admin", async () => {
    const { group_id, owner, admin, member } = await newGroup();
    await owner.delete(`/groups/${group_id}/members/${admin.user_id}`);
    await owner.delete("/users/me");
    assert.equal((await member.get(`/groups/${group_id}`)).body.role, "owner");
  });

  it("deletes a group that the deleted user owned alone", async () => {
    const user = await newUser();
    const { group_id } = (await user.post("/groups", { name: "Lonely" })).body;
    await user.delete("/users/me");
    const { users } = await stack();
    const ids = [group_id, personalGroupId(user.user_id)];
    const [left] = await users`select count(*)::int from groups where group_id in ${users(ids)}`;
    assert.equal(left?.count, 0);
  });
});
