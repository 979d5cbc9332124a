import { ErrorCode } from "../protocol/errors";
import { Writer } from "../protocol/writer";
import type { Api } from "./api";

/**
 * Authentication is accepted, not demanded: whoever reaches 127.0.0.1 may do everything here anyway. A client that
 * authenticates as on AWS (OAUTHBEARER with a signed token, see IAM access control of Amazon MSK) works unchanged.
 */
const MECHANISMS = ["OAUTHBEARER", "PLAIN"];

/**
 * Version 0, after which tokens come without request headers, is advertised since librdkafka looks for it, and answered
 * UNSUPPORTED_VERSION; clients use version 1 wherever there is SaslAuthenticate.
 */
export const saslHandshake: Api = {
  key: 17,
  name: "SaslHandshake",
  versions: { min: 0, max: 1 },
  handle({ version, body, connection }) {
    const mechanism = body.string();
    const isKnown = version >= 1 && MECHANISMS.includes(mechanism);
    connection.saslMechanism = isKnown ? mechanism : undefined;
    const refusal = version === 0 ? ErrorCode.UNSUPPORTED_VERSION : ErrorCode.UNSUPPORTED_SASL_MECHANISM;
    const answer = new Writer().int16(isKnown ? ErrorCode.NONE : refusal);
    return answer.array(MECHANISMS, (name) => answer.string(name));
  },
};

export const saslAuthenticate: Api = {
  key: 36,
  name: "SaslAuthenticate",
  versions: { min: 0, max: 1 },
  handle({ version, body, connection }) {
    const message = body.bytes().toString("utf8");
    const [error, reason] = check(connection.saslMechanism, message);
    connection.saslMechanism = undefined;
    const answer = new Writer().int16(error).nullableString(reason).bytes(Buffer.alloc(0));
    return version >= 1 ? answer.int64(0) : answer; // session_lifetime_ms: for ever
  },
};

function check(mechanism: string | undefined, message: string): [error: ErrorCode, reason: string | null] {
  if (mechanism === undefined) return [ErrorCode.ILLEGAL_SASL_STATE, "SaslHandshake comes first."];
  // The form must be right, the content may be anything.
  if (mechanism === "PLAIN" ? isPlain(message) : isOauthBearer(message)) return [ErrorCode.NONE, null];
  return [ErrorCode.SASL_AUTHENTICATION_FAILED, `The message is not one of ${mechanism}.`];
}

/** RFC 4616, section 2: an identity to act as, which may be empty, then user and password. */
function isPlain(message: string): boolean {
  const [, user, password, ...more] = message.split("\0");
  return Boolean(user && password) && more.length === 0;
}

/** RFC 7628, section 3.1: a GS2 header, then key=value pairs, with a bearer token among them. */
function isOauthBearer(message: string): boolean {
  const [header = "", ...pairs] = message.split("\x01");
  return /^[ny],.*,$/.test(header) && pairs.some((pair) => /^auth=Bearer .+/is.test(pair));
}
