/** Bytes that are not what the protocol says: the sender's fault. Its connection is closed. */
export class ProtocolError extends Error {
  override name = "ProtocolError";
}

/**
 * Reads the primitive types of the Kafka protocol (kafka.apache.org/protocol, "Protocol Primitive Types"), strictly: every
 * read is checked against the bytes that are left, and a length may never promise more than these.
 *
 * 64-bit integers are read as numbers. Offsets, producer ids and timestamps stay far below 2^53; beyond that they are
 * rounded.
 */
export class Reader {
  constructor(
    private readonly buffer: Buffer,
    /** Where the next read begins. */
    public position = 0,
    private readonly end = buffer.length,
  ) {}

  get remaining(): number {
    return this.end - this.position;
  }

  /** Moves on by `length` bytes; returns where they begin. */
  skip(length: number): number {
    const start = this.position;
    if (length < 0 || length > this.end - start) {
      throw new ProtocolError(`${length} bytes wanted at ${start}, ${this.remaining} left`);
    }
    this.position = start + length;
    return start;
  }

  int8(): number {
    return this.buffer.readInt8(this.skip(1));
  }

  int16(): number {
    return this.buffer.readInt16BE(this.skip(2));
  }

  int32(): number {
    return this.buffer.readInt32BE(this.skip(4));
  }

  int64(): number {
    const start = this.skip(8);
    return this.buffer.readInt32BE(start) * 0x1_0000_0000 + this.buffer.readUInt32BE(start + 4);
  }

  boolean(): boolean {
    return this.int8() !== 0;
  }

  /** VARINT: zigzag encoded, at most 5 bytes. */
  varint(): number {
    const value = this.unsignedVarint();
    return (value >>> 1) ^ -(value & 1);
  }

  /** VARLONG: zigzag encoded, at most 10 bytes. */
  varlong(): number {
    let small = 0;
    // Nearly all are short: BigInt, which is slow, is for the rest.
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.int8();
      small |= (byte & 0x7f) << shift;
      if (byte >= 0) return (small >>> 1) ^ -(small & 1);
    }
    let value = BigInt(small);
    for (let shift = 28n; shift < 70n; shift += 7n) {
      const byte = this.int8();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte >= 0) return Number(BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n)));
    }
    throw new ProtocolError("a VARLONG longer than 10 bytes");
  }

  /** UNSIGNED_VARINT, at most 5 bytes. */
  unsignedVarint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.int8();
      value |= (byte & 0x7f) << shift;
      if (byte >= 0) return value >>> 0;
    }
    throw new ProtocolError("a VARINT longer than 5 bytes");
  }

  string(): string {
    return this.text(this.int16());
  }

  nullableString(): string | null {
    const length = this.int16();
    return length === -1 ? null : this.text(length);
  }

  compactString(): string {
    return this.text(this.unsignedVarint() - 1);
  }

  compactNullableString(): string | null {
    const length = this.unsignedVarint() - 1;
    return length === -1 ? null : this.text(length);
  }

  /** A view of the bytes, not a copy. */
  bytes(): Buffer {
    return this.view(this.int32());
  }

  nullableBytes(): Buffer | null {
    const length = this.int32();
    return length === -1 ? null : this.view(length);
  }

  array<T>(item: () => T): T[] {
    return this.items(this.int32(), item);
  }

  nullableArray<T>(item: () => T): T[] | null {
    const count = this.int32();
    return count === -1 ? null : this.items(count, item);
  }

  compactArray<T>(item: () => T): T[] {
    return this.items(this.unsignedVarint() - 1, item);
  }

  /** The tagged fields of a flexible version (KIP-482). */
  taggedFields(): Map<number, Buffer> {
    const fields = new Map<number, Buffer>();
    for (let count = this.unsignedVarint(); count > 0; count--) {
      const tag = this.unsignedVarint();
      fields.set(tag, this.view(this.unsignedVarint()));
    }
    return fields;
  }

  /** A view of the next `length` bytes. */
  view(length: number): Buffer {
    const start = this.skip(length);
    return this.buffer.subarray(start, start + length);
  }

  private text(length: number): string {
    const start = this.skip(length);
    return this.buffer.toString("utf8", start, start + length);
  }

  private items<T>(count: number, item: () => T): T[] {
    // Nothing takes less than a byte, so that a count beyond the rest is a lie and not worth an allocation.
    if (count < 0 || count > this.remaining) {
      throw new ProtocolError(`${count} items announced, ${this.remaining} bytes left`);
    }
    const items: T[] = [];
    for (let i = 0; i < count; i++) items.push(item());
    return items;
  }
}
