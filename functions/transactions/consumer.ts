import * as v from "valibot";
import { type CloudEvent, consumer } from "../runtime/consumer";
import { eventData } from "../runtime/event-data";
import { Id } from "../runtime/fields";
import type { Connection } from "../runtime/postgres";
import { eraseUser } from "./erasure";
import { forgetGroup, rememberMembers } from "./memberships";

/** What this service reads of the events of groups. */
const GroupData = () =>
  v.object({
    group_id: Id(),
    version: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
    members: v.array(v.object({ user_id: Id() })),
  });

const UserData = () => v.object({ user_id: Id() });

/**
 * Keeps memberships in step with events, and erases users who deleted their account. Each handler may be given an event again, at any
 * later time, and those of one group in any order.
 *
 * @throws Error naming the event whose data are not what they should be.
 */
export const transactionsConsumer = (sql: Connection) => {
  const groupData = GroupData();
  const userData = UserData();

  const remember = async (event: CloudEvent): Promise<void> => {
    const { members, ...group } = eventData(groupData, event);
    await rememberMembers(sql, { ...group, members: members.map(({ user_id }) => user_id) });
  };

  return consumer({
    GroupCreated: remember,
    GroupUpdated: remember,
    UserInvitedGroup: remember,
    UserJoinedGroup: remember,
    UserLeftGroup: remember,
    GroupDeleted: async (event) => forgetGroup(sql, eventData(groupData, event)),
    UserDeleted: async (event) => eraseUser(sql, eventData(userData, event).user_id),
  });
};
