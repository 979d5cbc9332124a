/** What the users service takes and gives. Functions, for the reason given in ../runtime/fields.ts. */
import * as v from "valibot";
import { Count, Currency, Email, Id, Instant, Line, Locale, TimeZone } from "../runtime/fields";

export const Name = () => Line(100);

export const User = () =>
  v.pipe(
    v.strictObject({
      user_id: Id(),
      email: Email(),
      name: Name(),
      status: v.picklist(["active", "deleted"]),
      default_currency: Currency(),
      time_zone: TimeZone(),
      locale: Locale(),
      created_at: Instant(),
      updated_at: Instant(),
    }),
    v.title("User"),
  );
export type User = v.InferInput<ReturnType<typeof User>>;

/** What one may do in a group, from most to least. */
export const Role = () => v.picklist(["owner", "admin", "member"]);
export type Role = v.InferOutput<ReturnType<typeof Role>>;

/** A group as one of its members sees it: `role` is the caller's. */
export const Group = () =>
  v.pipe(
    v.strictObject({
      group_id: Id(),
      name: Name(),
      owner_id: Id(),
      role: Role(),
      personal: v.boolean(),
      member_count: Count(),
      created_at: Instant(),
      updated_at: Instant(),
    }),
    v.title("Group"),
  );
export type Group = v.InferInput<ReturnType<typeof Group>>;

export const Member = () =>
  v.pipe(
    v.strictObject({ user_id: Id(), name: Name(), email: Email(), role: Role(), joined_at: Instant() }),
    v.title("Member"),
  );
export type Member = v.InferInput<ReturnType<typeof Member>>;

const inviteFields = () => ({
  invite_id: Id(),
  group_id: Id(),
  inviter_id: Id(),
  invitee_email: Email(),
  role: v.picklist(["admin", "member"]),
  status: v.picklist(["pending", "accepted", "revoked"]),
  created_at: Instant(),
  expires_at: Instant(),
  accepted_at: v.nullable(Instant()),
});

export const Invite = () => v.pipe(v.strictObject(inviteFields()), v.title("Invite"));
export type Invite = v.InferInput<ReturnType<typeof Invite>>;

/** The code of an invite: 128 random bits, base64url. */
export const InviteCode = () => v.pipe(v.string(), v.maxLength(22));

/** An invite on the one occasion that its code is told. */
export const NewInvite = () =>
  v.pipe(v.strictObject({ ...inviteFields(), invite_code: InviteCode() }), v.title("NewInvite"));
