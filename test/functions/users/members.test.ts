import assert from "node:assert/strict";
import { assertProblem, newGroup, type User } from "../../support/api";

const unknown = "00000000-0000-4000-8000-000000000000";

const rolesOf = async (user: User, groupId: string): Promise<Record<string, string>> => {
  const { body } = await user.get(`/groups/${groupId}/members`);
  return Object.fromEntries(
    body.items.map((member: { user_id: string; role: string }) => [member.user_id, member.role]),
  );
};

describe("Members", () => {
  it("are listed to each other, the longest-standing first", async () => {
    const { group_id, owner, admin, member } = await newGroup();
    const { body } = await member.get(`/groups/${group_id}/members`);
    assert.deepEqual(
      body.items.map(({ joined_at: _, ...rest }: { joined_at: string }) => rest),
      [
        { user_id: owner.user_id, name: "Olga Owner", email: owner.email, role: "owner" },
        { user_id: admin.user_id, name: "Adam Admin", email: admin.email, role: "admin" },
        { user_id: member.user_id, name: "Mia Member", email: member.email, role: "member" },
      ],
    );
    const first = (await admin.get(`/groups/${group_id}/members?limit=2`)).body;
    const second = (await admin.get(`/groups/${group_id}/members?limit=2&cursor=${first.next_cursor}`)).body;
    assert.deepEqual([...first.items, ...second.items], body.items);
    assert.equal(second.next_cursor, null);
  });

  it("become admins and members again by the owner and by admins", async () => {
    const { group_id, owner, admin, member } = await newGroup();
    const path = `/groups/${group_id}/members/${member.user_id}`;
    const promoted = await admin.put(path, { role: "admin" });
    assert.deepEqual([promoted.status, promoted.body.role, promoted.body.user_id], [200, "admin", member.user_id]);
    assert.equal((await owner.put(path, { role: "member" })).body.role, "member");
    assertProblem(await member.put(path, { role: "admin" }), 403, "role_required");
    assertProblem(
      await owner.put(`/groups/${group_id}/members/${unknown}`, { role: "admin" }),
      404,
      "member_not_found",
    );
  });

  it("receive the group from its owner only", async () => {
    const { group_id, owner, admin, member } = await newGroup();
    const path = `/groups/${group_id}/members/${member.user_id}`;
    assertProblem(await admin.put(path, { role: "owner" }), 403, "role_required");
    assert.equal((await owner.put(path, { role: "owner" })).body.role, "owner");
    assert.deepEqual(await rolesOf(admin, group_id), {
      [owner.user_id]: "admin",
      [admin.user_id]: "admin",
      [member.user_id]: "owner",
    });
    assert.equal((await admin.get(`/groups/${group_id}`)).body.owner_id, member.user_id);
    assertProblem(await owner.delete(`/groups/${group_id}`), 403, "role_required");
  });

  it("cannot take the owner's role away", async () => {
    const { group_id, owner, admin } = await newGroup();
    const path = `/groups/${group_id}/members/${owner.user_id}`;
    for (const user of [owner, admin]) {
      assertProblem(await user.put(path, { role: "member" }), 409, "owner_must_hand_over");
      assertProblem(await user.delete(path), 409, "owner_must_hand_over");
    }
    assert.equal((await owner.put(path, { role: "owner" })).body.role, "owner");
  });

  it("leave by themselves, and are removed by owner and admins; access ends at once", async () => {
    const { group_id, owner, admin, member } = await newGroup();
    const other = `/groups/${group_id}/members/${admin.user_id}`;
    assertProblem(await member.delete(other), 403, "role_required");
    assert.equal((await member.delete(`/groups/${group_id}/members/${member.user_id}`)).status, 204);
    assertProblem(await member.get(`/groups/${group_id}`), 404, "group_not_found");
    assertProblem(await owner.delete(`/groups/${group_id}/members/${member.user_id}`), 404, "member_not_found");
    assert.equal((await owner.delete(other)).status, 204);
    assert.deepEqual(await rolesOf(owner, group_id), { [owner.user_id]: "owner" });
  });

  it("hand over once when two hand-overs race", async () => {
    const { group_id, owner, admin, member } = await newGroup();
    const replies = await Promise.all(
      [admin, member].map((heir) => owner.put(`/groups/${group_id}/members/${heir.user_id}`, { role: "owner" })),
    );
    assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 403]);
    const roles = Object.values(await rolesOf(owner, group_id));
    assert.equal(roles.filter((role) => role === "owner").length, 1);
  });

  it("refuse roles that do not exist", async () => {
    const { group_id, owner, member } = await newGroup();
    for (const role of ["king", "", null, 1, ["admin"]]) {
      assertProblem(await owner.put(`/groups/${group_id}/members/${member.user_id}`, { role }), 422, "invalid_body");
    }
  });
});
