/** Topic configs by Kafka's names; values as texts, as the protocol has them. */
export type TopicConfig = Record<string, string>;

interface Setting {
  default: string;
  valid: (value: string) => boolean;
}

const integer =
  (min: number, max = Number.MAX_SAFE_INTEGER) =>
  (value: string): boolean =>
    /^-?\d+$/.test(value) && Number(value) >= min && Number(value) <= max;
const oneOf =
  (...values: string[]) =>
  (value: string): boolean =>
    values.includes(value);

/**
 * Topic configs that the broker knows (kafka.apache.org/documentation, "Topic Configs"). Those that it cannot honour take
 * nothing but the value that describes what it does, so that a topic that relies on another is refused and not betrayed.
 */
const SETTINGS: Record<string, Setting> = {
  "cleanup.policy": { default: "delete", valid: oneOf("delete") },
  "compression.type": { default: "producer", valid: oneOf("producer") },
  "max.message.bytes": { default: "1048588", valid: integer(0, 2 ** 31 - 1) },
  "message.timestamp.type": { default: "CreateTime", valid: oneOf("CreateTime") },
  // No replicas, hence one in sync: what more would guarantee is not to be had on one machine, and is no reason to refuse.
  "min.insync.replicas": { default: "1", valid: integer(1, 2 ** 31 - 1) },
  "retention.bytes": { default: "-1", valid: integer(-1) },
  "retention.ms": { default: "604800000", valid: integer(-1) },
  // Kafka's default is 1 GiB; smaller files let retention free a laptop's disk sooner.
  "segment.bytes": { default: "16777216", valid: integer(14, 2 ** 31 - 1) },
  "unclean.leader.election.enable": { default: "false", valid: oneOf("true", "false") },
};

/** The given configs with defaults for the others; undefined when one is unknown or has a value that cannot be had here. */
export function completeConfig(config: TopicConfig): TopicConfig | undefined {
  const given = Object.entries(config);
  if (given.some(([name, value]) => !Object.hasOwn(SETTINGS, name) || SETTINGS[name]?.valid(value) !== true)) {
    return undefined;
  }
  const defaults = Object.entries(SETTINGS).map(([name, setting]) => [name, setting.default]);
  return { ...Object.fromEntries(defaults), ...config };
}
