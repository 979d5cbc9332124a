import { deadLetterTopic } from "../../components/event-bus/names";
import type { DeadLetter } from "../runtime/dead-letters";
import type { Publisher } from "../runtime/kafka";
import { messageOf } from "./letter";
import { deadLetterMetric } from "./metric";

/**
 * Publishes a record that could not be handled to the topic of dead letters of its topic, and counts it.
 *
 * @throws Kafka's error when the brokers do not have it.
 */
export const setAside = (publisher: Publisher) => {
  const count = deadLetterMetric("DeadLetters");
  return async (letter: DeadLetter): Promise<void> => {
    const { topic, partition, offset } = letter.record;
    await publisher.publish(deadLetterTopic(topic), [messageOf(letter)]);
    count(topic, letter.group, 1, { reason: letter.reason, origin: `${topic}/${partition}/${offset}` });
  };
};
