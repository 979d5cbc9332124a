import { ErrorCode } from "../protocol/errors";
import { Group, type JoinRequest, type JoinResult } from "./group";
import type { Offsets } from "./offsets";

export interface SessionTimeouts {
  /** group.min.session.timeout.ms */
  minMs: number;
  /** group.max.session.timeout.ms */
  maxMs: number;
}

/** All consumer groups. Members are forgotten with the process, and join anew; offsets stay (see Offsets). */
export class Coordinator {
  private readonly groups = new Map<string, Group>();

  constructor(
    readonly offsets: Offsets,
    private readonly sessionTimeouts: SessionTimeouts,
  ) {}

  get(id: string): Group | undefined {
    return this.groups.get(id);
  }

  join(id: string, request: JoinRequest): Promise<JoinResult> {
    const { memberId, sessionTimeoutMs, protocols } = request;
    const refuse = (error: ErrorCode): Promise<JoinResult> =>
      Promise.resolve({ error, generation: -1, protocol: "", leader: "", memberId, members: [] });
    if (id === "") return refuse(ErrorCode.INVALID_GROUP_ID);
    if (sessionTimeoutMs < this.sessionTimeouts.minMs || sessionTimeoutMs > this.sessionTimeouts.maxMs) {
      return refuse(ErrorCode.INVALID_SESSION_TIMEOUT);
    }
    if (protocols.length === 0) return refuse(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
    const group = this.groups.get(id);
    if (group !== undefined) return group.join(request);
    if (memberId !== "") return refuse(ErrorCode.UNKNOWN_MEMBER_ID);
    const made = new Group(id);
    this.groups.set(id, made);
    return made.join(request);
  }

  /** Whether these offsets may be committed: NONE, or why not. A group without name has no members, but may have offsets. */
  checkCommit(id: string, memberId: string, generation: number): ErrorCode {
    const group = this.groups.get(id);
    if (group !== undefined) return group.checkCommit(memberId, generation);
    return generation < 0 ? ErrorCode.NONE : ErrorCode.ILLEGAL_GENERATION;
  }

  /** Every group that has had members or offsets. */
  all(): { id: string; protocolType: string }[] {
    const ids = new Set([...this.groups.keys(), ...this.offsets.groupIds()]);
    return [...ids].map((id) => ({ id, protocolType: this.groups.get(id)?.protocolType || "consumer" }));
  }

  delete(id: string): ErrorCode {
    const group = this.groups.get(id);
    if (group !== undefined && group.members.size > 0) return ErrorCode.NON_EMPTY_GROUP;
    if (group === undefined && this.offsets.ofGroup(id).length === 0) return ErrorCode.GROUP_ID_NOT_FOUND;
    group?.close();
    this.groups.delete(id);
    this.offsets.deleteGroup(id);
    return ErrorCode.NONE;
  }

  close(): void {
    for (const group of this.groups.values()) group.close();
    this.offsets.close();
  }
}
