/** What must not compile. There is nothing to run: `tsc` fails when one of these lines has no error. */
import { eventHandlers } from "../../../functions/events/handlers";
import type { EventOf, NewEvent } from "../../../functions/events/types";

const about = { source: "users", aggregateId: "" } as const;
const data = { user_id: "", status: "deleted", deleted_at: new Date() } as const;
export const good: NewEvent<"UserDeleted"> = { type: "UserDeleted", ...about, data };

export const bad: NewEvent<"UserDeleted">[] = [
  // @ts-expect-error: a field is missing
  { type: "UserDeleted", ...about, data: { user_id: "", status: "deleted" } },
  // @ts-expect-error: a field is unknown
  { type: "UserDeleted", ...about, data: { ...data, name: "" } },
  // @ts-expect-error: a field is of another type
  { type: "UserDeleted", ...about, data: { ...data, deleted_at: 0 } },
  // @ts-expect-error: a value that there is not
  { type: "UserDeleted", ...about, data: { ...data, status: "active" } },
  // @ts-expect-error: the data are those of another type
  { type: "UserCreated", ...about, data },
  // @ts-expect-error: another service's event
  { type: "UserDeleted", source: "transactions", aggregateId: "", data },
];

// @ts-expect-error: there is no such type
export const unknown: NewEvent = { type: "UserDeletd", ...about, data };

export const read = (event: EventOf<"UserDeleted">): string => event.data.deleted_at;
// @ts-expect-error: consumers read what was JSON, not a Date
export const misread = (event: EventOf<"UserDeleted">): Date => event.data.deleted_at;

eventHandlers({
  UserDeleted: async ({ data: { user_id } }) => void user_id,
  // @ts-expect-error: users have no balance
  UserCreated: async ({ data: { balance_id } }) => void balance_id,
});
// @ts-expect-error: there is no such type
eventHandlers({ UserDeletd: async () => undefined });
