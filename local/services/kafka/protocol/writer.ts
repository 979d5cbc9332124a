const FIRST_SIZE = 256;

/**
 * Writes the primitive types of the Kafka protocol (kafka.apache.org/protocol, "Protocol Primitive Types"). Small values
 * go to a growing buffer; large ones, such as the record batches of a Fetch response, are kept as they are, so that they
 * are never copied.
 */
export class Writer {
  private readonly done: Buffer[] = [];
  private doneLength = 0;
  private buffer = Buffer.allocUnsafe(FIRST_SIZE);
  private start = 0;
  private position = 0;

  /** Bytes written so far. */
  get length(): number {
    return this.doneLength + this.position - this.start;
  }

  int8(value: number): this {
    const at = this.reserve(1);
    this.buffer.writeInt8(value, at);
    return this;
  }

  int16(value: number): this {
    const at = this.reserve(2);
    this.buffer.writeInt16BE(value, at);
    return this;
  }

  int32(value: number): this {
    const at = this.reserve(4);
    this.buffer.writeInt32BE(value, at);
    return this;
  }

  uint32(value: number): this {
    const at = this.reserve(4);
    this.buffer.writeUInt32BE(value, at);
    return this;
  }

  /** Exact for safe integers. */
  int64(value: number): this {
    const at = this.reserve(8);
    const high = Math.floor(value / 0x1_0000_0000);
    this.buffer.writeInt32BE(high, at);
    this.buffer.writeUInt32BE(value - high * 0x1_0000_0000, at + 4);
    return this;
  }

  boolean(value: boolean): this {
    return this.int8(value ? 1 : 0);
  }

  varint(value: number): this {
    return this.unsignedVarint(((value << 1) ^ (value >> 31)) >>> 0);
  }

  varlong(value: number): this {
    let rest = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n));
    for (; rest > 0x7fn; rest >>= 7n) this.uint8(Number(rest & 0x7fn) | 0x80);
    return this.uint8(Number(rest));
  }

  unsignedVarint(value: number): this {
    let rest = value >>> 0;
    for (; rest > 0x7f; rest >>>= 7) this.uint8((rest & 0x7f) | 0x80);
    return this.uint8(rest);
  }

  string(value: string): this {
    this.int16(Buffer.byteLength(value));
    return this.text(value);
  }

  nullableString(value: string | null): this {
    return value === null ? this.int16(-1) : this.string(value);
  }

  compactString(value: string): this {
    this.unsignedVarint(Buffer.byteLength(value) + 1);
    return this.text(value);
  }

  compactNullableString(value: string | null): this {
    return value === null ? this.unsignedVarint(0) : this.compactString(value);
  }

  bytes(value: Buffer): this {
    return this.int32(value.length).raw(value);
  }

  nullableBytes(value: Buffer | null): this {
    return value === null ? this.int32(-1) : this.bytes(value);
  }

  array<T>(items: readonly T[], write: (item: T) => void): this {
    this.int32(items.length);
    for (const item of items) write(item);
    return this;
  }

  compactArray<T>(items: readonly T[], write: (item: T) => void): this {
    this.unsignedVarint(items.length + 1);
    for (const item of items) write(item);
    return this;
  }

  /** The tagged fields of a flexible version (KIP-482), in ascending order of tags as it demands. */
  taggedFields(fields: ReadonlyMap<number, Buffer> = new Map()): this {
    this.unsignedVarint(fields.size);
    for (const [tag, value] of [...fields].sort(([a], [b]) => a - b)) {
      this.unsignedVarint(tag).unsignedVarint(value.length).raw(value);
    }
    return this;
  }

  /** Bytes as they are; not copied when there are many, so they must not change any more. */
  raw(value: Buffer): this {
    if (value.length < 1024) {
      const at = this.reserve(value.length);
      value.copy(this.buffer, at);
    } else {
      this.finishBuffer();
      this.done.push(value);
      this.doneLength += value.length;
    }
    return this;
  }

  /** What was written, in order. */
  chunks(): Buffer[] {
    this.finishBuffer();
    return this.done;
  }

  toBuffer(): Buffer {
    return Buffer.concat(this.chunks());
  }

  private uint8(value: number): this {
    const at = this.reserve(1);
    this.buffer.writeUInt8(value, at);
    return this;
  }

  private text(value: string): this {
    const length = Buffer.byteLength(value);
    const at = this.reserve(length);
    this.buffer.write(value, at, "utf8");
    return this;
  }

  private reserve(length: number): number {
    if (this.position + length > this.buffer.length) {
      const used = this.buffer.length - this.start;
      this.finishBuffer();
      this.buffer = Buffer.allocUnsafe(Math.max(2 * used, length, FIRST_SIZE));
      this.start = 0;
      this.position = 0;
    }
    const at = this.position;
    this.position += length;
    return at;
  }

  private finishBuffer(): void {
    if (this.position === this.start) return;
    this.done.push(this.buffer.subarray(this.start, this.position));
    this.doneLength += this.position - this.start;
    this.start = this.position;
  }
}
