import {
  closeSync,
  constants,
  fdatasync,
  fdatasyncSync,
  ftruncateSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { BATCH_HEADER_BYTES, type BatchHeader, hasValidCrc, readBatchHeader } from "../protocol/record-batch";

/** A place in the sparse index about every so many bytes, as Kafka's index.interval.bytes. */
const INDEX_INTERVAL_BYTES = 4096;
const SCAN_BYTES = 1024 * 1024;

interface IndexEntry {
  baseOffset: number;
  position: number;
  /** Of all batches before this place in the segment. */
  maxTimestampBefore: number;
}

/**
 * One file of a partition's log, named after its first offset: record batches, one after the other, exactly as they are
 * sent to consumers. The index is in memory only.
 */
export class Segment {
  readonly path: string;
  size = 0;
  /** The offset after the last. */
  endOffset: number;
  maxTimestamp = -1;
  private fd: number | undefined;
  private readonly index: IndexEntry[] = [];

  constructor(
    folder: string,
    readonly baseOffset: number,
  ) {
    this.path = join(folder, `${String(baseOffset).padStart(20, "0")}.log`);
    this.endOffset = baseOffset;
  }

  /** The first offset by a file's name; undefined for files that are no segments. */
  static offsetOf(file: string): number | undefined {
    const digits = /^(\d{20})\.log$/.exec(file)?.[1];
    return digits === undefined ? undefined : Number(digits);
  }

  /**
   * Reads the headers of a file that was there before, and builds the index. Stops at the first batch that is not whole,
   * or, with `verify`, not what its checksum says; returns how many bytes that leaves unread.
   */
  load(verify: boolean, each: (header: BatchHeader) => void): number {
    const fileSize = statSync(this.path).size;
    let chunk: Buffer = Buffer.alloc(0);
    let chunkStart = 0;
    while (this.size < fileSize) {
      let at = this.size - chunkStart;
      let header = readBatchHeader(chunk, at);
      const needed = Math.max(BATCH_HEADER_BYTES, verify ? (header?.size ?? 0) : 0);
      if (header === undefined || chunk.length - at < needed) {
        if (needed > fileSize - this.size) break;
        chunk = this.readBytes(this.size, Math.min(Math.max(SCAN_BYTES, needed), fileSize - this.size));
        chunkStart = this.size;
        at = 0;
        header = readBatchHeader(chunk, at);
      }
      if (header === undefined || !this.continues(header, fileSize)) break;
      if (verify) {
        if (chunk.length - at < header.size) continue; // read again, from here and enough
        if (!hasValidCrc(chunk.subarray(at, at + header.size), header)) break;
      }
      this.note(header);
      each(header);
    }
    return fileSize - this.size;
  }

  private continues(header: BatchHeader, fileSize: number): boolean {
    return (
      header.magic === 2 &&
      header.baseOffset === this.endOffset &&
      header.recordCount > 0 &&
      header.lastOffsetDelta === header.recordCount - 1 &&
      header.size >= BATCH_HEADER_BYTES &&
      header.size <= fileSize - this.size
    );
  }

  /** Writes a batch that continues this segment: it is with the operating system when this returns. */
  append(batch: Buffer, header: BatchHeader): void {
    const fd = this.open();
    try {
      for (let written = 0; written < batch.length; ) {
        written += writeSync(fd, batch, written, batch.length - written, this.size + written);
      }
    } catch (error) {
      this.truncate(); // half a batch would make the rest unreadable
      throw error;
    }
    this.note({ ...header, baseOffset: this.endOffset });
  }

  private note({ baseOffset, size, lastOffsetDelta, maxTimestamp }: BatchHeader): void {
    const last = this.index.at(-1);
    if (last === undefined || this.size - last.position >= INDEX_INTERVAL_BYTES) {
      this.index.push({ baseOffset, position: this.size, maxTimestampBefore: this.maxTimestamp });
    }
    this.size += size;
    this.endOffset = baseOffset + lastOffsetDelta + 1;
    this.maxTimestamp = Math.max(this.maxTimestamp, maxTimestamp);
  }

  /** Whole batches from the one with `offset` on, as many as fit into `maxBytes`, and at least one. */
  read(offset: number, maxBytes: number): Buffer[] {
    const start = this.lastEntry(({ baseOffset }) => baseOffset <= offset)?.position ?? 0;
    const wanted = Math.min(maxBytes + INDEX_INTERVAL_BYTES, this.size - start);
    let bytes = this.readBytes(start, wanted);
    const found: Buffer[] = [];
    let foundBytes = 0;
    for (let at = 0; start + at < this.size; ) {
      const header = readBatchHeader(bytes, at);
      if (header === undefined || at + header.size > bytes.length) {
        if (found.length > 0) break;
        // The wanted batch, or one before it, is larger than what was read.
        const more = Math.min(this.size - start, bytes.length + Math.max(header?.size ?? 0, SCAN_BYTES));
        const longer = this.readBytes(start, more);
        if (longer.length <= bytes.length) throw new Error(`${this.path} has become shorter`);
        bytes = longer;
        continue;
      }
      if (header.baseOffset + header.lastOffsetDelta >= offset) {
        if (found.length > 0 && foundBytes + header.size > maxBytes) break;
        found.push(bytes.subarray(at, at + header.size));
        foundBytes += header.size;
      }
      at += header.size;
    }
    return found;
  }

  /** The first batch with a record at or after a time. */
  firstBatchSince(timestamp: number): Buffer | undefined {
    if (this.maxTimestamp < timestamp) return undefined;
    let offset = this.lastEntry((entry) => entry.maxTimestampBefore < timestamp)?.baseOffset ?? this.baseOffset;
    while (offset < this.endOffset) {
      for (const batch of this.read(offset, SCAN_BYTES)) {
        const header = readBatchHeader(batch);
        if (header === undefined) return undefined;
        if (header.maxTimestamp >= timestamp) return batch;
        offset = header.baseOffset + header.lastOffsetDelta + 1;
      }
    }
    return undefined;
  }

  /** The last entry for which a condition holds that holds for the first ones only. */
  private lastEntry(holds: (entry: IndexEntry) => boolean): IndexEntry | undefined {
    let low = 0;
    let high = this.index.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const entry = this.index[middle];
      if (entry !== undefined && holds(entry)) low = middle + 1;
      else high = middle;
    }
    return this.index[low - 1];
  }

  private readBytes(position: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    const read = readSync(this.open(), bytes, 0, length, position);
    return bytes.subarray(0, read);
  }

  private open(): number {
    this.fd ??= openSync(this.path, constants.O_RDWR | constants.O_CREAT, 0o600);
    return this.fd;
  }

  /** Cuts off what follows the last whole batch. */
  truncate(): void {
    ftruncateSync(this.open(), this.size);
  }

  /** Has the operating system write all to the disk, in the background. */
  flushInBackground(): void {
    if (this.fd !== undefined) fdatasync(this.fd, () => {});
  }

  close(): void {
    if (this.fd === undefined) return;
    fdatasyncSync(this.fd);
    closeSync(this.fd);
    this.fd = undefined;
  }

  remove(): void {
    if (this.fd !== undefined) closeSync(this.fd);
    this.fd = undefined;
    rmSync(this.path, { force: true });
  }
}
