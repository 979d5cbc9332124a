import type { TopicConfig } from "../log/topic-config";
import { completeConfig } from "../log/topic-config";
import { ErrorCode } from "../protocol/errors";
import type { Reader } from "../protocol/reader";
import { Writer } from "../protocol/writer";
import type { Api, Broker } from "./api";

/** What −1, "as the broker has it", stands for. */
const DEFAULT_PARTITIONS = 1;

interface NewTopic {
  name: string;
  partitions: number;
  replicationFactor: number;
  /** Brokers by partition; instead of both numbers. */
  assignments: number[][];
  config: TopicConfig;
}

interface Outcome {
  name: string;
  error: ErrorCode;
  /** For people, when there is an error. */
  message?: string;
}

export const createTopics: Api = {
  key: 19,
  name: "CreateTopics",
  versions: { min: 0, max: 4 },
  handle({ version, body }, broker) {
    const topics = body.array(() => readNewTopic(body));
    body.int32(); // timeout_ms: it is done when it is answered
    const validateOnly = version >= 1 && body.boolean();
    const outcomes = topics.map((topic) => createTopic(topic, topics, validateOnly, broker));
    const answer = new Writer();
    if (version >= 2) answer.int32(0); // throttle_time_ms
    return answer.array(outcomes, ({ name, error, message }) => {
      answer.string(name).int16(error);
      if (version >= 1) answer.nullableString(message ?? null);
    });
  },
};

function readNewTopic(body: Reader): NewTopic {
  const name = body.string();
  const partitions = body.int32();
  const replicationFactor = body.int16();
  const assignments = body.array(() => {
    body.int32();
    return body.array(() => body.int32());
  });
  const config = body.array((): [string, string] => [body.string(), body.nullableString() ?? ""]);
  return { name, partitions, replicationFactor, assignments, config: Object.fromEntries(config) };
}

function createTopic(topic: NewTopic, all: NewTopic[], validateOnly: boolean, { topics, nodeId }: Broker): Outcome {
  const { name, assignments, config } = topic;
  const failed = (error: ErrorCode, message: string): Outcome => ({ name, error, message });
  if (all.filter((other) => other.name === name).length > 1) {
    return failed(ErrorCode.INVALID_REQUEST, "The request names this topic more than once.");
  }
  if (assignments.some((brokers) => brokers.length !== 1 || brokers[0] !== nodeId)) {
    return failed(ErrorCode.INVALID_REPLICA_ASSIGNMENT, `The only broker is ${nodeId}.`);
  }
  const byAssignment = assignments.length > 0;
  if (!byAssignment && topic.replicationFactor !== 1 && topic.replicationFactor !== -1) {
    return failed(ErrorCode.INVALID_REPLICATION_FACTOR, "There is one broker, hence one replica.");
  }
  const declared = topic.partitions === -1 ? DEFAULT_PARTITIONS : topic.partitions;
  const partitions = byAssignment ? assignments.length : declared;
  const error = topics.checkNew(name, partitions, config);
  if (error !== ErrorCode.NONE) return failed(error, REASONS[error] ?? "The topic cannot be made.");
  if (!validateOnly) topics.create(name, partitions, config);
  return { name, error };
}

const REASONS: { [Code in ErrorCode]?: string } = {
  [ErrorCode.INVALID_TOPIC_EXCEPTION]: "Topic names have 1 to 249 of the characters a-z A-Z 0-9 . _ and -.",
  [ErrorCode.TOPIC_ALREADY_EXISTS]: "A topic with this name exists.",
  [ErrorCode.INVALID_PARTITIONS]: "The number of partitions must be from 1 to 1000.",
  [ErrorCode.INVALID_CONFIG]: "A topic config is unknown, or has a value that this broker cannot honour.",
};

export const deleteTopics: Api = {
  key: 20,
  name: "DeleteTopics",
  versions: { min: 0, max: 3 },
  handle({ version, body }, { topics, coordinator }) {
    const names = body.array(() => body.string());
    body.int32(); // timeout_ms
    const outcomes = names.map((name): Outcome => {
      const topic = topics.get(name);
      if (topic === undefined) return { name, error: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION };
      topics.delete(topic);
      coordinator.offsets.deleteTopic(name);
      return { name, error: ErrorCode.NONE };
    });
    const answer = new Writer();
    if (version >= 1) answer.int32(0); // throttle_time_ms
    return answer.array(outcomes, ({ name, error }) => answer.string(name).int16(error));
  },
};

export const createPartitions: Api = {
  key: 37,
  name: "CreatePartitions",
  versions: { min: 0, max: 1 },
  handle({ body }, { topics, nodeId }) {
    const wanted = body.array(() => {
      const name = body.string();
      const count = body.int32();
      const assignments = body.nullableArray(() => body.array(() => body.int32())) ?? [];
      return { name, count, assignments };
    });
    body.int32(); // timeout_ms
    const validateOnly = body.boolean();
    const outcomes = wanted.map(({ name, count, assignments }): Outcome => {
      const topic = topics.get(name);
      if (topic === undefined) return { name, error: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION };
      const added = count - topic.partitions.length;
      const fits = assignments.every((brokers) => brokers.length === 1 && brokers[0] === nodeId);
      if (assignments.length > 0 && (assignments.length !== added || !fits)) {
        return { name, error: ErrorCode.INVALID_REPLICA_ASSIGNMENT, message: `The only broker is ${nodeId}.` };
      }
      const error = topics.grow(topic, count, validateOnly);
      if (error === ErrorCode.NONE) return { name, error };
      return { name, error, message: `The topic has ${topic.partitions.length} partitions; the most is 1000.` };
    });
    const answer = new Writer().int32(0); // throttle_time_ms
    return answer.array(outcomes, ({ name, error, message }) => {
      answer
        .string(name)
        .int16(error)
        .nullableString(message ?? null);
    });
  },
};

const TOPIC_RESOURCE = 2;
/** config_source (v1 and later) */
const SOURCE_TOPIC = 1;
const SOURCE_DEFAULT = 5;

/** The configs of topics. Those of brokers, and of anything else, are none. */
export const describeConfigs: Api = {
  key: 32,
  name: "DescribeConfigs",
  versions: { min: 0, max: 2 },
  handle({ version, body }, { topics }) {
    const resources = body.array(() => {
      const type = body.int8();
      const name = body.string();
      return { type, name, keys: body.nullableArray(() => body.string()) };
    });
    if (version >= 1) body.boolean(); // include_synonyms: there are none
    const answer = new Writer().int32(0); // throttle_time_ms
    return answer.array(resources, ({ type, name, keys }) => {
      const topic = type === TOPIC_RESOURCE ? topics.get(name) : undefined;
      const isMissing = type === TOPIC_RESOURCE && topic === undefined;
      answer.int16(isMissing ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : ErrorCode.NONE).nullableString(null);
      answer.int8(type).string(name);
      const configs = topic === undefined ? [] : Object.entries(completeConfig(topic.config) ?? {});
      const wanted = configs.filter(([key]) => keys === null || keys.includes(key));
      answer.array(wanted, ([key, value]) => {
        const isDefault = topic === undefined || !Object.hasOwn(topic.config, key);
        answer.string(key).nullableString(value).boolean(false); // read_only
        if (version === 0) answer.boolean(isDefault);
        else answer.int8(isDefault ? SOURCE_DEFAULT : SOURCE_TOPIC);
        answer.boolean(false); // is_sensitive
        if (version >= 1) answer.array([], () => undefined); // synonyms
      });
    });
  },
};
