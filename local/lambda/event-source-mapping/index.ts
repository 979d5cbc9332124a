export { type EventSourceMappingDefinition, eventSourceMappingsOf } from "./definition";
export type { KafkaEvent, KafkaEventRecord } from "./event";
export { type EventSourceMapping, type EventSourceMappingOptions, startEventSourceMapping } from "./mapping";
