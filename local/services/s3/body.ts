import { createHash, type Hash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { crc32 } from "node:zlib";
import { notEmulated, refusal } from "./errors";
import { header, type S3Request } from "./request";

/** What has been received: its size, its MD5 (the ETag of what is uploaded in one piece), and the checksum the client sent. */
export interface Received {
  size: number;
  /** Hexadecimal. */
  md5: string;
  checksum?: Checksum;
}

export interface Checksum {
  /** Header that carries it, e.g. `x-amz-checksum-crc32`. */
  name: string;
  /** Base64. */
  value: string;
}

/** The largest object or part that is uploaded in one piece. */
const LARGEST = 5 * 2 ** 30;

/**
 * Writes the body of an upload to a file, and checks what the client says of it: length, Content-MD5, SHA-256 of the payload, and
 * the checksum that SDKs send, in a header or behind the body (`aws-chunked`).
 *
 * @throws a refusal; the file is then left half-written
 */
export async function receive(request: S3Request, file: string): Promise<Received> {
  const chunked = (header(request, "content-encoding") ?? "").split(/,\s*/).includes("aws-chunked");
  const length = header(request, chunked ? "x-amz-decoded-content-length" : "content-length");
  if (length === undefined) {
    throw refusal(411, "MissingContentLength", "You must provide the Content-Length HTTP header.");
  }
  if (!/^\d+$/.test(length) || Number(length) > LARGEST) {
    throw refusal(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size");
  }
  const trailers: Record<string, string> = {};
  const announced = header(request, "x-amz-trailer")?.toLowerCase();
  const named = Object.keys(request.headers).find((name) => CHECKSUM_HEADER.test(name)) ?? announced;
  const sum = named === undefined ? undefined : checksumOf(named);
  const md5 = createHash("md5");
  const sha256 = createHash("sha256");
  let size = 0;
  await pipeline(
    chunked ? Readable.from(unchunk(request.body, trailers)) : request.body,
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        size += chunk.length;
        md5.update(chunk);
        sha256.update(chunk);
        sum?.update(chunk);
        yield chunk;
      }
    },
    createWriteStream(file),
  );
  if (size !== Number(length)) {
    throw refusal(
      400,
      "IncompleteBody",
      "You did not provide the number of bytes specified by the Content-Length header",
    );
  }
  const digest = md5.digest();
  const contentMd5 = header(request, "content-md5");
  if (contentMd5 !== undefined && contentMd5 !== digest.toString("base64")) throw badDigest("Content-MD5");
  const hash = header(request, "x-amz-content-sha256");
  if (hash !== undefined && /^[0-9a-f]{64}$/.test(hash) && hash !== sha256.digest("hex")) {
    throw refusal(
      400,
      "XAmzContentSHA256Mismatch",
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  }
  const received = { size, md5: digest.toString("hex") };
  if (sum === undefined || named === undefined) return received;
  const value = sum.digest();
  if ((header(request, named) ?? trailers[named]) !== value) throw badDigest(named);
  return { ...received, checksum: { name: named, value } };
}

const badDigest = (name: string) =>
  refusal(400, "BadDigest", `The ${name} you specified did not match what we received.`);

const CHECKSUM_HEADER = /^x-amz-checksum-(?!algorithm$|type$|mode$)/;

interface Sum {
  update(chunk: Buffer): void;
  /** Base64. */
  digest(): string;
}

/** "Checking object integrity", Amazon S3 user guide. CRC-32C and CRC-64/NVME are left out. */
function checksumOf(name: string): Sum {
  const hash = (algorithm: string): Sum => {
    const sum: Hash = createHash(algorithm);
    return { update: (chunk) => void sum.update(chunk), digest: () => sum.digest("base64") };
  };
  switch (name) {
    case "x-amz-checksum-sha1":
      return hash("sha1");
    case "x-amz-checksum-sha256":
      return hash("sha256");
    case "x-amz-checksum-crc32":
      return crc32Sum();
    default:
      throw notEmulated(`The checksum "${name}"`);
  }
}

function crc32Sum(): Sum {
  let value = 0;
  return {
    update: (chunk) => {
      value = crc32(chunk, value);
    },
    digest: () => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      return bytes.toString("base64");
    },
  };
}

/**
 * What is in an `aws-chunked` body, and the trailers behind it: `<hex size>[;chunk-signature=…]` CRLF data CRLF …, `0` CRLF,
 * `name:value` CRLF …, CRLF ("Working with trailing checksums", Amazon S3 user guide). Chunk signatures are not checked.
 */
async function* unchunk(body: AsyncIterable<Buffer>, trailers: Record<string, string>): AsyncGenerator<Buffer> {
  let buffer: Buffer = Buffer.alloc(0);
  /** Bytes of the present chunk that are still to come; 0 when its final CRLF is awaited; undefined before a chunk. */
  let left: number | undefined;
  let ended = false;
  for await (const received of body) {
    buffer = buffer.length === 0 ? received : Buffer.concat([buffer, received]);
    for (;;) {
      if (left !== undefined && left > 0) {
        if (buffer.length === 0) break;
        const data = buffer.subarray(0, left);
        buffer = buffer.subarray(data.length);
        left -= data.length;
        yield data;
        continue;
      }
      const end = buffer.indexOf("\r\n");
      if (end === -1) {
        if (buffer.length > 16_384) throw malformedChunks();
        break;
      }
      const line = buffer.subarray(0, end).toString("latin1");
      buffer = buffer.subarray(end + 2);
      if (left === 0) {
        if (line !== "") throw malformedChunks();
        left = undefined;
      } else if (ended) {
        const [, name, value] = /^([\w-]+):(.*)$/.exec(line) ?? [];
        if (name !== undefined && value !== undefined) trailers[name.toLowerCase()] = value.trim();
        else if (line !== "") throw malformedChunks();
      } else {
        const [, digits] = /^([0-9a-f]{1,8})(?:;.*)?$/i.exec(line) ?? [];
        if (digits === undefined) throw malformedChunks();
        const size = Number.parseInt(digits, 16);
        if (size === 0) ended = true;
        else left = size;
      }
    }
  }
  if (!ended) throw refusal(400, "IncompleteBody", "The request body terminated unexpectedly");
}

const malformedChunks = () => refusal(400, "InvalidRequest", "The aws-chunked body is malformed.");
