/**
 * The events of the users service. Group events carry the group's `version` and all its members, as they are after the change, so
 * that a consumer can take the newest and forget the rest.
 */
import * as v from "valibot";
import { Id } from "../runtime/fields";
import { cloudEvent } from "./envelope";
import { Rarely, Text, Timestamp, Version } from "./fields";

const userFields = () => ({
  user_id: Id(),
  email: Text("ana@example.com"),
  name: Text("Ana"),
  status: v.picklist(["active", "deleted"]),
  default_currency: Text("EUR"),
  time_zone: v.pipe(Text("Europe/Madrid"), v.description("IANA time zone.")),
  locale: v.pipe(Text("en"), v.description("BCP 47 language tag.")),
  created_at: Timestamp(),
  updated_at: Timestamp(),
});
const User = () => v.pipe(v.object(userFields()), v.title("User"));

export const UserCreated = () => cloudEvent("UserCreated", "users", User());
export const UserUpdated = () => cloudEvent("UserUpdated", "users", v.object({ ...userFields(), previous: User() }));
/** Nothing personal is left to tell. */
export const UserDeleted = () =>
  cloudEvent(
    "UserDeleted",
    "users",
    v.object({ user_id: Id(), status: v.literal("deleted"), deleted_at: Timestamp() }),
  );

const Role = () => v.picklist(["owner", "admin", "member"]);

/** What one can be invited as. */
const InvitedRole = () => v.pipe(v.picklist(["admin", "member"]), v.examples(["member"]));

const GroupMember = () =>
  v.pipe(v.object({ user_id: Id(), role: Role(), joined_at: Timestamp() }), v.title("GroupMember"));

const groupFields = () => ({
  group_id: Id(),
  name: Text("Family"),
  owner_id: Id(),
  personal: v.pipe(v.boolean(), v.description("Whether it is somebody's own, for one.")),
  version: Version(),
  members: v.array(GroupMember()),
  created_at: Timestamp(),
  updated_at: Timestamp(),
});
const Group = () => v.pipe(v.object(groupFields()), v.title("Group"));

export const GroupCreated = () => cloudEvent("GroupCreated", "users", Group());
export const GroupUpdated = () =>
  cloudEvent("GroupUpdated", "users", v.object({ ...groupFields(), previous: Group() }));
/** The group as it was last; its `version` is not raised. */
export const GroupDeleted = () => cloudEvent("GroupDeleted", "users", Group());

/** Carries all that the mail needs. `created_at` is the invite's; `name`, `version` and `members` are the group's. */
export const UserInvitedGroup = () =>
  cloudEvent(
    "UserInvitedGroup",
    "users",
    v.object({
      ...groupFields(),
      invite_id: Id(),
      inviter_id: Id(),
      inviter_name: Text("Ana"),
      locale: v.pipe(Text("en"), v.description("The inviter's language, BCP 47.")),
      invitee_email: Text("luis@example.com"),
      email: v.pipe(Text("luis@example.com"), v.description("The same as `invitee_email`.")),
      role: InvitedRole(),
      status: v.picklist(["pending", "accepted", "revoked"]),
      code: v.pipe(Text("9f3Kq0c1T2mYb7ZxWv5LNg"), v.description("Lets whoever has it join. Never log it.")),
      invite_code: v.pipe(Text("9f3Kq0c1T2mYb7ZxWv5LNg"), v.description("The same as `code`.")),
      created_at: Timestamp(),
      expires_at: Timestamp(),
      accepted_at: Rarely(Timestamp()),
    }),
  );

export const UserJoinedGroup = () =>
  cloudEvent(
    "UserJoinedGroup",
    "users",
    v.object({
      ...groupFields(),
      user_id: Id(),
      role: InvitedRole(),
      invite_id: Id(),
      code: v.pipe(Text("9f3Kq0c1T2mYb7ZxWv5LNg"), v.description("Of the invite, which is used up.")),
    }),
  );

export const UserLeftGroup = () =>
  cloudEvent(
    "UserLeftGroup",
    "users",
    v.object({
      ...groupFields(),
      user_id: Id(),
      by: v.pipe(Id(), v.description("Who removed them: they themself, if they left.")),
    }),
  );
