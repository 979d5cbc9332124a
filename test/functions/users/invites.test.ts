import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { assertProblem, join, newGroup, newUser, signUp } from "../../support/api";
import { stack } from "../../support/stack";

const unknown = "00000000-0000-4000-8000-000000000000";

describe("Invites", () => {
  it("are made by owner and admins, with a code that is told once and kept as a hash", async () => {
    const { group_id, admin, member } = await newGroup();
    const before = Date.now();
    const made = await admin.post(`/groups/${group_id}/invites`, { email: " New.Person@Example.COM ", role: "admin" });
    assert.equal(made.status, 201);
    assert.equal(made.headers.get("location"), `/groups/${group_id}/invites/${made.body.invite_id}`);
    const { invite_code, invite_id, created_at, expires_at, ...rest } = made.body;
    assert.deepEqual(rest, {
      group_id,
      inviter_id: admin.user_id,
      invitee_email: "new.person@example.com",
      role: "admin",
      status: "pending",
      accepted_at: null,
    });
    assert.equal(Buffer.from(invite_code, "base64url").length, 16);
    assert.equal(Date.parse(expires_at) - Date.parse(created_at), 7 * 86_400_000);
    assert.ok(Math.abs(Date.parse(created_at) - before) < 60_000);
    const { body } = await admin.get(`/groups/${group_id}/invites`);
    assert.deepEqual(body.items, [{ ...rest, invite_id, created_at, expires_at }]);
    const { users } = await stack();
    const [row] = await users`select invite_code from invites where invite_id = ${invite_id}`;
    assert.equal(row?.invite_code, createHash("sha256").update(invite_code).digest("base64url"));
    assertProblem(await member.post(`/groups/${group_id}/invites`, { email: "x@example.com" }), 403, "role_required");
    assertProblem(await member.get(`/groups/${group_id}/invites`), 403, "role_required");
  });

  it("let somebody join with the role they were invited to", async () => {
    const { group_id, owner } = await newGroup();
    const guest = await newUser();
    const { invite_code, invite_id } = (
      await owner.post(`/groups/${group_id}/invites`, { email: guest.email, role: "admin" })
    ).body;
    const joined = await guest.post(`/groups/join/${invite_code}`);
    assert.deepEqual(
      [joined.status, joined.body.group_id, joined.body.role, joined.body.member_count],
      [200, group_id, "admin", 4],
    );
    assert.deepEqual((await owner.get(`/groups/${group_id}/invites`)).body.items, []);
    const { users } = await stack();
    const [row] =
      await users`select status, accepted_at is not null as accepted from invites where invite_id = ${invite_id}`;
    assert.deepEqual({ ...row }, { status: "accepted", accepted: true });
  });

  it("answer unknown, used, revoked, replaced, expired and malformed codes alike", async () => {
    const { group_id, owner } = await newGroup();
    const [guest, late] = await Promise.all([newUser(), newUser()]);
    const invite = async (email: string) => (await owner.post(`/groups/${group_id}/invites`, { email })).body;
    const used = await invite("used@example.com");
    await guest.post(`/groups/join/${used.invite_code}`);
    const revoked = await invite("revoked@example.com");
    assert.equal((await owner.delete(`/groups/${group_id}/invites/${revoked.invite_id}`)).status, 204);
    assertProblem(await owner.delete(`/groups/${group_id}/invites/${revoked.invite_id}`), 404, "invite_not_found");
    const replaced = await invite("twice@example.com");
    await invite("TWICE@example.com");
    const expired = await invite("expired@example.com");
    const { users } = await stack();
    await users`update invites set expires_at = now() - interval '1 second' where invite_id = ${expired.invite_id}`;
    const replies = await Promise.all(
      [used, revoked, replaced, expired]
        .map(({ invite_code }) => invite_code)
        .concat("A".repeat(22), "x")
        .map((code) => late.post(`/groups/join/${code}`)),
    );
    for (const reply of replies) {
      assertProblem(reply, 404, "invite_not_found");
      assert.equal(reply.text, replies[0]?.text);
    }
    assert.deepEqual(
      (await owner.get(`/groups/${group_id}/invites`)).body.items.map(
        (item: { invitee_email: string }) => item.invitee_email,
      ),
      ["twice@example.com"],
    );
    assertProblem(await owner.delete(`/groups/${group_id}/invites/${expired.invite_id}`), 404, "invite_not_found");
    assertProblem(await owner.delete(`/groups/${group_id}/invites/${unknown}`), 404, "invite_not_found");
  });

  it("do not use up a code on somebody who is in the group already", async () => {
    const { group_id, owner, member } = await newGroup();
    const guest = await newUser();
    const { invite_code } = (await owner.post(`/groups/${group_id}/invites`, { email: "someone@example.com" })).body;
    assertProblem(await member.post(`/groups/join/${invite_code}`), 409, "already_member");
    assert.equal((await guest.post(`/groups/join/${invite_code}`)).status, 200);
  });

  it("are not made for members, nor used by who has not registered", async () => {
    const { group_id, owner, member } = await newGroup();
    const email = member.email.toUpperCase();
    assertProblem(await owner.post(`/groups/${group_id}/invites`, { email }), 409, "already_member");
    const stranger = await signUp();
    const { invite_code } = (await owner.post(`/groups/${group_id}/invites`, { email: stranger.email })).body;
    assertProblem(await stranger.post(`/groups/join/${invite_code}`), 404, "user_not_registered");
    await stranger.post("/users");
    assert.equal((await stranger.post(`/groups/join/${invite_code}`)).status, 200);
  });

  it("admit exactly one of many who use a code at once", async () => {
    const { group_id, owner } = await newGroup();
    const guests = await Promise.all(Array.from({ length: 6 }, () => newUser()));
    const { invite_code } = (await owner.post(`/groups/${group_id}/invites`, { email: "one@example.com" })).body;
    const replies = await Promise.all(guests.map((guest) => guest.post(`/groups/join/${invite_code}`)));
    assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 404, 404, 404, 404, 404]);
    assert.equal((await owner.get(`/groups/${group_id}`)).body.member_count, 4);
  });

  it("list page by page, the newest first", async () => {
    const { group_id, owner } = await newGroup();
    for (const name of ["a", "b", "c"])
      await owner.post(`/groups/${group_id}/invites`, { email: `${name}@example.com` });
    const first = (await owner.get(`/groups/${group_id}/invites?limit=2`)).body;
    const second = (await owner.get(`/groups/${group_id}/invites?limit=2&cursor=${first.next_cursor}`)).body;
    assert.deepEqual(
      [...first.items, ...second.items].map((item) => item.invitee_email),
      ["c@example.com", "b@example.com", "a@example.com"],
    );
  });

  it("lets a member who left come back with a new code", async () => {
    const { group_id, owner, member } = await newGroup();
    await member.delete(`/groups/${group_id}/members/${member.user_id}`);
    await join(owner, group_id, member);
    assert.equal((await member.get(`/groups/${group_id}`)).body.role, "member");
  });
});
