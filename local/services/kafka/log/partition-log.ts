import { mkdirSync, readdirSync } from "node:fs";
import { ErrorCode } from "../protocol/errors";
import { assignOffset, type BatchHeader, firstRecordSince, type TimestampAndOffset } from "../protocol/record-batch";
import { Producers } from "./producers";
import { Segment } from "./segment";
import type { Tail } from "./tail-cache";

/** Topic configuration that a log heeds; names after Kafka's topic configs. */
export interface LogConfig {
  /** segment.bytes: a file that would grow beyond it is followed by a new one. */
  segmentBytes: number;
  /** retention.bytes: the oldest files beyond it are deleted; −1: no limit. */
  retentionBytes: number;
  /** retention.ms: files whose newest record is older are deleted; −1: no limit. */
  retentionMs: number;
}

export interface Appended {
  baseOffset: number;
  /** Whether the batch was in the log before, and is not there again. */
  duplicate: boolean;
}

/**
 * The log of one partition, in segment files. What `append` has returned for is with the operating system and survives
 * the end of this process, however it ends. It is forced to the disk when a segment is full and when the log is closed, so
 * that a power failure may cost the newest records, as with Kafka's own defaults.
 */
export class PartitionLog {
  private readonly segments: Segment[] = [];
  private readonly producers = new Producers();
  private readonly waiting = new Set<(bytes: number) => void>();

  /**
   * Opens the log in a folder, which is made when it is not there. A last batch that was not written to its end is cut off.
   *
   * @throws Error when an older segment is damaged.
   */
  constructor(
    private readonly folder: string,
    private readonly config: LogConfig,
    private readonly tail: Tail,
    log: (line: string) => void,
  ) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const offsets = readdirSync(folder).flatMap((file) => Segment.offsetOf(file) ?? []);
    for (const offset of offsets.sort((a, b) => a - b)) {
      this.load(new Segment(folder, offset), offset === offsets.at(-1), log);
    }
    if (this.segments.length === 0) this.segments.push(new Segment(folder, 0));
    this.deleteOldSegments();
  }

  private load(segment: Segment, isLast: boolean, log: (line: string) => void): void {
    const previous = this.segments.at(-1);
    const unread = segment.load(isLast, (header) => this.producers.add(header, header.baseOffset));
    if ((unread > 0 && !isLast) || (previous !== undefined && previous.endOffset !== segment.baseOffset)) {
      throw new Error(
        `${segment.path} is damaged or does not continue the file before it: the local Kafka cannot read its data. ` +
          "Restore the file, or let npm start -- --fresh forget all data.",
      );
    }
    if (unread > 0) {
      log(`${segment.path}: the last ${unread} bytes were not written to their end and are cut off`);
      segment.truncate();
    }
    this.segments.push(segment);
  }

  /** The oldest offset there is. */
  get startOffset(): number {
    return this.segments[0]?.baseOffset ?? 0;
  }

  /** The offset that the next record gets; also the high watermark, as there are no replicas to wait for. */
  get endOffset(): number {
    return this.active.endOffset;
  }

  private get active(): Segment {
    const last = this.segments.at(-1);
    if (last === undefined) throw new Error(`${this.folder} has no segment`);
    return last;
  }

  /** Appends a valid batch (see validateBatch), assigning its offsets, and wakes those who wait for it. */
  append(batch: Buffer, header: BatchHeader): Appended | ErrorCode {
    const checked = this.producers.check(header);
    if (typeof checked === "number") return checked;
    if (checked !== undefined) return { baseOffset: checked.duplicateOf, duplicate: true };
    if (this.active.size > 0 && this.active.size + batch.length > this.config.segmentBytes) this.roll();
    const baseOffset = this.endOffset;
    assignOffset(batch, baseOffset);
    this.active.append(batch, header);
    this.producers.add(header, baseOffset);
    this.tail.push(baseOffset, batch);
    for (const wake of this.waiting) wake(batch.length);
    return { baseOffset, duplicate: false };
  }

  private roll(): void {
    this.active.flushInBackground();
    this.segments.push(new Segment(this.folder, this.endOffset));
    this.deleteOldSegments();
  }

  /** Never the last one: it is being written. */
  private deleteOldSegments(): void {
    const { retentionBytes, retentionMs } = this.config;
    const oldest = retentionMs < 0 ? Number.NEGATIVE_INFINITY : Date.now() - retentionMs;
    let bytes = this.segments.reduce((sum, { size }) => sum + size, 0);
    for (let [first] = this.segments; first !== undefined && this.segments.length > 1; [first] = this.segments) {
      const tooMany = retentionBytes >= 0 && bytes - first.size >= retentionBytes;
      if (!tooMany && first.maxTimestamp >= oldest) break;
      bytes -= first.size;
      first.remove();
      this.segments.shift();
    }
  }

  /**
   * Whole batches from the one with `offset` on, as many as fit into `maxBytes`, and at least one. It may begin before the
   * offset: clients skip what they did not ask for. Empty at the end of the log.
   */
  read(offset: number, maxBytes: number): Buffer[] | typeof ErrorCode.OFFSET_OUT_OF_RANGE {
    if (offset < this.startOffset || offset > this.endOffset) return ErrorCode.OFFSET_OUT_OF_RANGE;
    if (offset === this.endOffset) return [];
    const segment = this.segments.findLast(({ baseOffset }) => baseOffset <= offset);
    return this.tail.read(offset, maxBytes) ?? segment?.read(offset, maxBytes) ?? [];
  }

  /** The first record at or after a time (ms since 1970). */
  firstSince(timestamp: number): TimestampAndOffset | undefined {
    for (const segment of this.segments) {
      const batch = segment.firstBatchSince(timestamp);
      if (batch !== undefined) return firstRecordSince(batch, timestamp);
    }
    return undefined;
  }

  /** Calls `wake` with the size of every batch appended, until the returned function is called. */
  onAppend(wake: (bytes: number) => void): () => void {
    this.waiting.add(wake);
    return () => this.waiting.delete(wake);
  }

  /** Forces everything to the disk. */
  close(): void {
    for (const segment of this.segments) segment.close();
  }
}
