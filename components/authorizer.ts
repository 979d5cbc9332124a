import { JwtRsaVerifier } from "aws-jwt-verify";
import { SimpleJwksCache } from "aws-jwt-verify/jwk";
import type { APIGatewayRequestAuthorizerEventV2, APIGatewaySimpleAuthorizerWithContextResult } from "aws-lambda";
import { originCheck } from "./authorizer/origin";

/** The verified claims of the caller's ID token. Claims the token does not carry are left out. */
export interface AuthorizerContext {
  sub: string;
  exp: number;
  email?: string;
  email_verified?: boolean;
  name?: string;
}

/** What API Gateway is answered ("Lambda authorizers for HTTP APIs", simple responses). */
export type AuthorizerResult = APIGatewaySimpleAuthorizerWithContextResult<AuthorizerContext> | { isAuthorized: false };

/**
 * Makes the authorizer: it lets a request pass whose `Authorization` header carries, with or without `Bearer`, an ID token of
 * this user pool and client: RS256, signature, issuer, audience, use and expiry are checked; and that shows the distribution's key, where
 * that is asked for. Anything else is refused, which API Gateway answers with 403. It fails (500, not cached) only when the pool's keys cannot be fetched.
 */
export const authorizerHandler = () => {
  const issuer = process.env.TOKEN_ISSUER;
  const audience = process.env.TOKEN_AUDIENCE;
  if (!issuer || !audience) throw new Error("The environment variables TOKEN_ISSUER and TOKEN_AUDIENCE must be set.");
  const isFromDistribution = originCheck(process.env.ORIGIN_KEY_DIGESTS);
  const keysUnavailable = new WeakSet<Error>();

  const fetchKeys = async (uri: string): Promise<ArrayBuffer> => {
    const endpoint = process.env.AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER;
    const url = endpoint ? new URL(new URL(uri).pathname, endpoint) : uri;
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(3_000) });
      const body = await response.text();
      if (!response.ok || !Array.isArray(JSON.parse(body).keys)) throw new Error(`status ${response.status}`);
      return new TextEncoder().encode(body).buffer;
    } catch (cause) {
      const error = new Error(`The signing keys cannot be fetched from ${url}: ${cause}`, { cause });
      keysUnavailable.add(error);
      throw error;
    }
  };

  const verifier = JwtRsaVerifier.create(
    {
      issuer,
      audience,
      jwksUri: `${issuer}/.well-known/jwks.json`,
      customJwtCheck: ({ payload }) => {
        if (payload.token_use !== "id") throw new Error("Not an ID token.");
      },
    },
    { jwksCache: new SimpleJwksCache({ fetcher: { fetch: fetchKeys } }) },
  );

  return async (event: APIGatewayRequestAuthorizerEventV2): Promise<AuthorizerResult> => {
    const token = /^(?:Bearer\s+)?(\S+)$/i.exec((event.headers?.authorization ?? "").trim())?.[1];
    if (!token || !isFromDistribution(event.headers)) return { isAuthorized: false };
    try {
      const { sub, exp, email, email_verified, name } = await verifier.verify(token);
      if (typeof sub !== "string" || typeof exp !== "number") return { isAuthorized: false };
      return {
        isAuthorized: true,
        context: {
          sub,
          exp,
          ...(typeof email === "string" && { email }),
          ...(typeof email_verified === "boolean" && { email_verified }),
          ...(typeof name === "string" && { name }),
        },
      };
    } catch (error) {
      if (error instanceof Error && keysUnavailable.has(error)) throw error;
      return { isAuthorized: false };
    }
  };
};
