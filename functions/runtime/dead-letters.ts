import type { MSKRecord } from "aws-lambda";
import type { Reason } from "./failures";
import { caller } from "./invoke";

/** A record that could not be handled, as it is handed to the function that keeps it: the record itself, unchanged, and why. */
export interface DeadLetter {
  reason: Reason;
  /** What was thrown, in a line. */
  error: string;
  /** How often the handler was given it, in this invocation. */
  attempts: number;
  /** Consumer group. */
  group: string;
  /** Name of the function that consumes. */
  function: string;
  record: MSKRecord;
}

/** Why a record is set aside. */
export type Cause = Pick<DeadLetter, "reason" | "attempts"> & { error: unknown };

/** Puts a record where it waits for people; done once it is safe there, and fails when it is not. */
export type SetAside = (record: MSKRecord, cause: Cause) => Promise<void>;

/**
 * Sets records aside through the function `DEAD_LETTERS_FUNCTION`, since consumers need not be where the brokers are. Undefined without
 * one, as where there is no broker: then Lambda keeps the event of an invocation that fails.
 */
export const deadLetters = (): SetAside | undefined => {
  const { DEAD_LETTERS_FUNCTION: keeper, CONSUMER_GROUP: group = "", AWS_LAMBDA_FUNCTION_NAME = "" } = process.env;
  if (!keeper) return undefined;
  const call = caller();
  return async (record, { reason, error, attempts }) => {
    const letter: DeadLetter = {
      reason,
      error: String(error),
      attempts,
      group,
      function: AWS_LAMBDA_FUNCTION_NAME,
      record,
    };
    await call(keeper, letter);
  };
};
