import type { CorsConfiguration } from "./types";

/** CORS of one API. Source: "Configure CORS for HTTP APIs in API Gateway". */
export interface Cors {
  /** Headers of the answer to a preflight request; empty when its origin is not allowed. */
  preflight(origin: string): Record<string, string>;
  /** Headers that every answer to this origin gets. */
  answer(origin: string): Record<string, string>;
}

/**
 * Prepares the declared CORS configuration. With one, the gateway answers preflights itself and drops the CORS headers
 * that functions send.
 */
export function createCors(configuration: CorsConfiguration): Cors {
  const { allowMethods, allowHeaders, exposeHeaders, maxAge, allowCredentials } = configuration;
  const credentials: Record<string, string> = allowCredentials ? { "access-control-allow-credentials": "true" } : {};
  const preflightHeaders = {
    ...listHeader("access-control-allow-methods", allowMethods),
    ...listHeader("access-control-allow-headers", allowHeaders),
    ...listHeader("access-control-expose-headers", exposeHeaders),
    ...(maxAge === undefined ? {} : { "access-control-max-age": String(maxAge) }),
    ...credentials,
  };
  const answerHeaders = { ...listHeader("access-control-expose-headers", exposeHeaders), ...credentials };
  const withOrigin = (origin: string, headers: Record<string, string>): Record<string, string> => {
    const allowed = allowedOrigin(origin, configuration.allowOrigins);
    return allowed === undefined ? {} : { "access-control-allow-origin": allowed, ...headers };
  };
  return {
    preflight: (origin) => withOrigin(origin, preflightHeaders),
    answer: (origin) => withOrigin(origin, answerHeaders),
  };
}

/** Origins are exact, `*`, or a scheme with a wildcard (`https://*`). */
function allowedOrigin(origin: string, allowOrigins: string[]): string | undefined {
  if (allowOrigins.includes("*")) return "*";
  const allowed = allowOrigins.some(
    (pattern) => pattern === origin || (pattern.endsWith("*") && origin.startsWith(pattern.slice(0, -1))),
  );
  return allowed ? origin : undefined;
}

const listHeader = (name: string, values: string[]): Record<string, string> =>
  values.length > 0 ? { [name]: values.join(",") } : {};
