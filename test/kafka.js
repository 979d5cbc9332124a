// @ts-check
/** `npm run test:kafka`: runs what speaks with a broker against the Kafka that KAFKA_BROKERS names. See docs/events.md. */
if (!process.env.KAFKA_BROKERS) {
  console.error("Name a Kafka to test against, for instance: KAFKA_BROKERS=127.0.0.1:9092 npm run test:kafka");
  process.exit(1);
}
process.argv.push(
  "test/local/services/kafka/kafkajs.test.ts",
  "test/functions/outbox/*.test.ts",
  "test/functions/events/flow.test.ts",
);
require("./run");
