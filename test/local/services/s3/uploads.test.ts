import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { BUCKET, type RunningS3, runningS3 } from "./support";

const MiB = 2 ** 20;

describe("Multipart uploads to the local S3", () => {
  let running: RunningS3;
  let client: S3Client;
  before(async () => {
    running = await runningS3();
    client = running.client();
  });
  after(() => running.stop());

  const read = async (Key: string) => {
    const { Body, ...object } = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
    return { ...object, content: Buffer.from((await Body?.transformToByteArray()) ?? []) };
  };
  const begin = async (Key: string) =>
    (await client.send(new CreateMultipartUploadCommand({ Bucket: BUCKET, Key }))).UploadId ?? "";
  const upload = async (Key: string, UploadId: string, PartNumber: number, Body: Buffer) => {
    const part = await client.send(new UploadPartCommand({ Bucket: BUCKET, Key, UploadId, PartNumber, Body }));
    return { PartNumber, ETag: part.ETag };
  };
  const complete = (Key: string, UploadId: string, Parts: { PartNumber: number; ETag: string | undefined }[]) =>
    client.send(new CompleteMultipartUploadCommand({ Bucket: BUCKET, Key, UploadId, MultipartUpload: { Parts } }));
  const left = () => readdir(join(running.folder, "s3", ".uploads"));

  it("are made by lib-storage of a stream of unknown length", async () => {
    const chunks = Array.from({ length: 13 }, () => randomBytes(MiB));
    const params = { Bucket: BUCKET, Key: "stream", Body: Readable.from(chunks), ContentType: "text/csv" };
    await new Upload({ client, params, queueSize: 2, partSize: 5 * MiB }).done();
    const { content, ETag, ContentType } = await read("stream");
    assert.ok(content.equals(Buffer.concat(chunks)));
    assert.equal(ContentType, "text/csv");
    const whole = createHash("md5");
    for (const [start, end] of [
      [0, 5],
      [5, 10],
      [10, 13],
    ]) {
      whole.update(
        createHash("md5")
          .update(Buffer.concat(chunks.slice(start, end)))
          .digest(),
      );
    }
    assert.equal(ETag, `"${whole.digest("hex")}-3"`);
    assert.deepEqual(await left(), []);
  });

  it("take parts in any order, again, and those that are listed", async () => {
    const id = await begin("parts");
    const [a, b, c] = [randomBytes(5 * MiB), randomBytes(5 * MiB), randomBytes(7)];
    const third = await upload("parts", id, 3, c);
    await upload("parts", id, 1, b);
    const first = await upload("parts", id, 1, a);
    await upload("parts", id, 2, b);
    await complete("parts", id, [first, third]);
    assert.ok((await read("parts")).content.equals(Buffer.concat([a, c])));
  });

  it("are refused with what does not fit, and are still there then", async () => {
    const id = await begin("refused");
    const small = await upload("refused", id, 1, Buffer.from("small"));
    const last = await upload("refused", id, 2, Buffer.from("last"));
    await assert.rejects(complete("refused", id, [small, last]), { name: "EntityTooSmall" });
    await assert.rejects(complete("refused", id, [last, small]), { name: "InvalidPartOrder" });
    await assert.rejects(complete("refused", id, [{ PartNumber: 1, ETag: '"other"' }]), { name: "InvalidPart" });
    await assert.rejects(complete("refused", id, []), { name: "MalformedXML" });
    await assert.rejects(complete("other", id, [small]), { name: "NoSuchUpload" });
    await assert.rejects(upload("refused", "../../x", 1, Buffer.from("x")), { name: "NoSuchUpload" });
    await assert.rejects(upload("refused", id, 10_001, Buffer.from("x")), { name: "InvalidArgument" });
    await complete("refused", id, [last]);
    assert.equal((await read("refused")).content.toString(), "last");
  });

  it("leave nothing when they are aborted, or not completed within a day", async () => {
    const id = await begin("aborted");
    await upload("aborted", id, 1, Buffer.from("x"));
    await client.send(new AbortMultipartUploadCommand({ Bucket: BUCKET, Key: "aborted", UploadId: id }));
    await assert.rejects(upload("aborted", id, 1, Buffer.from("x")), { name: "NoSuchUpload" });
    await begin("forgotten");
    await running.s3.expire(new Date(Date.now() + 25 * 3_600_000));
    assert.deepEqual(await left(), []);
    await assert.rejects(read("aborted"), { name: "NoSuchKey" });
  });
});
