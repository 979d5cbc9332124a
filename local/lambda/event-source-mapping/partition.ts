import type { KafkaMessage } from "kafkajs";
import { eventBytes, MAX_EVENT_BYTES } from "./event";

export interface PartitionOptions {
  /** Most records of one batch. */
  batchSize: number;
  /** Longest time that a record waits for others, in ms. */
  batchingWindowMs: number;
  /** Waits before a batch is tried again: the first in ms, then twice the last, to the most. */
  retryDelayMs: { first: number; most: number };
  /** Gives a batch to the function. False or a rejection: again, with the very same records. */
  deliver(batch: KafkaMessage[], nextDelayMs: number): Promise<boolean>;
  /** Commits the offset after a batch that was delivered. A rejection: again. */
  commit(offset: string): Promise<void>;
}

interface Waiting {
  message: KafkaMessage;
  bytes: number;
  /** `performance.now()` when it was fetched: its batching window began then. */
  since: number;
}

/**
 * Hands the records of one partition to a function: in order, batch by batch, one at a time, each until it has succeeded
 * and is committed. Nothing is skipped; a batch that keeps failing holds up its own partition only.
 */
export class Partition {
  /** Bytes of the records that wait, about. */
  waitingBytes = 0;
  private waiting: Waiting[] = [];
  /** Records before it have been delivered, or are being delivered. */
  private next = 0;
  private assigned = true;
  private stopping = false;
  private running: Promise<void> | undefined;
  /** To be called when few records wait. */
  private resume: { belowBytes: number; call: () => void } | undefined;
  /** Ends the wait for more records that is under way. */
  private endBatchingWindow: () => void = () => {};
  /** Ends the wait before another attempt that is under way. */
  private endRetryDelay: () => void = () => {};

  constructor(private readonly options: PartitionOptions) {}

  /** Takes fetched records, in the order of their offsets; `highWatermark` is the end of the log. */
  add(messages: KafkaMessage[], highWatermark: number): void {
    // A log shorter than what was read of it is another one: the topic was deleted and made anew.
    if (highWatermark < this.next) this.next = 0;
    const since = performance.now();
    for (const message of messages) {
      if (Number(message.offset) < this.next) continue; // fetched a second time, after a rebalance
      const bytes = eventBytes(message);
      this.waiting.push({ message, bytes, since });
      this.waitingBytes += bytes;
    }
    if (this.isReady()) this.endBatchingWindow();
    if (!this.over && this.waiting.length > 0) this.running ??= this.run();
  }

  /** Calls `resume` once, when fewer bytes of records wait than that. */
  whenFewWait(belowBytes: number, resume: () => void): void {
    this.resume = { belowBytes, call: resume };
  }

  /**
   * The group has been rebalanced: what waits is forgotten, since it is fetched again from the committed offset by whoever
   * has the partition now. A batch under way ends; it is not tried again when the partition is another's.
   */
  rebalanced(assigned: boolean): void {
    this.assigned = assigned;
    this.waiting = [];
    this.setWaitingBytes(0);
    if (assigned) return;
    if (this.running === undefined) this.next = 0;
    this.endWaits();
  }

  /** Resolves when nothing is under way: a delivery is waited for, and committed when it succeeds; a retry is not begun. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.endWaits();
    await this.running;
  }

  private endWaits(): void {
    this.endBatchingWindow();
    this.endRetryDelay();
  }

  private get over(): boolean {
    return this.stopping || !this.assigned;
  }

  private async run(): Promise<void> {
    while (!this.over && this.waiting.length > 0) {
      await this.untilReady();
      if (this.over) break;
      const batch = this.take();
      const last = batch.at(-1);
      if (last === undefined) break; // forgotten while it was waited for
      this.next = Number(last.offset) + 1;
      const delivered = await this.untilDone((delay) => this.options.deliver(batch, delay));
      const offset = String(this.next);
      if (delivered && this.assigned) await this.untilDone(() => this.options.commit(offset).then(() => true));
    }
    // What was not done is fetched again when the partition is ours again.
    if (this.over) this.next = 0;
    this.running = undefined;
  }

  /** Waits while there are few records, until the batching window of the oldest is over. */
  private async untilReady(): Promise<void> {
    const [oldest] = this.waiting;
    if (oldest === undefined || this.isReady()) return;
    const left = oldest.since + this.options.batchingWindowMs - performance.now();
    if (left > 0) await wait(Math.ceil(left), (end) => (this.endBatchingWindow = end));
  }

  private isReady(): boolean {
    return this.waiting.length >= this.options.batchSize || this.waitingBytes >= MAX_EVENT_BYTES;
  }

  private take(): KafkaMessage[] {
    let bytes = 0;
    let count = 0;
    for (const { bytes: more } of this.waiting.slice(0, this.options.batchSize)) {
      if (count > 0 && bytes + more > MAX_EVENT_BYTES) break;
      bytes += more;
      count++;
    }
    this.setWaitingBytes(this.waitingBytes - bytes);
    return this.waiting.splice(0, count).map(({ message }) => message);
  }

  private setWaitingBytes(bytes: number): void {
    this.waitingBytes = bytes;
    if (this.resume === undefined || bytes >= this.resume.belowBytes) return;
    this.resume.call();
    this.resume = undefined;
  }

  /** Tries until it succeeds, with growing waits; false when it is given up. */
  private async untilDone(attempt: (nextDelayMs: number) => Promise<boolean>): Promise<boolean> {
    const { first, most } = this.options.retryDelayMs;
    for (let delay = first; ; delay = Math.min(2 * delay, most)) {
      const done = await attempt(delay).catch(() => false);
      if (done || this.over) return done;
      await wait(delay, (end) => (this.endRetryDelay = end));
      if (this.over) return false;
    }
  }
}

/** Waits; gives `take` a function that ends the wait at once. */
function wait(ms: number, take: (end: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    take(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
