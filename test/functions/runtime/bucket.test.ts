import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { connectBucket, type Objects } from "../../../functions/runtime/bucket";
import { problem, problemOf } from "../../../functions/runtime/problem";
import { CREDENTIALS } from "../../../local/lambda/environment";
import { BUCKET, type RunningS3, runningS3 } from "../../local/services/s3/support";

const MiB = 2 ** 20;
const ZIP = { type: "application/zip", name: "some.zip" };

describe("A bucket, as functions use it", () => {
  let running: RunningS3;
  let bucket: Objects;
  const environment = { ...process.env };
  before(async () => {
    running = await runningS3();
    Object.assign(process.env, CREDENTIALS, { AWS_REGION: "eu-west-1", AWS_ENDPOINT_URL_S3: running.endpoint });
    bucket = connectBucket(BUCKET);
    await bucket.keys(""); // the client reads the environment when it is first used
  });
  after(async () => {
    for (const name of [...Object.keys(CREDENTIALS), "AWS_REGION", "AWS_ENDPOINT_URL_S3"]) {
      if (environment[name] === undefined) delete process.env[name];
      else process.env[name] = environment[name];
    }
    await running.stop();
  });

  const fetched = async (key: string) => fetch(await bucket.link(key, 60));

  it("takes what is large part by part, and links lead to it as a file", async () => {
    const parts = Array.from({ length: 12 }, () => randomBytes(MiB));
    const come = async function* () {
      yield* parts;
    };
    await bucket.write("large", come(), ZIP);
    const response = await fetched("large");
    assert.ok(Buffer.from(await response.arrayBuffer()).equals(Buffer.concat(parts)));
    assert.equal(response.headers.get("content-type"), "application/zip");
    assert.equal(response.headers.get("content-disposition"), 'attachment; filename="some.zip"');
    assert.equal(response.headers.get("cache-control"), "no-store");
  });

  it("takes text, and what is empty", async () => {
    for (const [key, texts] of Object.entries({ text: ["ñ", "", "🥖"], empty: [] })) {
      const come = async function* () {
        yield* texts;
      };
      await bucket.write(key, come(), ZIP);
      assert.equal(await (await fetched(key)).text(), texts.join(""));
    }
  });

  for (const size of [1, 12]) {
    it(`keeps nothing of what is broken off after ${size} MB, and fails with what broke it off`, async () => {
      const come = async function* () {
        for (let part = 0; part < size; part += 1) yield randomBytes(MiB);
        throw problem(422, "export_too_large", "Too much.");
      };
      await assert.rejects(bucket.write("broken", come(), ZIP), (error) => {
        assert.equal(problemOf(error)?.code, "export_too_large");
        return true;
      });
      assert.equal(await bucket.read("broken"), undefined);
      const uploads = await readdir(join(running.folder, "s3", ".uploads")).catch(() => []);
      assert.deepEqual(uploads, []);
    });
  }

  it("replaces a small object only if it is as it was read", async () => {
    assert.equal(await bucket.read("small"), undefined);
    assert.equal(await bucket.replace("small", "none yet", '"of-another"'), false);
    assert.equal(await bucket.replace("small", "first", null), true);
    assert.equal(await bucket.replace("small", "second", null), false);
    const first = await bucket.read("small");
    assert.equal(first?.text, "first");
    assert.equal(await bucket.replace("small", "second", first?.etag), true);
    assert.equal(await bucket.replace("small", "third", first?.etag), false);
    assert.equal((await bucket.read("small"))?.text, "second");
    assert.equal(await bucket.replace("small", "whatever it is"), true);
  });

  it("is written by one of several who found nothing", async () => {
    const wins = await Promise.all(Array.from({ length: 5 }, (_, n) => bucket.replace("race", String(n), null)));
    assert.equal(wins.filter(Boolean).length, 1);
  });

  it("lists what begins alike, and forgets what is deleted", async () => {
    for (const key of ["a/1", "a/2", "b/1"]) await bucket.replace(key, key);
    assert.deepEqual(await bucket.keys("a/"), ["a/1", "a/2"]);
    await bucket.delete("a/1");
    assert.deepEqual(await bucket.keys("a/"), ["a/2"]);
    assert.equal((await fetched("a/1")).status, 404);
  });
});
