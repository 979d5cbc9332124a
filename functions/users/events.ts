/**
 * The nine events of the users service. Group events are keyed by the group and carry its `version` and all its members, so
 * that a consumer can take the newest and forget the rest; user events are keyed by the user.
 */
import type { Event } from "../runtime/outbox";
import type { Invite, Role, User } from "./schemas";

/** A group as events tell of it: for everyone, so without a caller's role. */
export interface GroupState {
  group_id: string;
  name: string;
  owner_id: string;
  personal: boolean;
  version: number;
  members: { user_id: string; role: Role; joined_at: Date }[];
  created_at: Date;
  updated_at: Date;
}

const userEvent = (type: string, user: User, more: Record<string, unknown> = {}): Event => ({
  type,
  source: "users",
  aggregateId: user.user_id,
  data: { ...user, ...more },
});

export const userCreated = (user: User): Event => userEvent("UserCreated", user);
export const userUpdated = (user: User, previous: User): Event => userEvent("UserUpdated", user, { previous });
/** Tells the id and when, and nothing personal. */
export const userDeleted = (user: { user_id: string; deleted_at: Date }): Event => ({
  type: "UserDeleted",
  source: "users",
  aggregateId: user.user_id,
  data: { ...user, status: "deleted" },
});

const groupEvent = (type: string, group: GroupState, more: Record<string, unknown> = {}): Event => ({
  type,
  source: "users",
  aggregateId: group.group_id,
  data: { ...group, ...more },
});

export const groupCreated = (group: GroupState): Event => groupEvent("GroupCreated", group);
export const groupUpdated = (group: GroupState, previous: GroupState): Event =>
  groupEvent("GroupUpdated", group, { previous });
export const groupDeleted = (group: GroupState): Event => groupEvent("GroupDeleted", group);

/** The only event that carries a code in the clear: the mail needs it. */
export const userInvitedGroup = (
  group: GroupState,
  invite: Invite,
  mail: { invite_code: string; inviter_name: string; locale: string },
): Event =>
  groupEvent("UserInvitedGroup", group, { ...invite, email: invite.invitee_email, code: mail.invite_code, ...mail });

export const userJoinedGroup = (
  group: GroupState,
  joined: { user_id: string; role: Role; invite_id: string; code: string },
): Event => groupEvent("UserJoinedGroup", group, joined);

/** `by` is who removed the member, or the member themself. */
export const userLeftGroup = (group: GroupState, left: { user_id: string; by: string }): Event =>
  groupEvent("UserLeftGroup", group, left);
