import type { APIGatewayRequestAuthorizerEventV2 } from "aws-lambda";
import { ORIGIN_HEADER } from "../origin-keys";

type Headers = APIGatewayRequestAuthorizerEventV2["headers"];

/**
 * Tells whether a request shows one of the keys by which a distribution is known. Digests are compared, all of them and whole: how long it
 * takes says nothing of how much was right.
 *
 * @param digests of the keys that are taken, as `OriginKeys` has them; all requests pass without.
 */
export const originCheck = (digests: string | undefined): ((headers: Headers) => boolean) => {
  const { createHash, timingSafeEqual }: typeof import("node:crypto") = require("node:crypto");
  if (!digests) return () => true;
  const accepted = digests.split(",").map((digest) => Buffer.from(digest, "hex"));
  return (headers) => {
    const shown = createHash("sha256")
      .update(headers?.[ORIGIN_HEADER] ?? "")
      .digest();
    return accepted.map((digest) => digest.length === shown.length && timingSafeEqual(digest, shown)).includes(true);
  };
};

/** Makes the authorizer of public routes: they ask for no token, but may ask to be reached through the distribution. */
export const originAuthorizerHandler = () => {
  const digests = process.env.ORIGIN_KEY_DIGESTS;
  // Without, it would let everybody pass, and nobody would notice.
  if (!digests) throw new Error("The environment variable ORIGIN_KEY_DIGESTS must be set.");
  const isFromDistribution = originCheck(digests);
  return async ({ headers }: APIGatewayRequestAuthorizerEventV2) => ({ isAuthorized: isFromDistribution(headers) });
};
