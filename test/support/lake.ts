import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import catalogue from "../../functions/categories/catalogue.json";
import { categoryLines } from "../../functions/lake/categories";
import { lakeConsumer } from "../../functions/lake/consumer";
import { recordsOf } from "../../functions/lake/stream";
import { lakeTables, type TableName } from "../../functions/lake/tables";
import type { CloudEvent } from "../../functions/runtime/consumer";
import { firehose } from "../../local/services/firehose";
import { mskEvent } from "./events";

/** The streams of a lake, as components/lake.ts declares them. */
const streams = Object.entries(lakeTables).map(([table, { columns }]) => ({
  name: table,
  bucket: "lake",
  prefix: `${table}/day=!{timestamp:yyyy-MM-dd}/`,
  errorPrefix: `errors/${table}/`,
  columns: Object.fromEntries(Object.entries(columns).map(([column, { type }]) => [column, type])),
}));

/**
 * Takes events into a lake of its own, in a folder: the consumer and the stack's Firehose, without the stack between them.
 *
 * @param arrival when the events arrive there, which is the day of their rows.
 */
export async function takeIn(folder: string, events: CloudEvent[], arrival = new Date()): Promise<void> {
  const put = async (_: string, key: string, content: string) => {
    const file = join(folder, key);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  };
  // Written by deployment.
  await put("", "categories/categories.json", categoryLines(JSON.stringify(catalogue)));
  const service = firehose({ streams, put, now: () => arrival });
  const consume = lakeConsumer(async (table: TableName, lines) => {
    for (const data of recordsOf(lines)) {
      const body = { DeliveryStreamName: table, Record: { Data: Buffer.from(data).toString("base64") } };
      const answer = await service({
        method: "POST",
        url: new URL("http://127.0.0.1/"),
        headers: { "x-amz-target": "Firehose_20150804.PutRecord" },
        body: Buffer.from(JSON.stringify(body)),
        service: "firehose",
        region: "eu-west-1",
      });
      if (answer.status !== 200) throw new Error(JSON.stringify(answer));
    }
  });
  await consume(mskEvent(events));
}
