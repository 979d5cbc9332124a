import type { Transaction } from "../api/types";

/** What became of the transactions that were recorded since the app was opened, by their temporary id. */
const recorded = new Map<string, Transaction>();

export const rememberRecorded = (key: string, transaction: Transaction): void => void recorded.set(key, transaction);

/** The transaction as the API knows it; undefined while it waits. */
export const recordedAs = (key: string): Transaction | undefined => recorded.get(key);
