import { randomUUID } from "node:crypto";
import { ErrorCode } from "../protocol/errors";
import { choose, type Protocol } from "./protocols";

export type GroupState = "Empty" | "PreparingRebalance" | "CompletingRebalance" | "Stable";

export interface JoinRequest {
  /** Empty when the member is new. */
  memberId: string;
  clientId: string;
  clientHost: string;
  sessionTimeoutMs: number;
  rebalanceTimeoutMs: number;
  protocolType: string;
  /** In the order of the member's preference. */
  protocols: Protocol[];
  /** Whether a new member must join a second time with the id that the first answer gave it (KIP-394, JoinGroup ≥ 4). */
  memberIdRequired: boolean;
}

export interface JoinResult {
  error: ErrorCode;
  generation: number;
  protocol: string;
  leader: string;
  memberId: string;
  /** For the leader only. */
  members: { memberId: string; metadata: Buffer }[];
}

export interface SyncResult {
  error: ErrorCode;
  assignment: Buffer;
}

export interface Member {
  id: string;
  clientId: string;
  clientHost: string;
  sessionTimeoutMs: number;
  rebalanceTimeoutMs: number;
  protocols: Protocol[];
  assignment: Buffer;
  /** Answers the JoinGroup or SyncGroup request that waits. */
  joined: ((result: JoinResult) => void) | undefined;
  synced: ((result: SyncResult) => void) | undefined;
  /** Runs out when the member has not been heard of for its session timeout. */
  session: NodeJS.Timeout | undefined;
}

const NOTHING = Buffer.alloc(0);
const failedJoin = (error: ErrorCode, memberId: string): JoinResult => ({
  error,
  generation: -1,
  protocol: "",
  leader: "",
  memberId,
  members: [],
});
const failedSync = (error: ErrorCode): SyncResult => ({ error, assignment: NOTHING });

/**
 * One consumer group: the broker's side of the group membership protocol, which hands out generations but leaves it to
 * the members' elected leader who gets which partitions (Apache Kafka wiki, "Kafka Client-side Assignment Proposal").
 *
 * ```
 * Empty ──join──▶ PreparingRebalance ──all have joined, or time is up──▶ CompletingRebalance ──leader's sync──▶ Stable
 *   ▲                    ▲  │ nobody left                                     │ member joins, leaves, expires    │
 *   └────────────────────┼──┘                                                 ▼                                  │
 *                        └────────────────────────────────────────────────────┴──────────────────────────────────┘
 * ```
 */
export class Group {
  state: GroupState = "Empty";
  generation = 0;
  protocolType = "";
  protocol = "";
  leader = "";
  readonly members = new Map<string, Member>();
  /** Ids given to members that have not come back with them yet. */
  private readonly pending = new Map<string, NodeJS.Timeout>();
  private rebalance: NodeJS.Timeout | undefined;

  constructor(readonly id: string) {}

  join(request: JoinRequest): Promise<JoinResult> {
    const { memberId } = request;
    if (this.members.size > 0 && !this.accepts(request)) {
      return Promise.resolve(failedJoin(ErrorCode.INCONSISTENT_GROUP_PROTOCOL, memberId));
    }
    if (memberId === "") {
      const newId = `${request.clientId}-${randomUUID()}`;
      if (!request.memberIdRequired) return this.add(newId, request);
      this.pending.set(
        newId,
        this.timer(request.sessionTimeoutMs, () => this.forgetPending(newId)),
      );
      return Promise.resolve(failedJoin(ErrorCode.MEMBER_ID_REQUIRED, newId));
    }
    if (this.pending.has(memberId)) {
      this.clearPending(memberId);
      return this.add(memberId, request);
    }
    const member = this.members.get(memberId);
    if (member === undefined) return Promise.resolve(failedJoin(ErrorCode.UNKNOWN_MEMBER_ID, memberId));
    return this.rejoin(member, request);
  }

