/** How much a stack is used in a month. */
export interface Usage {
  /** Who sign in at least once. */
  people: number;
  /** Transactions recorded, changed or deleted. */
  writes: number;
  /** Requests that only read. */
  reads: number;
  /** Times that somebody opens the app. */
  visits: number;
  mails: number;
  /** Transactions that are kept, of all the months before. */
  kept: number;
}

/** What one person does in a month: assumed, not measured. */
export const PERSON = { writes: 60, reads: 400, visits: 30, mails: 0.1 };

/** Transactions of so many months are kept: the middle of five years. */
export const MONTHS_KEPT = 30;

export const usageOf = (people: number): Usage => ({
  people,
  writes: people * PERSON.writes,
  reads: people * PERSON.reads,
  visits: people * PERSON.visits,
  mails: people * PERSON.mails,
  kept: people * PERSON.writes * MONTHS_KEPT,
});

/** Nobody uses it; schedules still run. */
export const IDLE = usageOf(0);

/** Assumptions beyond, each of one thing and with the reason. */
export const ASSUMED = {
  hours: { value: 730, what: "hours in a month" },
  auroraLeastGb: { value: 10, what: "GB of a new Aurora volume: the least that it takes, so never less is counted" },
  bytesPerTransaction: {
    value: 2_000,
    what: "bytes in Aurora for a transaction with its indexes, event and reports",
  },
  ioPerWrite: { value: 12, what: "I/O requests of Aurora for a write" },
  ioPerRead: { value: 0.5, what: "I/O requests of Aurora for a read: most pages are in memory" },
  resumedCapacity: { value: 1, what: "ACU while a paused cluster is awake and idle" },
  resumeSeconds: { value: 60, what: "s that a cluster is awake beyond its time to pause, for resuming and pausing" },
  heldSeconds: { value: 900, what: "s that a frozen function may still hold its connection; relays close theirs" },
  fullCapacity: { value: 0.6, what: "share of an ACU's processor that is used when Aurora asks for more" },
  processorPerCapacity: {
    value: 0.25,
    what: "processors (vCPU) of an ACU: 8 ACU have the memory of an r6g.large, which has 2",
  },
  requestSeconds: { value: 0.03, what: "s of a function for a request" },
  eventSeconds: { value: 0.02, what: "s of a function for an event" },
  scheduledSeconds: { value: 1, what: "s of a function that a schedule calls" },
  eventsPerInvocation: { value: 5, what: "events that a consumer gets at a time" },
  eventBytes: { value: 1_200, what: "bytes of an event in Kafka" },
  responseBytes: { value: 4_000, what: "bytes of an answer" },
  visitBytes: { value: 60_000, what: "bytes of the web app for a visit: most is in the browser's cache" },
  logBytes: { value: 1_500, what: "bytes of log for an invocation: platform lines, and access log" },
  accessLogBytes: { value: 150, what: "bytes of CloudFront's access log for a request, compressed" },
  traced: { value: 0.05, what: "share of requests that X-Ray records, beyond the first in each second" },
};

export const assumed = (name: keyof typeof ASSUMED): number => ASSUMED[name].value;
