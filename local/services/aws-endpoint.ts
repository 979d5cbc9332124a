import { randomUUID } from "node:crypto";
import { type HttpRequest, type HttpResponse, type HttpServer, type StreamHandler, serveHttp } from "./http-server";

/** A request to an AWS API, told apart by the credential scope of its signature. */
export interface AwsRequest extends HttpRequest {
  /** Signing name of the service, e.g. `rds-data`. */
  service: string;
  region: string;
}

/** What an emulation answers: a JSON document, or an error in the way of AWS's JSON protocols; or the XML of its older ones. */
export type AwsResponse =
  | { status: 200; body: unknown; headers?: Record<string, string> }
  | { status: 202 }
  | { status: 201 | 400 | 404; xml: string; headers?: Record<string, string> }
  | { status: 400 | 403 | 404 | 413 | 429 | 500 | 504; error: string; message: string };

/** The emulation of one AWS API. Whatever it does not emulate it refuses by name rather than ignore it. */
export type AwsService = (request: AwsRequest) => Promise<AwsResponse>;

/**
 * One HTTP endpoint on 127.0.0.1 for several AWS APIs, keyed by their signing names: SDK clients find it through
 * `AWS_ENDPOINT_URL_<SERVICE>` or `AWS_ENDPOINT_URL`. Signatures must be there, as they say which API is meant; they are
 * not verified, since whoever reaches 127.0.0.1 may do everything here anyway.
 *
 * @param options.port 0 picks a free one.
 * @param options.s3 is unlike the others: it streams, speaks XML, and takes links that need no header.
 */
export function startAwsEndpoint(options: {
  port: number;
  services: Record<string, AwsService>;
  s3?: StreamHandler;
  log?: (line: string) => void;
}): Promise<HttpServer> {
  const { port, services, s3, log = () => {} } = options;
  return serveHttp("aws", port, async (request) => toHttp(await dispatch(request, services)), log, s3);
}

async function dispatch(request: HttpRequest, services: Record<string, AwsService>): Promise<AwsResponse> {
  const scope = credentialScope(request.headers.authorization);
  if (!scope) {
    const message = "The request has no AWS Signature Version 4 in its Authorization header.";
    return { status: 403, error: "MissingAuthenticationTokenException", message };
  }
  const service = Object.hasOwn(services, scope.service) ? services[scope.service] : undefined;
  if (service) return service({ ...request, ...scope });
  const known = Object.keys(services).join(", ") || "none";
  const message = `The AWS API "${scope.service}" is not emulated on this machine; emulated are: ${known}.`;
  return { status: 400, error: "UnknownServiceException", message };
}

/** Reads `Credential=<key>/<date>/<region>/<service>/aws4_request` (AWS Signature Version 4, "credential scope"). */
function credentialScope(authorization: string | undefined): { region: string; service: string } | undefined {
  const match = /^AWS4-HMAC-SHA256 .*\bCredential=[^/,\s]+\/\d{8}\/([^/,\s]+)\/([^/,\s]+)\/aws4_request/.exec(
    authorization ?? "",
  );
  return match?.[1] && match[2] ? { region: match[1], service: match[2] } : undefined;
}

function toHttp(response: AwsResponse): HttpResponse {
  const headers = { "content-type": "application/json", "x-amzn-requestid": randomUUID() };
  if ("xml" in response) {
    const { status, xml } = response;
    return { status, headers: { ...headers, ...response.headers, "content-type": "text/xml" }, body: xml };
  }
  if (response.status === 200) {
    return { status: 200, headers: { ...headers, ...response.headers }, body: JSON.stringify(response.body) };
  }
  if (response.status === 202) return { status: 202, headers, body: "" };
  const body = JSON.stringify({ message: response.message });
  return { status: response.status, headers: { ...headers, "x-amzn-errortype": response.error }, body };
}
