import * as v from "valibot";
import { Id } from "../runtime/fields";
import { Timestamp } from "./fields";

/**
 * The schema of an event: CloudEvents 1.0 in JSON, structured mode. Fields that it does not know are left out when it reads,
 * not refused: producers may add some at any time.
 *
 * @param source the service that produces it.
 */
export const cloudEvent = <const Type extends string, const Source extends string, Data extends v.GenericSchema>(
  type: Type,
  source: Source,
  data: Data,
) =>
  v.object({
    specversion: v.literal("1.0"),
    id: v.pipe(Id(), v.description("Tells events apart; the same when one is delivered again.")),
    source: v.literal(`/ahorro/${source}`),
    type: v.literal(type),
    subject: v.pipe(Id(), v.description("What events are ordered by: the Kafka message key.")),
    time: v.pipe(Timestamp(), v.description("When it happened.")),
    datacontenttype: v.literal("application/json"),
    correlationid: v.exactOptional(
      v.pipe(
        v.string(),
        v.description("The API's request that led to it: `apigw-requestid` of its answer."),
        v.examples(["U0kyVgEdDoEEMnA="]),
      ),
    ),
    data,
  });
