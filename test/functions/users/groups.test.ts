import assert from "node:assert/strict";
import { assertProblem, newGroup, newUser, type User } from "../../support/api";

const unknown = "00000000-0000-4000-8000-000000000000";

describe("Groups", () => {
  it("is made by anyone, who then owns it", async () => {
    const user = await newUser();
    const made = await user.post("/groups", { name: "  Casa Azul " });
    assert.equal(made.status, 201);
    assert.equal(made.headers.get("location"), `/groups/${made.body.group_id}`);
    assert.match(made.body.group_id, /^[\da-f]{8}-[\da-f]{4}-7/);
    const { group_id, created_at, updated_at, ...rest } = made.body;
    assert.deepEqual(rest, {
      name: "Casa Azul",
      owner_id: user.user_id,
      role: "owner",
      personal: false,
      member_count: 1,
    });
    assert.deepEqual((await user.get(`/groups/${group_id}`)).body, made.body);
    assert.equal(created_at, updated_at);
  });

  it("shows each member their own role", async () => {
    const { group_id, owner, admin, member } = await newGroup();
    for (const [user, role] of [
      [owner, "owner"],
      [admin, "admin"],
      [member, "member"],
    ] as const) {
      const { body } = await user.get(`/groups/${group_id}`);
      assert.deepEqual([body.role, body.member_count, body.owner_id], [role, 3, owner.user_id]);
    }
  });

  it("lists one's own groups only, page by page, each once", async () => {
    const user = await newUser();
    const made: string[] = [];
    for (let i = 0; i < 5; i += 1) made.push((await user.post("/groups", { name: `Group ${i}` })).body.group_id);
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const { body } = await user.get(`/groups?limit=2${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
      assert.ok(body.items.length <= 2);
      seen.push(...body.items.map((group: { group_id: string }) => group.group_id));
      cursor = body.next_cursor;
    }
    assert.deepEqual(seen.slice(1), made);
    assert.equal(seen.length, 6);
  });

  it("keeps a cursor's place while groups come and go", async () => {
    const user = await newUser();
    for (let i = 0; i < 3; i += 1) await user.post("/groups", { name: `Group ${i}` });
    const first = (await user.get("/groups?limit=2")).body;
    await user.delete(`/groups/${first.items[1].group_id}`);
    const added = (await user.post("/groups", { name: "Added" })).body.group_id;
    const second = (await user.get(`/groups?limit=200&cursor=${first.next_cursor}`)).body;
    assert.deepEqual(
      second.items.map(({ name }: { name: string }) => name),
      ["Group 1", "Group 2", "Added"],
    );
    assert.equal(second.items.at(-1).group_id, added);
  });

  it("refuses cursors that are foreign, tampered with or another list's", async () => {
    const [user, other] = await Promise.all([newUser(), newUser()]);
    await user.post("/groups", { name: "Second" });
    const cursor: string = (await user.get("/groups?limit=1")).body.next_cursor;
    const [key = "", sum = ""] = cursor.split(".");
    const moved = Buffer.from(JSON.stringify(["2020-01-01T00:00:00Z", unknown])).toString("base64url");
    assertProblem(await other.get(`/groups?cursor=${cursor}`), 400, "invalid_cursor");
    const personal = (await user.get("/groups")).body.items[0].group_id;
    for (const path of [
      `/groups/${personal}/members?cursor=${cursor}`,
      `/groups?cursor=${moved}.${sum}`,
      `/groups?cursor=${key}`,
      `/groups?cursor=${key}.${sum}x`,
      "/groups?cursor=%00",
      "/groups?cursor=",
    ]) {
      if (path.endsWith("cursor=")) assert.equal((await user.get(path)).status, 200, path);
      else assertProblem(await user.get(path), 400, "invalid_cursor");
    }
  });

  it("is renamed by owner and admins", async () => {
    const { group_id, owner, admin, member } = await newGroup();
    const renamed = await admin.put(`/groups/${group_id}`, { name: "New name" });
    assert.deepEqual([renamed.status, renamed.body.name, renamed.body.role], [200, "New name", "admin"]);
    assert.ok(renamed.body.updated_at > renamed.body.created_at);
    assert.equal((await owner.get(`/groups/${group_id}`)).body.name, "New name");
    assertProblem(await member.put(`/groups/${group_id}`, { name: "No" }), 403, "role_required");
  });

  it("is deleted by its owner only, for all", async () => {
    const { group_id, owner, admin, member } = await newGroup();
    assertProblem(await admin.delete(`/groups/${group_id}`), 403, "role_required");
    assertProblem(await member.delete(`/groups/${group_id}`), 403, "role_required");
    assert.equal((await owner.delete(`/groups/${group_id}`)).status, 204);
    for (const user of [owner, admin, member]) {
      assertProblem(await user.get(`/groups/${group_id}`), 404, "group_not_found");
    }
    assertProblem(await owner.delete(`/groups/${group_id}`), 404, "group_not_found");
  });

  it("stays when it is personal", async () => {
    const user = await newUser();
    const personal = (await user.get("/groups")).body.items[0].group_id;
    assertProblem(await user.delete(`/groups/${personal}`), 409, "personal_group");
    assertProblem(await user.post(`/groups/${personal}/invites`, { email: "x@example.com" }), 409, "personal_group");
    assert.equal((await user.put(`/groups/${personal}`, { name: "Mine" })).body.name, "Mine");
  });

  it("does not exist for others: unknown and foreign are answered alike", async () => {
    const [{ group_id, member }, stranger] = await Promise.all([newGroup(), newUser()]);
    const routes: ((user: User, id: string) => Promise<{ status: number; body: unknown }>)[] = [
      (user, id) => user.get(`/groups/${id}`),
      (user, id) => user.put(`/groups/${id}`, { name: "X" }),
      (user, id) => user.delete(`/groups/${id}`),
      (user, id) => user.get(`/groups/${id}/members`),
      (user, id) => user.put(`/groups/${id}/members/${member.user_id}`, { role: "admin" }),
      (user, id) => user.delete(`/groups/${id}/members/${member.user_id}`),
      (user, id) => user.get(`/groups/${id}/invites`),
      (user, id) => user.post(`/groups/${id}/invites`, { email: "x@example.com" }),
      (user, id) => user.delete(`/groups/${id}/invites/${unknown}`),
    ];
    for (const route of routes) {
      const [foreign, missing] = await Promise.all([route(stranger, group_id), route(stranger, unknown)]);
      assert.equal(foreign.status, 404);
      assert.deepEqual(foreign.body, missing.body);
    }
  });
});
