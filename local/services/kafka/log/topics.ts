import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ErrorCode } from "../protocol/errors";
import { type LogConfig, PartitionLog } from "./partition-log";
import type { TailCache } from "./tail-cache";
import { completeConfig, type TopicConfig } from "./topic-config";

export interface Topic {
  name: string;
  /** As given when the topic was made; the rest has Kafka's defaults. */
  config: TopicConfig;
  maxMessageBytes: number;
  partitions: PartitionLog[];
}

/** Content of a topic's `topic.json`. */
interface StoredTopic {
  partitions: number;
  config: TopicConfig;
}

/** Kafka's rule for topic names; such a name is also a safe name of a folder. */
const TOPIC_NAME = /^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}$/;
/** Folders being deleted begin with it, as no topic can. */
const DELETED = "@deleted-";
const MAX_PARTITIONS = 1000;

/** The topics in a folder that has no other folders: `<topic>/topic.json`, and `<topic>/<partition>/` with a log each. */
export class Topics {
  private readonly topics = new Map<string, Topic>();

  constructor(
    private readonly folder: string,
    private readonly cache: TailCache,
    private readonly log: (line: string) => void,
  ) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const { name } of readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
      const file = join(folder, name, "topic.json");
      // A topic is there when its file is: what was being made or deleted when the process ended is not.
      if (TOPIC_NAME.test(name) && existsSync(file)) this.open(name, JSON.parse(readFileSync(file, "utf8")));
      else rmSync(join(folder, name), { recursive: true, force: true });
    }
  }

  get(name: string): Topic | undefined {
    return this.topics.get(name);
  }

  partition(name: string, index: number): PartitionLog | undefined {
    return this.topics.get(name)?.partitions[index];
  }

  all(): Topic[] {
    return [...this.topics.values()];
  }

  static isValidName(name: string): boolean {
    return TOPIC_NAME.test(name);
  }

  /** Whether a topic may be made so: NONE, or why not. */
  checkNew(name: string, partitions: number, config: TopicConfig): ErrorCode {
    if (!TOPIC_NAME.test(name)) return ErrorCode.INVALID_TOPIC_EXCEPTION;
    if (this.topics.has(name)) return ErrorCode.TOPIC_ALREADY_EXISTS;
    if (partitions < 1 || partitions > MAX_PARTITIONS) return ErrorCode.INVALID_PARTITIONS;
    return completeConfig(config) === undefined ? ErrorCode.INVALID_CONFIG : ErrorCode.NONE;
  }

  /** Makes a topic that checkNew lets pass. */
  create(name: string, partitions: number, config: TopicConfig): Topic {
    mkdirSync(join(this.folder, name), { recursive: true, mode: 0o700 });
    this.store(name, { partitions, config });
    return this.open(name, { partitions, config });
  }

  /** Gives a topic more partitions; NONE, or why not. */
  grow(topic: Topic, partitions: number, validateOnly: boolean): ErrorCode {
    if (partitions <= topic.partitions.length || partitions > MAX_PARTITIONS) return ErrorCode.INVALID_PARTITIONS;
    if (validateOnly) return ErrorCode.NONE;
    this.store(topic.name, { partitions, config: topic.config });
    this.addPartitions(topic, partitions);
    return ErrorCode.NONE;
  }

  delete(topic: Topic): void {
    this.topics.delete(topic.name);
    for (const partition of topic.partitions) partition.close();
    // Atomic: after it the topic is gone, whatever happens to its files.
    const aside = join(this.folder, `${DELETED}${topic.name.slice(0, 200)}-${Date.now()}`);
    renameSync(join(this.folder, topic.name), aside);
    rmSync(aside, { recursive: true, force: true });
  }

  close(): void {
    for (const { partitions } of this.topics.values()) for (const partition of partitions) partition.close();
  }

  private store(name: string, topic: StoredTopic): void {
    const file = join(this.folder, name, "topic.json");
    writeFileSync(`${file}.new`, JSON.stringify(topic, null, 2), { mode: 0o600, flush: true });
    renameSync(`${file}.new`, file);
  }

  private open(name: string, { partitions, config }: StoredTopic): Topic {
    const maxMessageBytes = logConfig(config).maxMessageBytes;
    const topic: Topic = { name, config, maxMessageBytes, partitions: [] };
    this.addPartitions(topic, partitions);
    this.topics.set(name, topic);
    return topic;
  }

  private addPartitions(topic: Topic, count: number): void {
    const config = logConfig(topic.config);
    for (let index = topic.partitions.length; index < count; index++) {
      const folder = join(this.folder, topic.name, String(index));
      topic.partitions.push(new PartitionLog(folder, config, this.cache.newTail(), this.log));
    }
  }
}

function logConfig(config: TopicConfig): LogConfig & { maxMessageBytes: number } {
  const complete = completeConfig(config) ?? completeConfig({});
  if (complete === undefined) throw new Error("the default topic configuration is invalid");
  return {
    segmentBytes: Number(complete["segment.bytes"]),
    retentionBytes: Number(complete["retention.bytes"]),
    retentionMs: Number(complete["retention.ms"]),
    maxMessageBytes: Number(complete["max.message.bytes"]),
  };
}
