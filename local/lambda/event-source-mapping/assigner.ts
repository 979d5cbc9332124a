import { AssignerProtocol, type PartitionAssigner } from "kafkajs";

/**
 * Shares partitions out among those members of a group that subscribe to their topic, in turn.
 *
 * Two mappings of one function are two members of its group, each with a topic of its own. Kafka's own clients go by what each
 * member subscribes to; kafkajs's assigner takes the leader's topics for everybody's, so that a member gets partitions it never reads,
 * and the topics of others go to nobody.
 */
export const bySubscription: PartitionAssigner = ({ cluster }) => ({
  name: "BySubscription",
  version: 1,
  async assign({ members }) {
    const subscriptions = members
      .map(({ memberId, memberMetadata }) => ({
        memberId,
        topics: AssignerProtocol.MemberMetadata.decode(memberMetadata)?.topics ?? [],
        assigned: {} as Record<string, number[]>,
      }))
      .sort((one, other) => one.memberId.localeCompare(other.memberId));
    const topics = [...new Set(subscriptions.flatMap((member) => member.topics))].sort();
    // The leader knows the partitions of its own topics only.
    await (cluster as unknown as TopicKnowledge).addMultipleTargetTopics(topics);
    for (const topic of topics) {
      const subscribers = subscriptions.filter((member) => member.topics.includes(topic));
      for (const [turn, { partitionId }] of cluster.findTopicPartitionMetadata(topic).entries()) {
        const assigned = subscribers[turn % subscribers.length]?.assigned;
        if (assigned) assigned[topic] = [...(assigned[topic] ?? []), partitionId];
      }
    }
    return subscriptions.map(({ memberId, assigned }) => ({
      memberId,
      memberAssignment: AssignerProtocol.MemberAssignment.encode({
        version: 1,
        assignment: assigned,
        userData: Buffer.alloc(0),
      }),
    }));
  },
  protocol({ topics }) {
    return {
      name: "BySubscription",
      metadata: AssignerProtocol.MemberMetadata.encode({ version: 1, topics, userData: Buffer.alloc(0) }),
    };
  },
});

/** What kafkajs's cluster can do and its types leave out: learn of further topics, and of their partitions. */
interface TopicKnowledge {
  addMultipleTargetTopics(topics: string[]): Promise<void>;
}
