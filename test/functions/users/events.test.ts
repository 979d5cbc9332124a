import assert from "node:assert/strict";
import { personalGroupId } from "../../../functions/runtime/ids";
import { assertProblem, newGroup, newUser, type User } from "../../support/api";
import { stack } from "../../support/stack";

interface OutboxRow {
  id: string;
  event_type: string;
  aggregate_id: string;
  // biome-ignore lint/suspicious/noExplicitAny: what is read of it is asserted
  payload: any;
}

/** The outbox rows of one aggregate, in the order in which they will be published. */
async function outbox(aggregateId: string): Promise<OutboxRow[]> {
  const { users } = await stack();
  return users<OutboxRow[]>`
    select id, event_type, aggregate_id, payload from outbox where aggregate_id = ${aggregateId} order by seq
  `;
}

const typesOf = (rows: OutboxRow[]): string[] => rows.map((row) => row.event_type);

const memberIds = (row: OutboxRow | undefined): string[] =>
  row?.payload.data.members.map((member: { user_id: string }) => member.user_id);

describe("Events in the outbox", () => {
  it("are CloudEvents 1.0 with the whole resource", async () => {
    const user = await newUser("Eva");
    const [row] = await outbox(user.user_id);
    const { time, data, correlationid, ...envelope } = row?.payload ?? {};
    assert.deepEqual(envelope, {
      specversion: "1.0",
      id: row?.id,
      source: "/ahorro/users",
      type: "UserCreated",
      subject: user.user_id,
      datacontenttype: "application/json",
    });
    assert.match(correlationid, /^[\w-]{15}=$/);
    assert.match(time, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    assert.deepEqual(data, (await user.get("/users/me")).body);
  });

  it("tell of a user's life: created, updated with what was before, deleted without anything personal", async () => {
    const user = await newUser("Before");
    await user.put("/users/me", { name: "After" });
    await user.delete("/users/me");
    const rows = await outbox(user.user_id);
    assert.deepEqual(typesOf(rows), ["UserCreated", "UserUpdated", "UserDeleted"]);
    assert.deepEqual([rows[1]?.payload.data.name, rows[1]?.payload.data.previous.name], ["After", "Before"]);
    const { deleted_at, ...rest } = rows[2]?.payload.data ?? {};
    assert.deepEqual(rest, { user_id: user.user_id, status: "deleted" });
    assert.ok(Number.isFinite(Date.parse(deleted_at)));
    assert.deepEqual(typesOf(await outbox(personalGroupId(user.user_id))), ["GroupCreated", "GroupDeleted"]);
  });

  it("tell of a group's life in one order, each with a higher version and all members", async () => {
    const { group_id, owner, admin, member } = await newGroup();
    await owner.put(`/groups/${group_id}`, { name: "Renamed" });
    await owner.put(`/groups/${group_id}/members/${member.user_id}`, { role: "admin" });
    await member.delete(`/groups/${group_id}/members/${member.user_id}`);
    await owner.delete(`/groups/${group_id}`);
    const rows = await outbox(group_id);
    assert.deepEqual(typesOf(rows), [
      "GroupCreated",
      "UserInvitedGroup",
      "UserJoinedGroup",
      "UserInvitedGroup",
      "UserJoinedGroup",
      "GroupUpdated",
      "GroupUpdated",
      "UserLeftGroup",
      "GroupDeleted",
    ]);
    const changes = rows.filter((row) => row.event_type !== "UserInvitedGroup" && row.event_type !== "GroupDeleted");
    assert.deepEqual(
      changes.map((row) => row.payload.data.version),
      [1, 2, 3, 4, 5, 6],
    );
    assert.deepEqual(memberIds(rows[4]), [owner.user_id, admin.user_id, member.user_id]);
    assert.deepEqual(memberIds(rows[7]), [owner.user_id, admin.user_id]);
    const renamed = rows[5]?.payload.data;
    assert.deepEqual([renamed.name, renamed.previous.name, renamed.previous.version], ["Renamed", "Family", 3]);
    const left = rows[7]?.payload.data;
    assert.deepEqual([left.user_id, left.by], [member.user_id, member.user_id]);
    assert.equal("role" in (rows[0]?.payload.data ?? {}), false);
  });

  it("carry an invite's address and code for the mail, and who joined by it", async () => {
    const [owner, guest] = await Promise.all([newUser("Olga"), newUser()]);
    await owner.put("/users/me", { name: "Olga", locale: "es" });
    const { group_id } = (await owner.post("/groups", { name: "G" })).body;
    const invite = (await owner.post(`/groups/${group_id}/invites`, { email: guest.email })).body;
    await guest.post(`/groups/join/${invite.invite_code}`);
    const [, invited, joined] = await outbox(group_id);
    const { email, code, inviter_name, locale, invite_id } = invited?.payload.data ?? {};
    assert.deepEqual(
      { email, code, inviter_name, locale, invite_id },
      { email: guest.email, code: invite.invite_code, inviter_name: "Olga", locale: "es", invite_id: invite.invite_id },
    );
    const { user_id, role, code: joinedBy } = joined?.payload.data ?? {};
    assert.deepEqual([user_id, role, joinedBy], [guest.user_id, "member", invite.invite_code]);
  });

  it("tell of a hand-over when an owner deletes the account", async () => {
    const { group_id, owner, admin } = await newGroup();
    await owner.delete("/users/me");
    const rows = (await outbox(group_id)).slice(-2);
    assert.deepEqual(typesOf(rows), ["GroupUpdated", "UserLeftGroup"]);
    assert.deepEqual(
      [rows[0]?.payload.data.owner_id, rows[0]?.payload.data.previous.owner_id],
      [admin.user_id, owner.user_id],
    );
    assert.deepEqual([rows[1]?.payload.data.user_id, rows[1]?.payload.data.owner_id], [owner.user_id, admin.user_id]);
  });

  it("are not written for what is refused, replayed or changes nothing", async () => {
    const { group_id, owner, member } = await newGroup();
    const before = await outbox(group_id);
    const same = { role: "member" };
    const refused: (user: User) => Promise<unknown>[] = (user) => [
      user.put(`/groups/${group_id}`, { name: "" }),
      user.put(`/groups/${group_id}`, { name: "X" }, { "if-match": '"stale"' }),
      user.post(`/groups/${group_id}/invites`, { email: member.email }),
      user.put(`/groups/${group_id}/members/${member.user_id}`, same),
    ];
    await Promise.all(refused(owner));
    assertProblem(await member.put(`/groups/${group_id}`, { name: "X" }), 403, "role_required");
    assert.deepEqual(await outbox(group_id), before);
  });
});
