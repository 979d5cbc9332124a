import { eventHandlers } from "../events/handlers";
import type { EventOf } from "../events/types";
import { consumer } from "../runtime/consumer";
import { forgetGroup, rememberMembers } from "../runtime/memberships";
import type { Connection } from "../runtime/postgres";
import { eraseUser } from "./erasure";

type MembersEvent = EventOf<"GroupCreated" | "GroupUpdated" | "UserInvitedGroup" | "UserJoinedGroup" | "UserLeftGroup">;

/**
 * Keeps memberships in step with events, and erases users who deleted their account. Each handler may be given an event again, at any
 * later time, and those of one group in any order.
 */
export const transactionsConsumer = (sql: Connection) => {
  const remember = ({ data: { group_id, version, members } }: MembersEvent): Promise<void> =>
    rememberMembers(sql, { group_id, version, members: members.map(({ user_id }) => user_id) });

  return consumer(
    eventHandlers({
      GroupCreated: remember,
      GroupUpdated: remember,
      UserInvitedGroup: remember,
      UserJoinedGroup: remember,
      UserLeftGroup: remember,
      GroupDeleted: ({ data }) => forgetGroup(sql, data),
      UserDeleted: ({ data }) => eraseUser(sql, data.user_id),
    }),
  );
};
