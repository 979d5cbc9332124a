import { v5, v7 } from "uuid";

/** A new id: UUID version 7 (RFC 9562), so that ids sort by the time they were made. */
export const newId = (): string => v7();

/**
 * The id of a user's personal group: a UUID version 5 of the user id, so that every service knows it without asking.
 * The name space is Ahorro's own.
 */
export const personalGroupId = (userId: string): string => v5(userId, "6d3f0c2e-51a7-4a0b-9a4e-0b8f8f1f2c11");
