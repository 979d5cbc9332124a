/**
 * The nine events of the users service, as ../events/users.ts has them. Group events are keyed by the group and carry its `version`
 * and all its members, so that a consumer can take the newest and forget the rest; user events are keyed by the user.
 */
import type { NewEvent } from "../events/types";
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

const aboutUser = ({ user_id }: { user_id: string }) => ({ source: "users", aggregateId: user_id }) as const;
const aboutGroup = ({ group_id }: GroupState) => ({ source: "users", aggregateId: group_id }) as const;

export const userCreated = (user: User): NewEvent<"UserCreated"> => ({
  type: "UserCreated",
  ...aboutUser(user),
  data: user,
});

export const userUpdated = (user: User, previous: User): NewEvent<"UserUpdated"> => ({
  type: "UserUpdated",
  ...aboutUser(user),
  data: { ...user, previous },
});

/** Tells the id and when, and nothing personal. */
export const userDeleted = (user: { user_id: string; deleted_at: Date }): NewEvent<"UserDeleted"> => ({
  type: "UserDeleted",
  ...aboutUser(user),
  data: { ...user, status: "deleted" },
});

export const groupCreated = (group: GroupState): NewEvent<"GroupCreated"> => ({
  type: "GroupCreated",
  ...aboutGroup(group),
  data: group,
});

export const groupUpdated = (group: GroupState, previous: GroupState): NewEvent<"GroupUpdated"> => ({
  type: "GroupUpdated",
  ...aboutGroup(group),
  data: { ...group, previous },
});

export const groupDeleted = (group: GroupState): NewEvent<"GroupDeleted"> => ({
  type: "GroupDeleted",
  ...aboutGroup(group),
  data: group,
});

/** The only event that carries a code that is still good: the mail needs it. */
export const userInvitedGroup = (
  group: GroupState,
  invite: Invite,
  mail: { invite_code: string; inviter_name: string; locale: string },
): NewEvent<"UserInvitedGroup"> => ({
  type: "UserInvitedGroup",
  ...aboutGroup(group),
  data: { ...group, ...invite, email: invite.invitee_email, code: mail.invite_code, ...mail },
});

export const userJoinedGroup = (
  group: GroupState,
  joined: { user_id: string; role: Invite["role"]; invite_id: string; code: string },
): NewEvent<"UserJoinedGroup"> => ({
  type: "UserJoinedGroup",
  ...aboutGroup(group),
  data: { ...group, ...joined },
});

/** `by` is who removed the member, or the member themself. */
export const userLeftGroup = (group: GroupState, left: { user_id: string; by: string }): NewEvent<"UserLeftGroup"> => ({
  type: "UserLeftGroup",
  ...aboutGroup(group),
  data: { ...group, ...left },
});
