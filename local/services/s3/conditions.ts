import { invalid, notEmulated, preconditionFailed, refusal } from "./errors";
import type { Expectation, StoredObject } from "./objects";
import { header, type S3Request } from "./request";

const lists = (value: string, etag: string): boolean =>
  value === "*" || value.split(",").some((tag) => tag.trim().replace(/^"|"$/g, "") === etag);

/** HTTP dates have whole seconds. */
const seconds = (date: Date): number => Math.floor(date.getTime() / 1000);

/**
 * The conditions of a read, in HTTP's order (RFC 9110, 13.2.2).
 * @throws 412, or 304, which has no document
 */
export function checkReadConditions(request: S3Request, { etag, lastModified }: StoredObject): void {
  const [match, noneMatch] = [header(request, "if-match"), header(request, "if-none-match")];
  const [since, unmodified] = ["if-modified-since", "if-unmodified-since"].map((name) => {
    const value = Date.parse(header(request, name) ?? "");
    return Number.isNaN(value) ? undefined : value / 1000;
  });
  if (match !== undefined ? !lists(match, etag) : unmodified !== undefined && seconds(lastModified) > unmodified) {
    throw preconditionFailed();
  }
  if (noneMatch !== undefined ? lists(noneMatch, etag) : since !== undefined && seconds(lastModified) <= since) {
    throw refusal(304, "NotModified", "Not Modified");
  }
}

/** The conditions of a write ("How to prevent object overwrites with conditional writes", Amazon S3 user guide). */
export function writeExpectation(request: S3Request): Expectation {
  const [match, noneMatch] = [header(request, "if-match"), header(request, "if-none-match")];
  if (noneMatch !== undefined && noneMatch !== "*") throw notEmulated("If-None-Match other than * on writes");
  return (present) => {
    if (noneMatch !== undefined && present !== undefined) throw preconditionFailed();
    if (match === undefined) return;
    if (present === undefined) throw refusal(404, "NoSuchKey", "The specified key does not exist.");
    if (!lists(match, present.etag)) throw preconditionFailed();
  };
}

/**
 * The one range of bytes that is asked for; undefined for all, also where the header is malformed or asks for several.
 * @throws 416 where it lies beyond the end
 */
export function rangeOf(request: S3Request, size: number): { start: number; end: number } | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header(request, "range") ?? "") ?? [];
  if (first === undefined || last === undefined || (first === "" && last === "")) return undefined;
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size - 1 : Math.min(Number(last), size - 1);
  if (first !== "" && last !== "" && Number(last) < Number(first)) return undefined;
  if (start >= size || (first === "" && Number(last) === 0)) {
    throw refusal(416, "InvalidRange", "The requested range is not satisfiable");
  }
  return { start, end };
}

/** A whole number within limits. */
export function wholeNumber(name: string, text: string | undefined, least: number, most: number): number {
  if (text !== undefined && /^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most)
    return Number(text);
  throw invalid(`${name} must be a whole number from ${least} to ${most}.`);
}
