import assert from "node:assert/strict";
import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { GetObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { verifyPresigned } from "../../../../local/services/s3/presigned";
import { addressed } from "../../../../local/services/s3/request";
import { BUCKET, type RunningS3, runningS3 } from "./support";

describe("Presigned links of the local S3", () => {
  let running: RunningS3;
  let client: S3Client;
  before(async () => {
    running = await runningS3();
    client = running.client();
    await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: KEY, Body: "content", ContentType: "text/csv" }));
  });
  after(() => running.stop());

  const KEY = "links/a b(1)/ñ+ü.csv";
  const link = (more: { expiresIn?: number; signingDate?: Date } = {}, command: object = {}) =>
    getSignedUrl(client, new GetObjectCommand({ Bucket: BUCKET, Key: KEY, ...command }), { expiresIn: 60, ...more });
  const codeOf = (text: string) => /<Code>(\w+)</.exec(text)?.[1];
  const outcome = async (url: string, init: RequestInit = {}) => {
    const response = await fetch(url, init);
    const text = await response.text();
    return [response.status, codeOf(text) ?? text];
  };

  it("read, with a range and with the headers that they were signed for", async () => {
    const url = await link({}, { ResponseContentDisposition: 'attachment; filename="x y.csv"' });
    const response = await fetch(url);
    assert.deepEqual([response.status, await response.text()], [200, "content"]);
    assert.equal(response.headers.get("content-disposition"), 'attachment; filename="x y.csv"');
    assert.equal(response.headers.get("content-type"), "text/csv");
    const part = await fetch(url, { headers: { range: "bytes=1-3" } });
    assert.deepEqual([part.status, await part.text()], [206, "ont"]);
  });

  it("write", async () => {
    const command = new PutObjectCommand({ Bucket: BUCKET, Key: "links/put", ContentType: "text/plain" });
    const url = await getSignedUrl(client, command, { expiresIn: 60 });
    assert.deepEqual(await outcome(url, { method: "PUT", body: "put by link" }), [200, ""]);
    assert.deepEqual(await outcome(await link({}, { Key: "links/put" })), [200, "put by link"]);
  });

  it("are good for what was signed only", async () => {
    const url = await link();
    const forged = (change: (url: URL) => void) => {
      const changed = new URL(url);
      change(changed);
      return outcome(changed.href);
    };
    const mismatch = [403, "SignatureDoesNotMatch"];
    assert.deepEqual(await outcome(url, { method: "PUT", body: "x" }), mismatch);
    assert.deepEqual(
      await forged((changed) => {
        changed.pathname = `/${BUCKET}/links/put`;
      }),
      mismatch,
    );
    assert.deepEqual(await forged((changed) => changed.searchParams.set("X-Amz-Expires", "600")), mismatch);
    assert.deepEqual(await forged((changed) => changed.searchParams.set("X-Amz-Signature", "0".repeat(64))), mismatch);
    assert.deepEqual(
      await forged((changed) => changed.searchParams.append("response-content-type", "text/html")),
      mismatch,
    );
    assert.deepEqual(
      await forged((changed) =>
        changed.searchParams.set(
          "X-Amz-Credential",
          changed.searchParams.get("X-Amz-Credential")?.replace("local", "other") ?? "",
        ),
      ),
      [403, "InvalidAccessKeyId"],
    );
    assert.deepEqual(await forged((changed) => changed.searchParams.set("X-Amz-Signature", "no")), [
      400,
      "AuthorizationQueryParametersError",
    ]);
    assert.deepEqual(await forged((changed) => changed.searchParams.set("X-Amz-Expires", "604801")), [
      400,
      "AuthorizationQueryParametersError",
    ]);
    assert.deepEqual(await forged((changed) => changed.searchParams.delete("X-Amz-Date")), [
      400,
      "AuthorizationQueryParametersError",
    ]);
    assert.deepEqual(await outcome(url, { headers: { "x-amz-meta-a": "b" } }), [403, "AccessDenied"]);
    assert.deepEqual(await outcome(url, { headers: { authorization: "Bearer x" } }), [400, "InvalidArgument"]);
    const thief = running.client({ credentials: { accessKeyId: "local", secretAccessKey: "guessed" } });
    const guessed = await getSignedUrl(thief, new GetObjectCommand({ Bucket: BUCKET, Key: KEY }), { expiresIn: 60 });
    assert.deepEqual(await outcome(guessed), mismatch);
  });

  it("expire, and are not valid before they were signed", async () => {
    const ago = (seconds: number) => new Date(Date.now() - seconds * 1000);
    assert.deepEqual(await outcome(await link({ signingDate: ago(55) })), [200, "content"]);
    assert.deepEqual(await outcome(await link({ signingDate: ago(62) })), [403, "AccessDenied"]);
    assert.deepEqual(await outcome(await link({ signingDate: ago(-16 * 60) })), [403, "AccessDenied"]);
  });

  it("are verified as in AWS's own example", () => {
    // "Authenticating requests: using query parameters (AWS Signature Version 4)", Amazon S3 API Reference.
    const message = new IncomingMessage(new Socket());
    const signature = "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
    message.method = "GET";
    message.url =
      "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request" +
      `&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=${signature}`;
    message.headers.host = "examplebucket.s3.amazonaws.com";
    const request = addressed(message, new Set(["examplebucket"]));
    assert.deepEqual([request.bucket, request.key], ["examplebucket", "test.txt"]);
    const secrets = { AKIAIOSFODNN7EXAMPLE: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" };
    const day = Date.parse("2013-05-24T00:00:00Z");
    verifyPresigned(request, secrets, day + 3_600_000);
    assert.throws(() => verifyPresigned(request, secrets, day + 86_401_000), /has expired/);
    assert.throws(() => verifyPresigned({ ...request, method: "PUT" }, secrets, day), /does not match/);
  });
});
