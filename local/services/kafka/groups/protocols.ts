/** A way of assigning partitions that a member knows, e.g. `range`, with what its leader must know about the member. */
export interface Protocol {
  name: string;
  metadata: Buffer;
}

/**
 * The protocol that a group uses: among those that all members know, the one that most of them prefer; undefined when
 * there is none.
 */
export function choose(members: { protocols: Protocol[] }[]): string | undefined {
  const [first, ...others] = members.map(({ protocols }) => protocols.map(({ name }) => name));
  const common = (first ?? []).filter((name) => others.every((names) => names.includes(name)));
  const votes = new Map(common.map((name) => [name, 0]));
  for (const names of [first ?? [], ...others]) {
    const favourite = names.find((name) => votes.has(name));
    if (favourite !== undefined) votes.set(favourite, (votes.get(favourite) ?? 0) + 1);
  }
  return [...votes].sort(([, a], [, b]) => b - a)[0]?.[0];
}
