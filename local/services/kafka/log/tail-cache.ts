import { Queue } from "./queue";

interface CachedBatch {
  baseOffset: number;
  batch: Buffer;
}

/**
 * The newest batches of all partitions in memory, as consumers nearly always read what has just been written. What was
 * written first goes first when there are more than `maxBytes`.
 */
export class TailCache {
  private bytes = 0;
  private readonly order = new Queue<Tail>();

  constructor(private readonly maxBytes: number) {}

  /** The tail of one more partition. */
  newTail(): Tail {
    return new Tail((tail, size) => this.added(tail, size));
  }

  private added(tail: Tail, size: number): void {
    this.bytes += size;
    this.order.push(tail);
    while (this.bytes > this.maxBytes && this.order.length > 1) this.bytes -= this.order.shift()?.dropFirst() ?? 0;
  }
}

/** The newest batches of one partition, without gaps. */
export class Tail {
  private readonly batches = new Queue<CachedBatch>();

  constructor(private readonly added: (tail: Tail, size: number) => void) {}

  push(baseOffset: number, batch: Buffer): void {
    // A copy: the batch may be a small part of a large request, which would stay in memory with it.
    this.batches.push({ baseOffset, batch: Buffer.from(batch) });
    this.added(this, batch.length);
  }

  /** Frees the oldest batch; returns its size. */
  dropFirst(): number {
    return this.batches.shift()?.batch.length ?? 0;
  }

  /**
   * Whole batches from the one with `offset` on, as many as fit into `maxBytes`, and at least one; undefined when that
   * offset is no longer (or not yet) in memory.
   */
  read(offset: number, maxBytes: number): Buffer[] | undefined {
    const first = this.batches.at(0);
    if (first === undefined || offset < first.baseOffset) return undefined;
    const found: Buffer[] = [];
    let bytes = 0;
    for (let i = this.indexOf(offset); i < this.batches.length; i++) {
      const batch = this.batches.at(i)?.batch;
      if (batch === undefined || (found.length > 0 && bytes + batch.length > maxBytes)) break;
      found.push(batch);
      bytes += batch.length;
    }
    return found;
  }

  /** Index of the last batch that begins at or before an offset. */
  private indexOf(offset: number): number {
    let low = 0;
    let high = this.batches.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.batches.at(middle)?.baseOffset ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
