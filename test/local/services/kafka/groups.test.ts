import assert from "node:assert/strict";
import { Group, type JoinRequest, type JoinResult } from "../../../../local/services/kafka/groups/group";
import { choose } from "../../../../local/services/kafka/groups/protocols";

const ErrorCode = {
  ILLEGAL_GENERATION: 22,
  INCONSISTENT: 23,
  UNKNOWN_MEMBER: 25,
  REBALANCE: 27,
  MEMBER_ID_REQUIRED: 79,
};
const metadata = Buffer.from("metadata");
const request = (memberId: string, more: Partial<JoinRequest> = {}): JoinRequest => ({
  ...{ memberId, clientId: "c", clientHost: "/127.0.0.1", sessionTimeoutMs: 60_000, rebalanceTimeoutMs: 60_000 },
  ...{ protocolType: "consumer", protocols: [{ name: "range", metadata }], memberIdRequired: false },
  ...more,
});

describe("Kafka: a consumer group", () => {
  let group: Group;
  beforeEach(() => {
    group = new Group("g");
  });
  afterEach(() => group.close());

  /** A new member joins, and all others join again, as their next heartbeat tells them. The new one's result is the last. */
  function joinAll(more: Partial<JoinRequest> = {}): Promise<JoinResult[]> {
    const others = [...group.members.keys()];
    const joining = group.join(request("", more));
    return Promise.all([...others.map((id) => group.join(request(id, more))), joining]);
  }

  /** A group of so many members, all with their assignment: the first is the leader. */
  async function stable(members: number, more: Partial<JoinRequest> = {}): Promise<string[]> {
    for (let i = 0; i < members; i++) await syncAll(await joinAll(more));
    assert.equal(group.state, "Stable");
    return [...group.members.keys()];
  }

  const syncAll = (results: JoinResult[]) => {
    const assignments = new Map(results.map(({ memberId }) => [memberId, Buffer.from(memberId)]));
    const ordered = [...results].sort((a) => (a.memberId === a.leader ? 1 : -1)); // the leader last
    return Promise.all(ordered.map(({ memberId, generation }) => group.sync(memberId, generation, assignments)));
  };

  it("elects a leader, who alone hears of the members, and hands out its assignments", async () => {
    const first = await group.join(request(""));
    assert.deepEqual([first.error, first.generation, first.leader], [0, 1, first.memberId]);
    const results = await joinAll();
    assert.deepEqual(
      results.map(({ generation, leader, members }) => [generation, leader, members.length]),
      [
        [2, first.memberId, 2],
        [2, first.memberId, 0],
      ],
    );
    const synced = await syncAll(results);
    assert.deepEqual(synced.map(({ assignment }) => String(assignment)).sort(), results.map((r) => r.memberId).sort());
  });

  it("waits for members that must still rejoin; who has not when the time is over is out", async () => {
    const [leader = "", follower = ""] = await stable(2, { rebalanceTimeoutMs: 50 });
    const joining = group.join(request("", { rebalanceTimeoutMs: 50 }));
    assert.equal(group.heartbeat(follower, group.generation), ErrorCode.REBALANCE);
    const rejoined = group.join(request(follower));
    const results = await Promise.all([rejoined, joining]);
    assert.equal(group.heartbeat(leader, group.generation), ErrorCode.UNKNOWN_MEMBER);
    assert.deepEqual(
      results.map(({ error, leader: elected }) => [error, elected]),
      [
        [0, follower],
        [0, follower],
      ],
    );
  });

  it("drops a member that is silent for its session timeout, and tells the others", async () => {
    const [leader = "", follower = ""] = await stable(2, { sessionTimeoutMs: 40 });
    const generation = group.generation;
    while (group.members.has(follower)) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      group.heartbeat(leader, generation);
    }
    assert.equal(group.heartbeat(leader, generation), ErrorCode.REBALANCE);
    assert.equal(group.heartbeat(follower, generation), ErrorCode.UNKNOWN_MEMBER);
    const alone = await group.join(request(leader));
    assert.deepEqual([alone.generation, alone.members.length], [generation + 1, 1]);
  });

  it("rebalances when a member leaves, and is empty when all have", async () => {
    const [leader = "", follower = ""] = await stable(2);
    assert.equal(group.leave(leader), 0);
    assert.equal(group.leave(leader), ErrorCode.UNKNOWN_MEMBER);
    const rejoined = await group.join(request(follower));
    assert.equal(rejoined.leader, follower);
    assert.equal(group.leave(follower), 0);
    assert.deepEqual([group.state, group.members.size], ["Empty", 0]);
    assert.equal((await group.join(request(follower))).error, ErrorCode.UNKNOWN_MEMBER);
  });

  it("refuses those of another generation, and syncs while it rebalances", async () => {
    const [leader = "", follower = ""] = await stable(2);
    const { generation } = group;
    assert.equal(group.heartbeat(leader, generation - 1), ErrorCode.ILLEGAL_GENERATION);
    assert.equal((await group.sync(leader, generation - 1, new Map())).error, ErrorCode.ILLEGAL_GENERATION);
    assert.equal(group.checkCommit(leader, generation - 1), ErrorCode.ILLEGAL_GENERATION);
    assert.equal(group.checkCommit("", -1), ErrorCode.UNKNOWN_MEMBER);
    void group.join(request(""));
    assert.equal((await group.sync(follower, generation, new Map())).error, ErrorCode.REBALANCE);
    assert.equal(group.checkCommit(leader, generation), 0, "what was consumed may be committed before rejoining");
  });

  it("answers a waiting sync when a rebalance comes between", async () => {
    const first = await group.join(request(""));
    const [, follower] = await joinAll();
    const waiting = group.sync(follower?.memberId ?? "", 2, new Map());
    assert.equal(group.checkCommit(first.memberId, 2), ErrorCode.REBALANCE);
    group.leave(first.memberId);
    assert.equal((await waiting).error, ErrorCode.REBALANCE);
  });

  it("gives a follower that joins again without news the same generation", async () => {
    const [, follower = ""] = await stable(2);
    const { generation } = group;
    assert.equal((await group.join(request(follower))).generation, generation);
    assert.equal(group.state, "Stable");
  });

  it("asks new members to come back with an id, and waits for those it has given one", async () => {
    const asked = await group.join(request("", { memberIdRequired: true }));
    assert.equal(asked.error, ErrorCode.MEMBER_ID_REQUIRED);
    assert.equal(group.members.size, 0);
    let complete = false;
    const other = group.join(request("")).then((result) => {
      complete = true;
      return result;
    });
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(complete, false);
    const result = await group.join(request(asked.memberId, { memberIdRequired: true }));
    assert.deepEqual([result.error, result.memberId, (await other).generation], [0, asked.memberId, 1]);
  });

  it("lets nobody in who knows none of its protocols", async () => {
    await stable(1);
    const others = [{ name: "sticky", metadata }];
    assert.equal((await group.join(request("", { protocols: others }))).error, ErrorCode.INCONSISTENT);
    assert.equal((await group.join(request("", { protocolType: "connect" }))).error, ErrorCode.INCONSISTENT);
  });

  it("uses the protocol that all know and most prefer", () => {
    const member = (...names: string[]) => ({ protocols: names.map((name) => ({ name, metadata })) });
    assert.equal(choose([member("a", "b"), member("b", "a"), member("b", "a")]), "b");
    assert.equal(choose([member("a", "b"), member("c", "b")]), "b");
    assert.equal(choose([member("a"), member("b")]), undefined);
    assert.equal(choose([]), undefined);
  });
});