  private accepts({ protocolType, protocols, memberId }: JoinRequest): boolean {
    const others = [...this.members.values()].filter(({ id }) => id !== memberId);
    return (
      protocolType === this.protocolType && (others.length === 0 || choose([...others, { protocols }]) !== undefined)
    );
  }

  private add(id: string, request: JoinRequest): Promise<JoinResult> {
    if (this.members.size === 0) this.protocolType = request.protocolType;
    const { clientId, clientHost, sessionTimeoutMs, rebalanceTimeoutMs, protocols } = request;
    const member: Member = {
      ...{ id, clientId, clientHost, sessionTimeoutMs, rebalanceTimeoutMs, protocols },
      ...{ assignment: NOTHING, joined: undefined, synced: undefined, session: undefined },
    };
    this.members.set(id, member);
    return this.awaitRebalance(member);
  }

  private rejoin(
    member: Member,
    { protocols, sessionTimeoutMs, rebalanceTimeoutMs }: JoinRequest,
  ): Promise<JoinResult> {
    const unchanged = sameProtocols(member.protocols, protocols);
    Object.assign(member, { protocols, sessionTimeoutMs, rebalanceTimeoutMs });
    // One that has not heard the answer, or a follower without news: it gets the present generation once more.
    const isNoNews = this.state === "CompletingRebalance" || (this.state === "Stable" && member.id !== this.leader);
    if (unchanged && isNoNews) {
      this.heard(member);
      return Promise.resolve(this.joinResult(member));
    }
    return this.awaitRebalance(member);
  }

  private awaitRebalance(member: Member): Promise<JoinResult> {
    member.joined?.(failedJoin(ErrorCode.REBALANCE_IN_PROGRESS, member.id)); // it asked twice; this was the first
    clearTimeout(member.session); // whoever waits for us is alive
    return new Promise((resolve) => {
      member.joined = resolve;
      this.prepareRebalance();
    });
  }

  private prepareRebalance(): void {
    if (this.state !== "PreparingRebalance") {
      for (const member of this.members.values()) this.answerSync(member, failedSync(ErrorCode.REBALANCE_IN_PROGRESS));
      this.state = "PreparingRebalance";
      const longest = Math.max(0, ...[...this.members.values()].map(({ rebalanceTimeoutMs }) => rebalanceTimeoutMs));
      this.rebalance = this.timer(longest, () => this.completeJoin());
    }
    this.completeJoinWhenAllHave();
  }

  private completeJoinWhenAllHave(): void {
    const all = [...this.members.values()].every(({ joined }) => joined !== undefined);
    if (this.state === "PreparingRebalance" && all && this.pending.size === 0) this.completeJoin();
  }

  private completeJoin(): void {
    clearTimeout(this.rebalance);
    for (const member of [...this.members.values()].filter(({ joined }) => joined === undefined)) this.drop(member);
    for (const id of [...this.pending.keys()]) this.clearPending(id);
    this.generation++;
    const [first] = this.members.values();
    if (first === undefined) {
      this.state = "Empty";
      this.protocol = "";
      this.leader = "";
      return;
    }
    if (!this.members.has(this.leader)) this.leader = first.id;
    this.protocol = choose([...this.members.values()]) ?? "";
    this.state = "CompletingRebalance";
    for (const member of this.members.values()) {
      member.assignment = NOTHING;
      member.joined?.(this.joinResult(member));
      member.joined = undefined;
      this.heard(member);
    }
  }

  private joinResult({ id }: Member): JoinResult {
    const metadataOf = (member: Member) => member.protocols.find(({ name }) => name === this.protocol)?.metadata;
    return {
      error: ErrorCode.NONE,
      generation: this.generation,
      protocol: this.protocol,
      leader: this.leader,
      memberId: id,
      members:
        id === this.leader
          ? [...this.members.values()].map((member) => ({
              memberId: member.id,
              metadata: metadataOf(member) ?? NOTHING,
            }))
          : [],
    };
  }

