/** Queues with many servers, of which requests arrive at random and take a random time (M/M/c). Load is in erlangs: arrivals × seconds each. */

/**
 * Share of requests that find all servers busy and are turned away (Erlang B).
 * Source: A. K. Erlang, 1917; computed by the usual recursion over the number of servers.
 */
export function turnedAway(servers: number, load: number): number {
  let blocked = 1;
  for (let busy = 1; busy <= servers; busy++) blocked = (load * blocked) / (busy + load * blocked);
  return blocked;
}

/** Share of requests that have to wait, where they may (Erlang C); all of them where servers cannot keep up. */
export function waiting(servers: number, load: number): number {
  if (load >= servers) return 1;
  const blocked = turnedAway(servers, load);
  return blocked / (1 - (load / servers) * (1 - blocked));
}

export interface Queue {
  servers: number;
  /** Requests a second. */
  arrivals: number;
  /** Of one server, for one request. */
  seconds: number;
}

/** Mean wait in seconds, before the work itself; infinite where servers cannot keep up. */
export function meanWait({ servers, arrivals, seconds }: Queue): number {
  const load = arrivals * seconds;
  return load >= servers ? Number.POSITIVE_INFINITY : waiting(servers, load) / (servers / seconds - arrivals);
}

/** So long at most wait this share of requests, e.g. 0.99, in seconds. */
export function waitOf(share: number, { servers, arrivals, seconds }: Queue): number {
  const load = arrivals * seconds;
  if (load >= servers) return Number.POSITIVE_INFINITY;
  const delayed = waiting(servers, load);
  return Math.max(0, Math.log(delayed / (1 - share)) / (servers / seconds - arrivals));
}

/**
 * What of N processors is left where they get in each other's way (Universal Scalability Law, N. Gunther, without coherence): N / (1 + σ (N − 1)).
 */
export const effective = (processors: number, contention: number): number =>
  processors <= 1 ? processors : processors / (1 + contention * (processors - 1));
