import * as v from "valibot";
import type { CloudEvent } from "./consumer";

/**
 * What a consumer reads of an event's data; the rest is none of its business.
 * @throws Error naming the event whose data are not what they should be.
 */
export const eventData = <S extends v.GenericSchema>(schema: S, event: CloudEvent): v.InferOutput<S> => {
  const parsed = v.safeParse(schema, event.data);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new Error(
    `The ${event.type} ${event.id} is not as expected: ${v.getDotPath(issue) ?? "data"}: ${issue.message}`,
  );
};
