import { deadLetterTopic } from "../../components/event-bus/names";
import type { DeadLetter } from "../runtime/dead-letters";
import type { Publisher } from "../runtime/kafka";
import type { Meter } from "../runtime/metrics";
import { messageOf } from "./letter";

/**
 * Publishes a record that could not be handled to the topic of dead letters of its topic, and counts it.
 *
 * @throws Kafka's error when the brokers do not have it.
 */
export const setAside =
  (publisher: Publisher, measure: Meter) =>
  async (letter: DeadLetter): Promise<void> => {
    const { topic, partition, offset } = letter.record;
    await publisher.publish(deadLetterTopic(topic), [messageOf(letter)]);
    const more = { reason: letter.reason, origin: `${topic}/${partition}/${offset}` };
    // A dimension may not be empty.
    measure("DeadLetters", 1, { topic, consumer_group: letter.group || "unknown" }, more);
  };
