import { type Graph, type Resource, resourcesOf } from "../../program/graph";

/** An event source mapping from Kafka topics to a function, as the host runs it. */
export interface EventSourceMappingDefinition {
  /** Logical name of the resource; for people. */
  name: string;
  /** Name or ARN of the function. */
  functionName: string;
  topics: string[];
  consumerGroupId: string;
  enabled: boolean;
  /** Where a consumer group begins that has not committed anything; a time is in ms since 1970. */
  startingPosition: "TRIM_HORIZON" | "LATEST" | { atTimestamp: number };
  /** Most records of one invocation. */
  batchSize: number;
  /** Longest time that a record waits for others to share its invocation, in ms. */
  batchingWindowMs: number;
  /** ARN of the Amazon MSK cluster; absent for self-managed Kafka. */
  eventSourceArn?: string;
}

const TYPE = "aws:lambda/eventSourceMapping:EventSourceMapping";

/** Lambda's defaults for Kafka. Source: AWS Lambda Developer Guide, "Amazon MSK event source configuration parameters". */
const DEFAULT_BATCH_SIZE = 100;
const DEFAULT_BATCHING_WINDOW_SECONDS = 0.5;

/** What would change which records a function gets, and is not done here. */
const UNSUPPORTED = [
  "bisectBatchOnFunctionError",
  "destinationConfig",
  "filterCriteria",
  "functionResponseTypes",
  "maximumRecordAgeInSeconds",
  "maximumRetryAttempts",
];

/**
 * The event source mappings on Kafka topics that a program declares. Mappings on other sources are not among them.
 *
 * @throws Error naming the mapping and the setting when one asks for what the local stack does not do, or what Lambda refuses: the
 * consumer group of another ("Customizable consumer group ID", AWS Lambda Developer Guide).
 */
export function eventSourceMappingsOf(graph: Graph): EventSourceMappingDefinition[] {
  const isOnKafka = ({ inputs }: Resource) =>
    inputs.selfManagedEventSource !== undefined || /^arn:[^:]+:kafka:/.test(inputs.eventSourceArn ?? "");
  const mappings = resourcesOf(graph, TYPE).filter(isOnKafka).map(definitionOf);
  for (const { name, consumerGroupId } of mappings) {
    const other = mappings.find((mapping) => mapping.consumerGroupId === consumerGroupId && mapping.name !== name);
    if (other === undefined) continue;
    throw new Error(
      `The event source mappings "${name}" and "${other.name}" share the consumer group ${consumerGroupId}.`,
    );
  }
  return mappings;
}

function definitionOf({ name, urn, inputs }: Resource): EventSourceMappingDefinition {
  const refused = (what: string) => new Error(`The event source mapping "${name}" ${what} (${urn}).`);
  const unsupported = UNSUPPORTED.find((setting) => isSet(inputs[setting]));
  if (unsupported !== undefined) throw refused(`sets ${unsupported}, which the local stack does not do`);
  const topics: string[] = inputs.topics ?? [];
  if (topics.length === 0) throw refused("names no topics");
  const config = inputs.amazonManagedKafkaEventSourceConfig ?? inputs.selfManagedKafkaEventSourceConfig;
  return {
    name,
    functionName: inputs.functionName,
    topics,
    // Without one Lambda takes the mapping's UUID; the name, too, stays the same over restarts.
    consumerGroupId: config?.consumerGroupId ?? name,
    enabled: inputs.enabled ?? true,
    startingPosition: startingPositionOf(inputs, refused),
    batchSize: inputs.batchSize ?? DEFAULT_BATCH_SIZE,
    batchingWindowMs: 1000 * (inputs.maximumBatchingWindowInSeconds ?? DEFAULT_BATCHING_WINDOW_SECONDS),
    ...(inputs.eventSourceArn === undefined ? {} : { eventSourceArn: inputs.eventSourceArn }),
  };
}

/** Lambda takes −1 retries and −1 seconds for "no limit", which is what happens here. */
const isSet = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== false && value !== -1 && !(Array.isArray(value) && !value.length);

function startingPositionOf(
  { startingPosition, startingPositionTimestamp }: Resource["inputs"],
  refused: (what: string) => Error,
): EventSourceMappingDefinition["startingPosition"] {
  if (startingPosition === "TRIM_HORIZON" || startingPosition === "LATEST") return startingPosition;
  const atTimestamp = Date.parse(startingPositionTimestamp ?? "");
  if (startingPosition === "AT_TIMESTAMP" && !Number.isNaN(atTimestamp)) return { atTimestamp };
  throw refused("needs a startingPosition: TRIM_HORIZON, LATEST, or AT_TIMESTAMP with a startingPositionTimestamp");
}
