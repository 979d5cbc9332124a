import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { refusal } from "./errors";
import { header, parameter, type S3Request } from "./request";

/** Seconds that the clock of whoever signed may be ahead. */
const SKEW_SECONDS = 15 * 60;
const MOST_SECONDS = 7 * 86_400;

/** Whether the request carries its signature in the query: what a presigned link is. */
export const isPresigned = (request: Pick<S3Request, "query">): boolean =>
  request.query.some(([name]) => name.toLowerCase() === "x-amz-signature");

/**
 * Checks a presigned request: its signature over method, address and signed headers, and that it has not expired
 * ("Authenticating requests: using query parameters (AWS Signature Version 4)", Amazon S3 API Reference).
 *
 * @param secrets secret keys by access key id
 * @throws a refusal as S3 words it
 */
export function verifyPresigned(request: S3Request, secrets: Record<string, string>, now = Date.now()): void {
  if (header(request, "authorization") !== undefined) {
    throw refusal(
      400,
      "InvalidArgument",
      "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the " +
        "Authorization header should be specified",
    );
  }
  const asked = signatureOf(request);
  const secret = Object.hasOwn(secrets, asked.accessKeyId) ? secrets[asked.accessKeyId] : undefined;
  if (secret === undefined) {
    throw refusal(403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.");
  }
  if (asked.signedAt - SKEW_SECONDS * 1000 > now) throw denied("Request is not valid yet");
  if (asked.signedAt + asked.expires * 1000 < now) throw denied("Request has expired");
  const unsigned = Object.keys(request.headers).find(
    (name) => name.startsWith("x-amz-") && !asked.signedHeaders.includes(name),
  );
  if (unsigned !== undefined) {
    throw denied(`There were headers present in the request which were not signed: ${unsigned}`);
  }
  const expected = Buffer.from(sign(request, asked, secret), "hex");
  const given = Buffer.from(asked.signature, "hex");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw refusal(
      403,
      "SignatureDoesNotMatch",
      "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
    );
  }
}

interface AskedSignature {
  accessKeyId: string;
  /** `<date>/<region>/s3/aws4_request` */
  scope: string;
  /** `YYYYMMDD'T'HHMMSS'Z'` */
  date: string;
  /** The same in milliseconds since 1970. */
  signedAt: number;
  /** Seconds. */
  expires: number;
  signedHeaders: string[];
  signature: string;
}

function signatureOf(request: S3Request): AskedSignature {
  const read = (name: string, pattern: RegExp): RegExpExecArray => {
    const match = pattern.exec(parameter(request, name) ?? "");
    if (match === null) throw malformed(name);
    return match;
  };
  read("X-Amz-Algorithm", /^AWS4-HMAC-SHA256$/);
  const [, accessKeyId = "", scope = "", day] = read(
    "X-Amz-Credential",
    /^([^/]+)\/((\d{8})\/[^/]+\/s3\/aws4_request)$/,
  );
  const [date, year, month, dayOfMonth, hours, minutes, seconds] = read(
    "X-Amz-Date",
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/,
  );
  const [expires] = read("X-Amz-Expires", /^\d{1,6}$/);
  const [headers] = read("X-Amz-SignedHeaders", /^[a-z0-9-]+(;[a-z0-9-]+)*$/);
  const [signature] = read("X-Amz-Signature", /^[0-9a-f]{64}$/);
  const signedAt = Date.parse(`${year}-${month}-${dayOfMonth}T${hours}:${minutes}:${seconds}Z`);
  if (Number.isNaN(signedAt) || !date.startsWith(day ?? "")) throw malformed("X-Amz-Date");
  if (Number(expires) < 1 || Number(expires) > MOST_SECONDS) throw malformed("X-Amz-Expires");
  const signedHeaders = headers.split(";");
  if (!signedHeaders.includes("host")) throw malformed("X-Amz-SignedHeaders");
  return { accessKeyId, scope, date, signedAt, expires: Number(expires), signedHeaders, signature };
}

/** The signature in hexadecimal digits, as whoever has the secret makes it. */
function sign(request: S3Request, { scope, date, signedHeaders }: AskedSignature, secret: string): string {
  const canonicalQuery = request.query
    .filter(([name]) => name !== "X-Amz-Signature")
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a, x], [b, y]) => (a === b ? (x < y ? -1 : 1) : a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
  const canonicalHeaders = signedHeaders
    .map((name) => `${name}:${(header(request, name) ?? "").trim().replace(/ +/g, " ")}\n`)
    .join("");
  const canonicalRequest = [
    request.method,
    decodeURIComponent(request.rawPath).split("/").map(encode).join("/"),
    canonicalQuery,
    canonicalHeaders,
    signedHeaders.join(";"),
    header(request, "x-amz-content-sha256") ?? "UNSIGNED-PAYLOAD",
  ].join("\n");
  const digest = createHash("sha256").update(canonicalRequest).digest("hex");
  const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();
  const key = scope.split("/").reduce<string | Buffer>((derived, part) => hmac(derived, part), `AWS4${secret}`);
  return hmac(key, ["AWS4-HMAC-SHA256", date, scope, digest].join("\n")).toString("hex");
}

/** RFC 3986: all but unreserved characters, which `encodeURIComponent` leaves a few of. */
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

const malformed = (name: string) =>
  refusal(400, "AuthorizationQueryParametersError", `The query parameter ${name} is missing or malformed.`);

const denied = (message: string) => refusal(403, "AccessDenied", message);
