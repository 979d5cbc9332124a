/**
 * Invokes other functions by signed requests to the Lambda API: for one call, the SDK's client would double a bundle.
 * Source: AWS Lambda API Reference, "Invoke".
 */

/** Sends an event to a function, which takes it later; done when Lambda has accepted it. */
export type InvokeLater = (functionName: string, event: unknown) => Promise<void>;

/** Gives an event to a function and waits for what it answers; fails when the function does. */
export type Call = (functionName: string, event: unknown) => Promise<unknown>;

/**
 * Made once in each instance: connections are kept. `AWS_ENDPOINT_URL_LAMBDA` or else `AWS_ENDPOINT_URL` names another endpoint than the
 * region's own, as for the SDKs ("Service-specific endpoints", AWS SDKs and tools reference guide).
 */
export const invoker = (): InvokeLater => {
  const request = requester();
  return async (functionName, event) => {
    const response = await request(functionName, "Event", event);
    await response.arrayBuffer();
    if (response.status !== 202) throw refusal(response, functionName);
  };
};

/** Likewise. An error of the function is not one of the request: Lambda tells of it in a header. */
export const caller = (): Call => {
  const request = requester();
  return async (functionName, event) => {
    const response = await request(functionName, "RequestResponse", event);
    const answer = await response.text();
    if (response.status !== 200) throw refusal(response, functionName);
    if (response.headers.has("x-amz-function-error")) throw new Error(`${functionName} failed: ${answer}`);
    return JSON.parse(answer || "null");
  };
};

const refusal = ({ status }: Response, functionName: string): Error =>
  new Error(`Lambda answered ${status} to the invocation of ${functionName}.`);

const requester = () => {
  const { SignatureV4 }: typeof import("@smithy/signature-v4") = require("@smithy/signature-v4");
  const { Sha256 }: typeof import("@aws-crypto/sha256-js") = require("@aws-crypto/sha256-js");
  const region = process.env.AWS_REGION ?? "";
  const { AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_LAMBDA = AWS_ENDPOINT_URL } = process.env;
  const endpoint = new URL(AWS_ENDPOINT_URL_LAMBDA ?? `https://lambda.${region}.amazonaws.com`);
  return async (functionName: string, type: "Event" | "RequestResponse", event: unknown): Promise<Response> => {
    const { AWS_ACCESS_KEY_ID = "", AWS_SECRET_ACCESS_KEY = "", AWS_SESSION_TOKEN } = process.env;
    const signer = new SignatureV4({
      service: "lambda",
      region,
      sha256: Sha256,
      credentials: {
        accessKeyId: AWS_ACCESS_KEY_ID,
        secretAccessKey: AWS_SECRET_ACCESS_KEY,
        ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
      },
    });
    const body = JSON.stringify(event);
    const path = `/2015-03-31/functions/${encodeURIComponent(functionName)}/invocations`;
    const { headers } = await signer.sign({
      method: "POST",
      protocol: endpoint.protocol,
      hostname: endpoint.hostname,
      ...(endpoint.port && { port: Number(endpoint.port) }),
      path,
      query: {},
      headers: { host: endpoint.host, "content-type": "application/json", "x-amz-invocation-type": type },
      body,
    });
    return fetch(new URL(path, endpoint), { method: "POST", headers, body });
  };
};
