/**
 * Invokes other functions by signed requests to the Lambda API: for one call, the SDK's client would double a bundle.
 * Source: AWS Lambda API Reference, "Invoke".
 */

/** Sends an event to a function, which takes it later; done when Lambda has accepted it. */
export type InvokeLater = (functionName: string, event: unknown) => Promise<void>;

/** Made once in each instance: connections are kept. `AWS_ENDPOINT_URL` names another endpoint than AWS's own. */
export const invoker = (): InvokeLater => {
  const { SignatureV4 }: typeof import("@smithy/signature-v4") = require("@smithy/signature-v4");
  const { Sha256 }: typeof import("@aws-crypto/sha256-js") = require("@aws-crypto/sha256-js");
  const region = process.env.AWS_REGION ?? "";
  const endpoint = new URL(process.env.AWS_ENDPOINT_URL ?? `https://lambda.${region}.amazonaws.com`);
  return async (functionName, event) => {
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
      headers: { host: endpoint.host, "content-type": "application/json", "x-amz-invocation-type": "Event" },
      body,
    });
    const response = await fetch(new URL(path, endpoint), { method: "POST", headers, body });
    await response.arrayBuffer();
    if (response.status !== 202)
      throw new Error(`Lambda answered ${response.status} to the invocation of ${functionName}.`);
  };
};
