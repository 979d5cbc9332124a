import type { TableName } from "./tables";

/** Puts lines of JSON into the stream of a table; done when Firehose has them on disks of several data centres. */
export type PutLines = (table: TableName, lines: string[]) => Promise<void>;

/**
 * Most bytes of one record. Firehose takes 1,000 KiB ("Amazon Data Firehose Quota"). It counts every record as a multiple of 5 KB when
 * it bills: rows that go together cost a tenth of what each would cost alone.
 */
const RECORD_BYTES = 900_000;

/** Streams by table are named by the environment (`USER_EVENTS_STREAM`). The SDK tries again, three times in all. */
export const connectStreams = (): PutLines => {
  // Imported here, not captured: the program itself has no use for the SDK and loads faster without it.
  const {
    FirehoseClient,
    PutRecordCommand,
  }: typeof import("@aws-sdk/client-firehose") = require("@aws-sdk/client-firehose");
  const client = new FirehoseClient({});
  return async (table, lines) => {
    const DeliveryStreamName = process.env[`${table.toUpperCase()}_STREAM`];
    for (const Data of recordsOf(lines)) {
      await client.send(new PutRecordCommand({ DeliveryStreamName, Record: { Data } }));
    }
  };
};

/** Lines, each with its end, in as few records as hold them. */
export const recordsOf = (lines: string[], most = RECORD_BYTES): Uint8Array[] => {
  const records: Buffer[][] = [];
  let room = 0;
  for (const line of lines) {
    const bytes = Buffer.from(`${line}\n`);
    const last = records.at(-1);
    if (last === undefined || bytes.length > room) {
      records.push([bytes]);
      room = most - bytes.length;
    } else {
      last.push(bytes);
      room -= bytes.length;
    }
  }
  return records.map((record) => Buffer.concat(record));
};
