import { ProtocolError } from "./reader";

/** Larger requests close the connection (Kafka's socket.request.max.bytes). */
const MAX_FRAME_BYTES = 100 * 1024 * 1024;
const SIZE_BYTES = 4;

/** Cuts a stream of bytes into frames: a size (int32), then so many bytes. Each byte is copied once at most. */
export class FrameReader {
  /** Taken in, and not yet part of a frame that was handed out. */
  bytes = 0;
  private chunks: Buffer[] = [];
  /** Size of the next frame with its size field, once known. */
  private wanted: number | undefined;

  push(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.bytes += chunk.length;
  }

  /**
   * The next whole frame without its size; undefined until there is one.
   *
   * @throws ProtocolError when a size is negative or too large.
   */
  next(): Buffer | undefined {
    if (this.wanted === undefined) {
      if (this.bytes < SIZE_BYTES) return undefined;
      const size = this.first(SIZE_BYTES).readInt32BE(0);
      if (size < 0 || size > MAX_FRAME_BYTES) throw new ProtocolError(`a request of ${size} bytes`);
      this.wanted = SIZE_BYTES + size;
    }
    if (this.bytes < this.wanted) return undefined;
    const chunk = this.first(this.wanted);
    const frame = chunk.subarray(SIZE_BYTES, this.wanted);
    if (chunk.length === this.wanted) this.chunks.shift();
    else this.chunks[0] = chunk.subarray(this.wanted);
    this.bytes -= this.wanted;
    this.wanted = undefined;
    return frame;
  }

  /** The first chunk, made to have so many bytes at least. Only when they are there. */
  private first(length: number): Buffer {
    let first = this.chunks[0];
    if (first === undefined || first.length < length) {
      first = Buffer.concat(this.chunks);
      this.chunks = [first];
    }
    return first;
  }
}
