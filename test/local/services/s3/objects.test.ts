import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type PutObjectCommandInput,
  PutObjectTaggingCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import fc from "fast-check";
import { pathOf } from "../../../../local/services/s3/objects";
import { BUCKET, type RunningS3, runningS3 } from "./support";

/** Objects and lists, through AWS's own client. */
describe("The local S3", () => {
  let running: RunningS3;
  let client: S3Client;
  before(async () => {
    running = await runningS3({ corsOrigins: ["https://app.example"] });
    client = running.client();
  });
  after(() => running.stop());

  const put = (
    Key: string,
    Body: NonNullable<PutObjectCommandInput["Body"]>,
    more: Partial<PutObjectCommandInput> = {},
  ) => client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body, ...more }));
  const get = (Key: string, more: object = {}) => client.send(new GetObjectCommand({ Bucket: BUCKET, Key, ...more }));
  const textOf = async (Key: string, more: object = {}) => (await get(Key, more)).Body?.transformToString();
  const list = (more: object = {}) => client.send(new ListObjectsV2Command({ Bucket: BUCKET, ...more }));
  const md5 = (content: string | Buffer) => `"${createHash("md5").update(content).digest("hex")}"`;

  it("gives back what was put, with what was said of it, and as a plain file under its key", async () => {
    const written = await put("a/b c/ñ.csv", "content", {
      ContentType: "text/csv; charset=utf-8",
      ContentDisposition: 'attachment; filename="n.csv"',
      CacheControl: "no-store",
      Metadata: { owner: "ana" },
    });
    assert.equal(written.ETag, md5("content"));
    const read = await get("a/b c/ñ.csv", { ChecksumMode: "ENABLED" });
    assert.equal(await read.Body?.transformToString(), "content");
    assert.equal(read.ContentType, "text/csv; charset=utf-8");
    assert.equal(read.ContentDisposition, 'attachment; filename="n.csv"');
    assert.equal(read.CacheControl, "no-store");
    assert.deepEqual(read.Metadata, { owner: "ana" });
    assert.equal(read.ChecksumCRC32, written.ChecksumCRC32);
    assert.ok(written.ChecksumCRC32);
    const head = await client.send(new HeadObjectCommand({ Bucket: BUCKET, Key: "a/b c/ñ.csv" }));
    assert.deepEqual([head.ContentLength, head.ETag], [7, md5("content")]);
    assert.ok(Math.abs((head.LastModified?.getTime() ?? 0) - Date.now()) < 60_000);
    assert.equal(await readFile(join(running.folder, "s3", BUCKET, "a", "b c", "ñ.csv"), "utf8"), "content");
  });

  it("takes streams, whose checksum comes behind them, empty objects and large ones", async () => {
    const large = randomBytes(9 * 2 ** 20 + 17);
    await put("large", Readable.from([large.subarray(0, 70_000), large.subarray(70_000)]), {
      ContentLength: large.length,
    });
    const body = await (await get("large")).Body?.transformToByteArray();
    assert.ok(large.equals(body ?? Buffer.alloc(0)));
    await put("empty", "");
    const empty = await get("empty");
    assert.deepEqual([empty.ContentLength, await empty.Body?.transformToString()], [0, ""]);
  });

  it("is addressed by host as well as by path", async () => {
    const byHost = running.client({ endpoint: `http://localhost:${running.port}`, forcePathStyle: false });
    const sent: string[] = [];
    byHost.middlewareStack.add(
      (next) => (args) => {
        sent.push((args.request as { hostname: string }).hostname);
        (args.request as { hostname: string }).hostname = "127.0.0.1"; // names below localhost need not resolve
        return next(args);
      },
      { step: "finalizeRequest", priority: "low" },
    );
    await byHost.send(new PutObjectCommand({ Bucket: BUCKET, Key: "by/host", Body: "x" }));
    assert.deepEqual(sent, [`${BUCKET}.localhost`]);
    assert.equal(await textOf("by/host"), "x");
  });

  it("overwrites and deletes; deleting again is harmless", async () => {
    await put("gone/soon", "one");
    await put("gone/soon", "two");
    assert.equal(await textOf("gone/soon"), "two");
    const remove = () => client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: "gone/soon" }));
    await remove();
    await assert.rejects(get("gone/soon"), { name: "NoSuchKey" });
    await assert.rejects(client.send(new HeadObjectCommand({ Bucket: BUCKET, Key: "gone/soon" })), {
      name: "NotFound",
    });
    await remove();
    assert.ok(!(await readdir(join(running.folder, "s3", BUCKET))).includes("gone"));
  });

  const RANGES: [range: string, status: number, text: string, contentRange?: string][] = [
    ["bytes=0-0", 206, "0", "bytes 0-0/10"],
    ["bytes=2-4", 206, "234", "bytes 2-4/10"],
    ["bytes=7-", 206, "789", "bytes 7-9/10"],
    ["bytes=-3", 206, "789", "bytes 7-9/10"],
    ["bytes=-30", 206, "0123456789", "bytes 0-9/10"],
    ["bytes=8-99", 206, "89", "bytes 8-9/10"],
    ["bytes=4-2", 200, "0123456789"],
    ["bytes=1-2,4-5", 200, "0123456789"],
    ["lines=1-2", 200, "0123456789"],
  ];
  for (const [Range, status, text, contentRange] of RANGES) {
    it(`answers the range ${Range}`, async () => {
      await put("range", "0123456789");
      const read = await get("range", { Range });
      assert.equal(read.$metadata.httpStatusCode, status);
      assert.equal(await read.Body?.transformToString(), text);
      assert.equal(read.ContentRange, contentRange);
    });
  }

  it("refuses ranges beyond the end", async () => {
    await put("range", "0123456789");
    await assert.rejects(get("range", { Range: "bytes=10-" }), { name: "InvalidRange" });
    await assert.rejects(get("range", { Range: "bytes=-0" }), { name: "InvalidRange" });
  });

  it("reads on conditions", async () => {
    const { ETag } = await put("conditions", "x");
    assert.equal(await textOf("conditions", { IfMatch: ETag }), "x");
    await assert.rejects(get("conditions", { IfMatch: '"other"' }), { name: "PreconditionFailed" });
    await assert.rejects(
      get("conditions", { IfNoneMatch: ETag }),
      (error: { $metadata: { httpStatusCode: number } }) => {
        assert.equal(error.$metadata.httpStatusCode, 304);
        return true;
      },
    );
    const later = new Date(Date.now() + 5_000);
    await assert.rejects(get("conditions", { IfModifiedSince: later }), { name: /304|NotModified|Unknown/ });
    await assert.rejects(get("conditions", { IfUnmodifiedSince: new Date(0) }), { name: "PreconditionFailed" });
  });

  it("writes on conditions, of many at once one", async () => {
    const first = (text: string) => put("once", text, { IfNoneMatch: "*" });
    const outcomes = await Promise.allSettled(["a", "b", "c", "d"].map(first));
    assert.equal(outcomes.filter(({ status }) => status === "fulfilled").length, 1);
    for (const outcome of outcomes)
      if (outcome.status === "rejected") assert.equal(outcome.reason.name, "PreconditionFailed");
    const { ETag } = await get("once");
    await assert.rejects(put("once", "z", { IfMatch: '"other"' }), { name: "PreconditionFailed" });
    await put("once", "z", { IfMatch: ETag });
    assert.equal(await textOf("once"), "z");
    await assert.rejects(put("never", "z", { IfMatch: ETag }), { name: "NoSuchKey" });
  });

  it("lists in the order of bytes, page by page", async () => {
    const keys = ["list/", "list/Z", "list/a", "list/a-b", "list/z/1", "list/z/2", "list/é", "list/𝄞"];
    for (const key of keys) await put(key, key);
    const seen: (string | undefined)[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await list({ Prefix: "list/", MaxKeys: 3, ContinuationToken });
      assert.equal(page.KeyCount, page.Contents?.length);
      seen.push(...(page.Contents ?? []).map(({ Key }) => Key));
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    assert.deepEqual(seen, keys);
    const [first] = (await list({ Prefix: "list/Z" })).Contents ?? [];
    assert.deepEqual([first?.Size, first?.ETag, first?.StorageClass], [6, md5("list/Z"), "STANDARD"]);
    assert.deepEqual((await list({ Prefix: "nothing" })).KeyCount, 0);
    const after = await list({ Prefix: "list/", StartAfter: "list/z/2" });
    assert.deepEqual(
      after.Contents?.map(({ Key }) => Key),
      ["list/é", "list/𝄞"],
    );
  });

  it("lists folders by a delimiter, over pages too", async () => {
    for (const key of ["tree/a/1", "tree/a/2", "tree/b", "tree/c/d/1", "tree/e"]) await put(key, "x");
    const names = async (MaxKeys: number) => {
      const found: string[] = [];
      let ContinuationToken: string | undefined;
      do {
        const page = await list({ Prefix: "tree/", Delimiter: "/", MaxKeys, ContinuationToken });
        found.push(...(page.CommonPrefixes ?? []).map(({ Prefix }) => `${Prefix} (folder)`));
        found.push(...(page.Contents ?? []).map(({ Key }) => `${Key}`));
        ContinuationToken = page.NextContinuationToken;
      } while (ContinuationToken !== undefined);
      return found.sort();
    };
    const expected = ["tree/a/ (folder)", "tree/b", "tree/c/ (folder)", "tree/e"];
    assert.deepEqual(await names(1000), expected);
    assert.deepEqual(await names(1), expected);
  });

  it("takes files that others put into its folder for objects", async () => {
    const folder = join(running.folder, "s3", BUCKET, "lake", "day=2026-11-25");
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "1.json"), "{}");
    const key = "lake/day=2026-11-25/1.json";
    assert.deepEqual(
      (await list({ Prefix: "lake/" })).Contents?.map(({ Key }) => Key),
      [key],
    );
    assert.equal((await get(key)).ETag, md5("{}"));
    await put(key, "[1]", { ContentType: "application/json" });
    assert.equal((await get(key)).ContentType, "application/json");
    await writeFile(join(folder, "1.json"), "[2]");
    assert.deepEqual([(await get(key)).ETag, (await get(key)).ContentType], [md5("[2]"), "binary/octet-stream"]);
  });

  it("never leaves its folder, whatever the key is", async () => {
    for (const key of [
      "../../escaped",
      "..",
      "./x",
      "a//b",
      "/abs",
      "a/../b",
      "c:\\d",
      "nul\u0001",
      "100%",
      "%2E%2E/x",
    ]) {
      await put(key, key);
      assert.equal(await textOf(key), key);
      const found = await list({ Prefix: key, EncodingType: "url" });
      assert.ok(
        found.Contents?.some(({ Key }) => Key !== undefined && decodeURIComponent(Key) === key),
        key,
      );
      await client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: key }));
    }
    assert.deepEqual((await readdir(running.folder)).sort(), ["s3"]);
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }), (key) => {
        const path = pathOf(key);
        assert.ok(!path.startsWith("/") && !path.split("/").some((part) => part === ".." || part === "."), path);
      }),
    );
  });

  it("refuses what the body does not bear out, and keeps nothing of it", async () => {
    const send = (headers: Record<string, string>, body: string) =>
      new Promise<string>((resolve, reject) => {
        const authorization = "AWS4-HMAC-SHA256 Credential=x/20260101/eu-west-1/s3/aws4_request, Signature=x";
        const options = {
          method: "PUT",
          port: running.port,
          path: `/${BUCKET}/bad`,
          headers: { authorization, ...headers },
        };
        const sent = request({ host: "127.0.0.1", ...options }, async (response) => {
          resolve(`${response.statusCode} ${(await response.toArray()).join("")}`);
        });
        sent.on("error", reject);
        sent.end(body);
      });
    const cases: [headers: Record<string, string>, body: string, expected: RegExp][] = [
      [{ "x-amz-checksum-crc32": "AAAAAA==" }, "x", /^400 .*<Code>BadDigest</s],
      [{ "content-md5": "AAAA" }, "x", /^400 .*<Code>BadDigest</s],
      [{ "x-amz-content-sha256": "0".repeat(64) }, "x", /^400 .*<Code>XAmzContentSHA256Mismatch</s],
      [{ "x-amz-checksum-crc64nvme": "AAAA" }, "x", /^501 .*<Code>NotImplemented</s],
      [{ "transfer-encoding": "chunked" }, "x", /^411 .*<Code>MissingContentLength</s],
      [
        { "content-encoding": "aws-chunked", "x-amz-decoded-content-length": "3" },
        "3\r\nabc\r\n",
        /^400 .*IncompleteBody/s,
      ],
      [
        { "content-encoding": "aws-chunked", "x-amz-decoded-content-length": "9" },
        "3\r\nabc\r\n0\r\n\r\n",
        /^400 .*IncompleteBody/s,
      ],
      [
        { "content-encoding": "aws-chunked", "x-amz-decoded-content-length": "3" },
        "zz\r\nabc\r\n0\r\n\r\n",
        /^400 .*malformed/s,
      ],
      [
        {
          "content-encoding": "aws-chunked",
          "x-amz-decoded-content-length": "3",
          "x-amz-trailer": "x-amz-checksum-crc32",
        },
        "3\r\nabc\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n",
        /^400 .*BadDigest/s,
      ],
    ];
    for (const [headers, body, expected] of cases) assert.match(await send(headers, body), expected);
    await assert.rejects(get("bad"), { name: "NoSuchKey" });
    assert.deepEqual(await readdir(join(running.folder, "s3", ".incoming")), []);
  });

  it("refuses what is not declared, and by name what is not emulated", async () => {
    await assert.rejects(client.send(new GetObjectCommand({ Bucket: "other", Key: "x" })), { name: "NoSuchBucket" });
    await client.send(new HeadBucketCommand({ Bucket: BUCKET }));
    const unknown = [
      new CopyObjectCommand({ Bucket: BUCKET, Key: "x", CopySource: `${BUCKET}/y` }),
      new PutObjectTaggingCommand({ Bucket: BUCKET, Key: "x", Tagging: { TagSet: [] } }),
      new ListObjectsCommand({ Bucket: BUCKET }),
      new PutObjectCommand({ Bucket: BUCKET, Key: "x", ACL: "public-read" }),
    ];
    for (const command of unknown) {
      await assert.rejects(client.send(command as PutObjectCommand), { name: "NotImplemented" });
    }
    await put("file", "x");
    await assert.rejects(put("file/below", "x"), { name: "NotImplemented", message: /folder of another key/ });
    await put("folder/below", "x");
    await assert.rejects(put("folder", "x"), { name: "NotImplemented", message: /folder of another key/ });
    assert.deepEqual(running.logged, []);
  });

  it("lets nobody in without a signature, and lets pages of declared origins read", async () => {
    const response = await fetch(`${running.endpoint}/${BUCKET}/x`, { headers: { origin: "https://app.example" } });
    assert.deepEqual([response.status, response.headers.get("content-type")], [403, "application/xml"]);
    assert.match(await response.text(), /<Code>AccessDenied</);
    assert.equal(response.headers.get("access-control-allow-origin"), "https://app.example");
    const other = await fetch(`${running.endpoint}/${BUCKET}/x`, { headers: { origin: "https://evil.example" } });
    assert.equal(other.headers.get("access-control-allow-origin"), null);
  });

  it("keeps objects over a restart, and forgets half an upload", async () => {
    const folder = await mkdtemp(join(tmpdir(), "ahorro-s3-"));
    try {
      const first = await runningS3({}, folder);
      const written = await first
        .client()
        .send(new PutObjectCommand({ Bucket: BUCKET, Key: "kept", Body: "x", ContentType: "text/plain" }));
      await first.stop();
      await writeFile(join(folder, "s3", ".incoming", "half"), "…");
      const second = await runningS3({}, folder);
      const read = await second.client().send(new GetObjectCommand({ Bucket: BUCKET, Key: "kept" }));
      assert.deepEqual([read.ETag, read.ContentType], [written.ETag, "text/plain"]);
      await second.stop();
      assert.deepEqual(await readdir(join(folder, "s3")), [".meta", BUCKET]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it("deletes what has expired, by the declared rules", async () => {
    const expiring = await runningS3({ expirations: [{ prefix: "short/", days: 1 }] });
    try {
      const other = expiring.client();
      for (const Key of ["short/a", "long/a"])
        await other.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: "x" }));
      const left = async () =>
        (await other.send(new ListObjectsV2Command({ Bucket: BUCKET }))).Contents?.map(({ Key }) => Key);
      await expiring.s3.expire(new Date(Date.now() + 23 * 3_600_000));
      assert.deepEqual(await left(), ["long/a", "short/a"]);
      await expiring.s3.expire(new Date(Date.now() + 25 * 3_600_000));
      assert.deepEqual(await left(), ["long/a"]);
    } finally {
      await expiring.stop();
    }
  });
});
