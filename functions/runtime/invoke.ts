/**
 * Invokes other functions by signed requests to the Lambda API: for one call, the SDK's client would double a bundle.
 * Source: AWS Lambda API Reference, "Invoke".
 */

/** Sends an event to a function, which takes it later; done when Lambda has accepted it. */
export type InvokeLater = (functionName: string, event: unknown) => Promise<void>;

/** Sends an event to a function and waits for its answer. */
export type CallFunction = (functionName: string, event: unknown) => Promise<unknown>;

/** Made once in each instance: connections are kept. `AWS_ENDPOINT_URL` names another endpoint than AWS's own. */
export const invoker = (): InvokeLater => {
  const send = sender("Event");
  return async (functionName, event) => {
    const response = await send(functionName, event);
    await response.arrayBuffer();
    if (response.status !== 202) throw refused(functionName, response);
  };
};

/** The same for calls that are waited for. What a function throws is thrown here: an error with its message. */
export const caller = (): CallFunction => {
  const send = sender("RequestResponse");
  return async (functionName, event) => {
    const response = await send(functionName, event);
    const text = await response.text();
    if (response.status !== 200) throw refused(functionName, response);
    const answer: unknown = text === "" ? null : JSON.parse(text);
    if (response.headers.get("x-amz-function-error") === null) return answer;
    const { errorMessage } = answer as { errorMessage?: string };
    throw new Error(`${functionName} failed: ${errorMessage}`);
  };
};

const refused = (functionName: string, { status }: Response) =>
  new Error(`Lambda answered ${status} to the invocation of ${functionName}.`);

/** Signs and sends invocations of one type. */
const sender = (invocationType: "Event" | "RequestResponse") => {
  const { SignatureV4 }: typeof import("@smithy/signature-v4") = require("@smithy/signature-v4");
  const { Sha256 }: typeof import("@aws-crypto/sha256-js") = require("@aws-crypto/sha256-js");
  const region = process.env.AWS_REGION ?? "";
  const endpoint = new URL(process.env.AWS_ENDPOINT_URL ?? `https://lambda.${region}.amazonaws.com`);
  return async (functionName: string, event: unknown): Promise<Response> => {
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
      headers: {
        host: endpoint.host,
        "content-type": "application/json",
        "x-amz-invocation-type": invocationType,
      },
      body,
    });
    return fetch(new URL(path, endpoint), { method: "POST", headers, body });
  };
};
