import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { Headers } from "./headers";

/** Sizes that CloudFront compresses, in bytes ("Serve compressed files", conditions). */
const SMALLEST = 1_000;
const LARGEST = 10_000_000;

/** Of the types that CloudFront compresses (the same page), those that apps are made of. */
const TYPES = new Set([
  "application/javascript",
  "application/json",
  "application/wasm",
  "application/xml",
  "image/svg+xml",
  "text/css",
  "text/csv",
  "text/html",
  "text/javascript",
  "text/plain",
  "text/xml",
]);

export type Encoding = "br" | "gzip";

/** The encoding that CloudFront chooses, Brotli before gzip; undefined when the client takes neither. */
export function preferredEncoding(acceptEncoding: string | undefined): Encoding | undefined {
  const accepted = new Map(
    (acceptEncoding ?? "").split(",").map((item): [string, number] => {
      const [name = "", ...parameters] = item.split(";").map((part) => part.trim().toLowerCase());
      const quality = parameters.find((parameter) => parameter.startsWith("q="));
      return [name, quality === undefined ? 1 : Number(quality.slice(2))];
    }),
  );
  return (["br", "gzip"] as const).find((name) => (accepted.get(name) ?? 0) > 0);
}

/** Whether an answer is of a type and a size that CloudFront compresses. */
export const isCompressible = (headers: Headers, size: number): boolean =>
  size >= SMALLEST &&
  size <= LARGEST &&
  headers["content-encoding"] === undefined &&
  TYPES.has(String(headers["content-type"]).split(";")[0]?.trim() ?? "");

const compressors: Record<Encoding, (bytes: Buffer) => Promise<Buffer>> = {
  br: (bytes) => promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }),
  gzip: (bytes) => promisify(gzip)(bytes),
};

/** What is kept of what was compressed: an app has tens of files. */
const KEPT = 200;
const kept = new Map<string, Promise<Buffer>>();

/** The compressed form; made once for each content, which its entity tag stands for. */
export function compress(bytes: Buffer, encoding: Encoding, etag: string): Promise<Buffer> {
  const key = `${encoding} ${etag}`;
  const known = kept.get(key);
  if (known !== undefined) return known;
  const made = compressors[encoding](bytes);
  kept.set(key, made);
  const [oldest] = kept.keys();
  if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest);
  return made;
}
