/**
 * The contracts of all events: what producers promise and consumers rely on. Change them as docs/events.md says; the published
 * form in published.json holds them to it.
 */
import * as v from "valibot";
import { errorOf } from "../runtime/validation";
import {
  BalanceCreated,
  BalanceDeleted,
  BalanceUpdated,
  TransactionCreated,
  TransactionDeleted,
  TransactionUpdated,
} from "./transactions";
import {
  GroupCreated,
  GroupDeleted,
  GroupUpdated,
  UserCreated,
  UserDeleted,
  UserInvitedGroup,
  UserJoinedGroup,
  UserLeftGroup,
  UserUpdated,
} from "./users";

/** The Kafka topics. */
export const topics = {
  users: "ahorro.users",
  transactions: "ahorro.transactions",
} as const;
export type Topic = (typeof topics)[keyof typeof topics];

/**
 * Every type of event: the topic it is published to, the field of `data` that is its key (the CloudEvent's `subject`, the Kafka
 * message key, by which events are ordered), and its schema.
 */
export const eventTypes = {
  UserCreated: {
    topic: topics.users,
    key: "user_id",
    schema: UserCreated,
    description: "Somebody has registered.",
  },
  UserUpdated: {
    topic: topics.users,
    key: "user_id",
    schema: UserUpdated,
    description: "Somebody has changed their name or settings.",
  },
  UserDeleted: {
    topic: topics.users,
    key: "user_id",
    schema: UserDeleted,
    description: "Somebody has deleted their account: all that is kept of them is to be erased.",
  },
  GroupCreated: {
    topic: topics.users,
    key: "group_id",
    schema: GroupCreated,
    description: "There is a new group, with its owner as the only member.",
  },
  GroupUpdated: {
    topic: topics.users,
    key: "group_id",
    schema: GroupUpdated,
    description: "A group was renamed or handed over, or the role of a member changed.",
  },
  GroupDeleted: {
    topic: topics.users,
    key: "group_id",
    schema: GroupDeleted,
    description: "A group is gone, told as it was last: with the `version` of its last change.",
  },
  UserInvitedGroup: {
    topic: topics.users,
    key: "group_id",
    schema: UserInvitedGroup,
    description:
      "Somebody was invited to a group. `created_at` is the invite's; `name`, `version` and `members` are the group's, unchanged.",
  },
  UserJoinedGroup: {
    topic: topics.users,
    key: "group_id",
    schema: UserJoinedGroup,
    description: "Somebody has joined a group by an invite.",
  },
  UserLeftGroup: {
    topic: topics.users,
    key: "group_id",
    schema: UserLeftGroup,
    description: "Somebody has left a group, or was removed: their access ends.",
  },
  TransactionCreated: {
    topic: topics.transactions,
    key: "user_id",
    schema: TransactionCreated,
    description: "A transaction was recorded; without an effect while `approved_at` is null.",
  },
  TransactionUpdated: {
    topic: topics.transactions,
    key: "user_id",
    schema: TransactionUpdated,
    description: "A transaction was changed, approved, or restored: then `previous` has a `deleted_at`.",
  },
  TransactionDeleted: {
    topic: topics.transactions,
    key: "user_id",
    schema: TransactionDeleted,
    description: "A transaction was deleted, and its effect reversed. It may be restored.",
  },
  BalanceCreated: {
    topic: topics.transactions,
    key: "user_id",
    schema: BalanceCreated,
    description: "A balance was opened.",
  },
  BalanceUpdated: {
    topic: topics.transactions,
    key: "user_id",
    schema: BalanceUpdated,
    description:
      "A balance was renamed, or its opening amount corrected. Transactions change `amount` too, but tell so by their own events.",
  },
  BalanceDeleted: {
    topic: topics.transactions,
    key: "user_id",
    schema: BalanceDeleted,
    description: "A balance was closed. Its transactions stay.",
  },
} as const;

export type EventType = keyof typeof eventTypes;

/** Events by type, as consumers read them. */
export type Events = { [T in EventType]: v.InferOutput<ReturnType<(typeof eventTypes)[T]["schema"]>> };
export type EventOf<T extends EventType> = Events[T];

type Input<T extends EventType> = v.InferInput<ReturnType<(typeof eventTypes)[T]["schema"]>>;

/** An `Event` as its producer puts it into the outbox. What breaks the contract does not compile. */
export type NewEvent<T extends EventType = EventType> = {
  [Type in T]: {
    type: Type;
    source: Input<Type>["source"] extends `/ahorro/${infer Source}` ? Source : never;
    aggregateId: string;
    data: Input<Type>["data"];
  };
}[T];

export const isEventType = (type: unknown): type is EventType =>
  typeof type === "string" && Object.hasOwn(eventTypes, type);

/** What an event turns out to be. */
export type Parsed =
  | { event: Events[EventType] }
  /** Of a type that is not known here (yet): not for this consumer, to be skipped. */
  | { unknownType: string }
  /** A poison message: however often it is delivered, it cannot be handled. Tells the field, and what is wrong with it. */
  | { wrong: string };

/** The schemas by type, in the form that keeps a type and its event together. */
const schemas: { [T in EventType]: { schema: () => v.GenericSchema<unknown, Events[T]> } } = eventTypes;

/** Reads events of one type. Of what is wrong it tells the first, but no values: they may be personal. The schema is made once. */
export const parserOf = <T extends EventType>(
  type: T,
): ((json: unknown) => { event: Events[T] } | { wrong: string }) => {
  const schema = schemas[type].schema();
  return (json) => {
    const parsed = v.safeParse(schema, json, { abortEarly: true });
    if (parsed.success) return { event: parsed.output };
    const { path, message } = errorOf(parsed.issues[0]);
    return { wrong: `${path}: ${message}` };
  };
};

/** Reads a published event of any type: a value that JSON was parsed to. Where there are many, `parserOf` spares making schemas. */
export const parseEvent = (json: unknown): Parsed => {
  const { type } = Object(json);
  if (isEventType(type)) return parserOf(type)(json);
  return typeof type === "string" ? { unknownType: type } : { wrong: "type: must be a string" };
};
