/** The AsyncAPI 3.0 document, made from the contracts; never captured into a function. */
import { deadLetterTopic } from "../../components/event-bus/names";
import { type Json, jsonSchemaOf } from "../runtime/json-schema";
import { currentContracts, typeNames } from "./contracts";
import { exampleOf } from "./examples";
import { eventTypes, topics } from "./types";

/** The document as a JSON value, the same for the same contracts. */
export const asyncApiDocument = (): Json => {
  const schemas: Record<string, Json> = {};
  const messages = messagesWith(schemas);
  return {
    asyncapi: "3.0.0",
    info: {
      title: "Ahorro events",
      version: "1.0.0",
      description:
        "What the services of Ahorro tell each other, as CloudEvents 1.0 in JSON (structured mode of the Kafka protocol binding). " +
        "Events are delivered at least once, those of one key in the order in which they happened. Fields may be added at any time: " +
        "ignore what you do not know.",
      contact: { name: "Ahorro", url: "https://ahorro.app" },
      license: { name: "Proprietary" },
      tags: services.map(([service]) => ({ name: service })),
    },
    defaultContentType: CONTENT_TYPE,
    servers: {
      kafka: {
        host: "{brokers}",
        protocol: "kafka-secure",
        description:
          "The event bus. On AWS: MSK, where clients sign in with IAM (SASL/OAUTHBEARER). Locally there is no sign-in.",
        variables: { brokers: { description: "Bootstrap brokers, `host:port`, separated by commas." } },
      },
    },
    channels: Object.fromEntries(services.flatMap(([service, topic]) => channelsOf(service, topic))),
    operations: Object.fromEntries(services.map(([service, topic]) => operationOf(service, topic))),
    components: { messages, schemas: Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1))) },
  };
};

const CONTENT_TYPE = "application/cloudevents+json";
const KAFKA_BINDING = { bindingVersion: "0.5.0" };
const services = Object.entries(topics);

const typesOn = (topic: string) => typeNames.filter((type) => eventTypes[type].topic === topic);

const messagesWith = (schemas: Record<string, Json>): Json => {
  const contracts = currentContracts();
  return Object.fromEntries(
    typeNames.map((type) => {
      const { key, schema, description } = eventTypes[type];
      const contract = contracts[type];
      if (contract === undefined) throw new Error(`${type} has no contract.`);
      const message = {
        name: type,
        title: type,
        summary: description,
        contentType: CONTENT_TYPE,
        payload: jsonSchemaOf(schema(), {
          target: "draft-07",
          define: (title, definition) => {
            schemas[title] = definition;
            return `#/components/schemas/${title}`;
          },
        }),
        correlationId: {
          description: "The API's request that led to it.",
          location: "$message.payload#/correlationid",
        },
        bindings: {
          kafka: {
            key: { type: "string", format: "uuid", description: `The event's \`subject\`, which is \`data.${key}\`.` },
            ...KAFKA_BINDING,
          },
        },
        examples: [{ name: type, summary: description, payload: exampleOf(contract) }],
      };
      return [type, message];
    }),
  );
};

/** A topic, and that of its dead letters. */
const channelsOf = (service: string, topic: string): [string, Json][] => {
  const channel = (address: string, title: string, description: string): Json => ({
    address,
    title,
    description,
    servers: [{ $ref: "#/servers/kafka" }],
    messages: Object.fromEntries(typesOn(topic).map((type) => [type, { $ref: `#/components/messages/${type}` }])),
    bindings: { kafka: { topic: address, ...KAFKA_BINDING } },
  });
  return [
    [service, channel(topic, `Events of the ${service} service`, `What the ${service} service tells, ordered by key.`)],
    [
      `${service}DeadLetters`,
      channel(
        deadLetterTopic(topic),
        `Dead letters of ${topic}`,
        "Records that a consumer could not handle: key, value and headers as they were, and headers `dead_letter_*` that say why. " +
          "To be looked at, and to be published again; kept for 14 days.",
      ),
    ],
  ];
};

const operationOf = (service: string, topic: string): [string, Json] => [
  `publish${service.charAt(0).toUpperCase()}${service.slice(1)}`,
  {
    action: "send",
    channel: { $ref: `#/channels/${service}` },
    title: `Publish the events of the ${service} service`,
    summary: "In the order in which the changes were committed, by the relay of the service's outbox.",
    description:
      "Every committed change is published, at least once; changes that were not committed never are. A repeated event has the same `id`.",
    tags: [{ name: service }],
    messages: typesOn(topic).map((type) => ({ $ref: `#/channels/${service}/messages/${type}` })),
  },
];
