import type { JoinResult, SyncResult } from "../groups/group";
import { ErrorCode } from "../protocol/errors";
import { Writer } from "../protocol/writer";
import type { Api } from "./api";

const CONSUMER_GROUP = 0;

export const findCoordinator: Api = {
  key: 10,
  name: "FindCoordinator",
  versions: { min: 0, max: 2 },
  handle({ version, body }, { nodeId, advertised }) {
    body.string(); // a group id, or a transactional id
    const isGroup = version === 0 || body.int8() === CONSUMER_GROUP;
    const error = isGroup ? ErrorCode.NONE : ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
    const answer = new Writer();
    if (version >= 1) answer.int32(0); // throttle_time_ms
    answer.int16(error);
    if (version >= 1) answer.nullableString(isGroup ? null : "Transactions are not available here.");
    if (!isGroup) return answer.int32(-1).string("").int32(-1);
    return answer.int32(nodeId).string(advertised.host).int32(advertised.port);
  },
};

/** Static membership (group.instance.id, version 5) is not offered; clients that ask for it say so. */
export const joinGroup: Api = {
  key: 11,
  name: "JoinGroup",
  versions: { min: 0, max: 4 },
  async handle({ version, body, connection }, { coordinator }) {
    const groupId = body.string();
    const sessionTimeoutMs = body.int32();
    const rebalanceTimeoutMs = version >= 1 ? body.int32() : sessionTimeoutMs;
    const memberId = body.string();
    const protocolType = body.string();
    // Copies: they outlive the request.
    const protocols = body.array(() => ({ name: body.string(), metadata: Buffer.from(body.bytes()) }));
    const { clientId, host } = connection;
    const result = await coordinator.join(groupId, {
      ...{ memberId, clientId, clientHost: host, sessionTimeoutMs, rebalanceTimeoutMs },
      ...{ protocolType, protocols, memberIdRequired: version >= 4 },
    });
    return writeJoin(result, version);
  },
};

function writeJoin({ error, generation, protocol, leader, memberId, members }: JoinResult, version: number): Writer {
  const answer = new Writer();
  if (version >= 2) answer.int32(0); // throttle_time_ms
  answer.int16(error).int32(generation).string(protocol).string(leader).string(memberId);
  return answer.array(members, (member) => answer.string(member.memberId).bytes(member.metadata));
}

export const syncGroup: Api = {
  key: 14,
  name: "SyncGroup",
  versions: { min: 0, max: 2 },
  async handle({ version, body }, { coordinator }) {
    const group = coordinator.get(body.string());
    const generation = body.int32();
    const memberId = body.string();
    const assignments = new Map(body.array((): [string, Buffer] => [body.string(), body.bytes()]));
    const unknown: SyncResult = { error: ErrorCode.UNKNOWN_MEMBER_ID, assignment: Buffer.alloc(0) };
    const { error, assignment } = (await group?.sync(memberId, generation, assignments)) ?? unknown;
    const answer = new Writer();
    if (version >= 1) answer.int32(0); // throttle_time_ms
    return answer.int16(error).bytes(assignment);
  },
};

export const heartbeat: Api = {
  key: 12,
  name: "Heartbeat",
  versions: { min: 0, max: 2 },
  handle({ version, body }, { coordinator }) {
    const group = coordinator.get(body.string());
    const generation = body.int32();
    const error = group?.heartbeat(body.string(), generation) ?? ErrorCode.UNKNOWN_MEMBER_ID;
    return writeError(error, version);
  },
};

export const leaveGroup: Api = {
  key: 13,
  name: "LeaveGroup",
  versions: { min: 0, max: 2 },
  handle({ version, body }, { coordinator }) {
    const group = coordinator.get(body.string());
    const error = group?.leave(body.string()) ?? ErrorCode.UNKNOWN_MEMBER_ID;
    return writeError(error, version);
  },
};

function writeError(error: ErrorCode, version: number): Writer {
  const answer = new Writer();
  if (version >= 1) answer.int32(0); // throttle_time_ms
  return answer.int16(error);
}

export const describeGroups: Api = {
  key: 15,
  name: "DescribeGroups",
  versions: { min: 0, max: 2 },
  handle({ version, body }, { coordinator }) {
    const ids = body.array(() => body.string());
    const answer = new Writer();
    if (version >= 1) answer.int32(0); // throttle_time_ms
    return answer.array(ids, (id) => {
      const group = coordinator.get(id);
      // A group without members is known by its offsets alone; without those, it is as good as dead.
      const state = group?.state ?? (coordinator.offsets.ofGroup(id).length > 0 ? "Empty" : "Dead");
      const isStable = state === "Stable";
      answer
        .int16(ErrorCode.NONE)
        .string(id)
        .string(state)
        .string(group?.protocolType ?? "");
      answer.string(isStable ? (group?.protocol ?? "") : "");
      answer.array([...(group?.members.values() ?? [])], (member) => {
        const metadata = member.protocols.find(({ name }) => isStable && name === group?.protocol)?.metadata;
        answer.string(member.id).string(member.clientId).string(member.clientHost);
        answer.bytes(metadata ?? Buffer.alloc(0)).bytes(isStable ? member.assignment : Buffer.alloc(0));
      });
    });
  },
};

export const listGroups: Api = {
  key: 16,
  name: "ListGroups",
  versions: { min: 0, max: 2 },
  handle({ version }, { coordinator }) {
    const answer = writeError(ErrorCode.NONE, version);
    return answer.array(coordinator.all(), ({ id, protocolType }) => answer.string(id).string(protocolType));
  },
};

export const deleteGroups: Api = {
  key: 42,
  name: "DeleteGroups",
  versions: { min: 0, max: 1 },
  handle({ body }, { coordinator }) {
    const ids = body.array(() => body.string());
    const answer = new Writer().int32(0); // throttle_time_ms
    return answer.array(ids, (id) => answer.string(id).int16(coordinator.delete(id)));
  },
};
