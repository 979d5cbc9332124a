import type { Topic } from "../log/topics";
import { Topics } from "../log/topics";
import { ErrorCode } from "../protocol/errors";
import { Writer } from "../protocol/writer";
import type { Api, Broker } from "./api";

/** Who the broker is, and where the partitions of topics are: all with it. Topics are never made on the side. */
export const metadata: Api = {
  key: 3,
  name: "Metadata",
  versions: { min: 0, max: 6 },
  handle({ version, body }, broker) {
    const names = body.nullableArray(() => body.string());
    if (version >= 4) body.boolean(); // allow_auto_topic_creation: as with auto.create.topics.enable=false
    const wantsAll = names === null || (version === 0 && names.length === 0);
    const wanted = wantsAll ? broker.topics.all().map(({ name }) => name) : [...new Set(names)];
    const answer = new Writer();
    if (version >= 3) answer.int32(0); // throttle_time_ms
    answer.array([broker], ({ nodeId, advertised }) => {
      answer.int32(nodeId).string(advertised.host).int32(advertised.port);
      if (version >= 1) answer.nullableString(null); // rack
    });
    if (version >= 2) answer.nullableString(broker.state.clusterId);
    if (version >= 1) answer.int32(broker.nodeId); // controller_id
    return answer.array(wanted, (name) => writeTopic(answer, version, broker, name));
  },
};

function writeTopic(answer: Writer, version: number, { topics, nodeId }: Broker, name: string): void {
  const topic = topics.get(name);
  answer.int16(topic === undefined ? whyNone(name) : ErrorCode.NONE).string(name);
  if (version >= 1) answer.boolean(false); // is_internal
  answer.array(partitionsOf(topic), (index) => {
    answer.int16(ErrorCode.NONE).int32(index).int32(nodeId);
    answer.array([nodeId], (replica) => answer.int32(replica));
    answer.array([nodeId], (inSync) => answer.int32(inSync));
    if (version >= 5) answer.array([], () => undefined); // offline_replicas
  });
}

const whyNone = (name: string): ErrorCode =>
  Topics.isValidName(name) ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : ErrorCode.INVALID_TOPIC_EXCEPTION;

const partitionsOf = (topic: Topic | undefined): number[] => [...(topic?.partitions.keys() ?? [])];
