import type { Admin, SeekEntry } from "kafkajs";
import type { EventSourceMappingDefinition } from "./definition";

export interface StartingOffset {
  topic: string;
  partition: number;
  offset: string;
}

/** What Kafka says of a partition for which a group has committed nothing. */
const NONE = "-1";

/**
 * Where to begin in the partitions for which the group has committed nothing; empty when that is the beginning anyway.
 *
 * @throws Error when a topic does not exist.
 */
export async function startingOffsets(
  admin: Admin,
  { name, topics, consumerGroupId: groupId, startingPosition }: EventSourceMappingDefinition,
): Promise<StartingOffset[]> {
  const existing = await admin.listTopics();
  const missing = topics.filter((topic) => !existing.includes(topic));
  if (missing.length > 0) {
    throw new Error(`The event source mapping "${name}" reads ${missing.join(", ")}, which Kafka does not have.`);
  }
  if (startingPosition === "TRIM_HORIZON") return [];
  const committed = await admin.fetchOffsets({ groupId, topics });
  const starts = committed.map(async ({ topic, partitions }): Promise<StartingOffset[]> => {
    const unknown = new Set(partitions.filter(({ offset }) => offset === NONE).map(({ partition }) => partition));
    if (unknown.size === 0) return [];
    const offsets: SeekEntry[] =
      startingPosition === "LATEST"
        ? await admin.fetchTopicOffsets(topic)
        : await admin.fetchTopicOffsetsByTimestamp(topic, startingPosition.atTimestamp);
    return offsets
      .filter(({ partition }) => unknown.has(partition))
      .map(({ partition, offset }) => ({ topic, partition, offset }));
  });
  return (await Promise.all(starts)).flat();
}