  sync(memberId: string, generation: number, assignments: Map<string, Buffer>): Promise<SyncResult> {
    const member = this.members.get(memberId);
    if (member === undefined) return Promise.resolve(failedSync(ErrorCode.UNKNOWN_MEMBER_ID));
    if (generation !== this.generation) return Promise.resolve(failedSync(ErrorCode.ILLEGAL_GENERATION));
    if (this.state === "PreparingRebalance") return Promise.resolve(failedSync(ErrorCode.REBALANCE_IN_PROGRESS));
    this.heard(member);
    if (this.state === "Stable") return Promise.resolve({ error: ErrorCode.NONE, assignment: member.assignment });
    this.answerSync(member, failedSync(ErrorCode.REBALANCE_IN_PROGRESS)); // it asked twice; this was the first
    const answer = new Promise<SyncResult>((resolve) => {
      member.synced = resolve;
    });
    if (memberId === this.leader) this.assign(assignments);
    return answer;
  }

  private assign(assignments: Map<string, Buffer>): void {
    this.state = "Stable";
    for (const member of this.members.values()) {
      // A copy: it outlives the request by hours.
      member.assignment = Buffer.from(assignments.get(member.id) ?? NOTHING);
      this.answerSync(member, { error: ErrorCode.NONE, assignment: member.assignment });
    }
  }

  private answerSync(member: Member, result: SyncResult): void {
    member.synced?.(result);
    member.synced = undefined;
  }

  heartbeat(memberId: string, generation: number): ErrorCode {
    const member = this.members.get(memberId);
    if (member === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
    if (generation !== this.generation) return ErrorCode.ILLEGAL_GENERATION;
    this.heard(member);
    return this.state === "PreparingRebalance" ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE;
  }

  leave(memberId: string): ErrorCode {
    if (this.pending.has(memberId)) {
      this.forgetPending(memberId);
      return ErrorCode.NONE;
    }
    const member = this.members.get(memberId);
    if (member === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
    this.remove(member);
    return ErrorCode.NONE;
  }

  /** Whether a member may commit offsets; without generation (−1) only while nobody consumes as the group. */
  checkCommit(memberId: string, generation: number): ErrorCode {
    if (generation < 0 && this.members.size === 0) return ErrorCode.NONE;
    const member = this.members.get(memberId);
    if (member === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
    if (generation !== this.generation) return ErrorCode.ILLEGAL_GENERATION;
    if (this.state === "CompletingRebalance") return ErrorCode.REBALANCE_IN_PROGRESS;
    this.heard(member);
    return ErrorCode.NONE;
  }

  /** Ends all timers. Requests that wait are not answered: their connections are gone. */
  close(): void {
    clearTimeout(this.rebalance);
    for (const { session } of this.members.values()) clearTimeout(session);
    for (const timer of this.pending.values()) clearTimeout(timer);
  }

  /** A member has shown that it lives: its session begins anew. */
  private heard(member: Member): void {
    clearTimeout(member.session);
    if (member.joined === undefined) {
      member.session = this.timer(member.sessionTimeoutMs, () => this.remove(member));
    }
  }

  private remove(member: Member): void {
    this.drop(member);
    this.prepareRebalance();
  }

  private drop(member: Member): void {
    clearTimeout(member.session);
    this.members.delete(member.id);
    member.joined?.(failedJoin(ErrorCode.UNKNOWN_MEMBER_ID, member.id));
    this.answerSync(member, failedSync(ErrorCode.UNKNOWN_MEMBER_ID));
  }

  private forgetPending(id: string): void {
    this.clearPending(id);
    this.completeJoinWhenAllHave();
  }

  private clearPending(id: string): void {
    clearTimeout(this.pending.get(id));
    this.pending.delete(id);
  }

  private timer(ms: number, run: () => void): NodeJS.Timeout {
    return setTimeout(run, ms).unref();
  }
}

const sameProtocols = (a: Protocol[], b: Protocol[]): boolean =>
  a.length === b.length &&
  a.every(({ name, metadata }, i) => {
    const other = b[i];
    return other !== undefined && other.name === name && other.metadata.equals(metadata);
  });
