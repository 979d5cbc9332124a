import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { get as httpGet, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { SERVE_APP } from "../../../components/web-app/edge";
import type { CloudFront } from "../../../local/cloudfront";
import { behaviour, bucket, closeHosts, get, raw, startHost, statusOf } from "./host";

const SCRIPT = "const parts = [];\n".repeat(200);
const IMMUTABLE = "public, max-age=31536000, immutable";

describe("a bucket behind the local distribution", () => {
  let folder: string;
  let host: CloudFront;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "ahorro-cloudfront-"));
    await mkdir(join(folder, "dist", "assets"), { recursive: true });
    await writeFile(join(folder, "dist", "index.html"), "<!doctype html>\n<title>An app</title>\n");
    await writeFile(join(folder, "dist", "assets", "main-1.js"), SCRIPT);
    await writeFile(join(folder, "dist", ".env"), "SECRET=1");
    await writeFile(join(folder, "secret.txt"), "not of the app");
    const file = (path: string) => ({ file: join(folder, "dist", path) });
    const objects = {
      "index.html": { content: file("index.html"), contentType: "text/html; charset=utf-8", cacheControl: "no-cache" },
      "assets/main-1.js": {
        content: file("assets/main-1.js"),
        contentType: "text/javascript; charset=utf-8",
        cacheControl: IMMUTABLE,
      },
      "config.json": { content: { text: '{"api":"/api"}' }, contentType: "application/json" },
      "odd name é.txt": { content: { text: "odd" }, contentType: "text/plain" },
      "gone.txt": { content: file("gone.txt"), contentType: "text/plain" },
    };
    host = await startHost({
      behaviours: [behaviour(bucket(objects), { viewerRequest: { name: "serve-app", code: SERVE_APP } })],
    });
  });
  after(async () => {
    await closeHosts();
    await rm(folder, { recursive: true, force: true });
  });

  const fetchPath = (path: string, headers: Record<string, string> = {}, method = "GET") =>
    fetch(`${host.url}${path}`, { method, headers: { "accept-encoding": "identity", ...headers } });

  it("serves a file with its type, its caching and the tag that S3 gives it", async () => {
    const response = await fetchPath("/assets/main-1.js");
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("content-type"), "text/javascript; charset=utf-8");
    assert.equal(response.headers.get("cache-control"), IMMUTABLE);
    assert.equal(response.headers.get("etag"), `"${createHash("md5").update(SCRIPT).digest("hex")}"`);
    assert.equal(response.headers.get("content-length"), String(SCRIPT.length));
    assert.equal(response.headers.get("x-cache"), "Miss from cloudfront");
    assert.equal(await response.text(), SCRIPT);
  });

  it("serves the app at every place within it, with or without a query", async () => {
    for (const path of ["/", "/transactions/7?tab=all", "/join/abc-_", "/?list-type=2&prefix="]) {
      const response = await fetchPath(path);
      assert.equal(response.status, 200, path);
      assert.match(await response.text(), /An app/, path);
    }
  });

  it("says 404 of a file that is not there, never the app in its place", async () => {
    for (const path of ["/assets/main-0.css", "/favicon.ico", "/gone.txt", "/assets/.js"]) {
      const response = await fetchPath(path);
      assert.equal(response.status, 404, path);
      assert.match(await response.text(), /<Code>NoSuchKey<\/Code>/, path);
      assert.equal(response.headers.get("x-cache"), "Error from cloudfront");
    }
  });

  it("serves what the program made up, and names that need encoding", async () => {
    assert.deepEqual(await (await fetchPath("/config.json")).json(), { api: "/api" });
    assert.equal(await (await fetchPath("/odd%20name%20%C3%A9.txt")).text(), "odd");
  });

  it("serves what was built since, as what lies beside it", async () => {
    assert.equal((await fetchPath("/assets/main-2.js")).status, 404);
    await writeFile(join(folder, "dist", "assets", "main-2.js"), "export {};\n");
    const response = await fetchPath("/assets/main-2.js");
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("content-type"), "text/javascript; charset=utf-8");
    assert.equal(response.headers.get("cache-control"), IMMUTABLE);
    const before = (await fetchPath("/")).headers.get("etag");
    await writeFile(join(folder, "dist", "index.html"), "<!doctype html>\n<title>An app, newer</title>\n");
    const page = await fetchPath("/");
    assert.match(await page.text(), /newer/);
    assert.notEqual(page.headers.get("etag"), before);
    await writeFile(join(folder, "dist", "index.html"), "<!doctype html>\n<title>An app</title>\n");
  });

  for (const path of [
    "/../secret.txt",
    "/assets/../../secret.txt",
    "/assets/..%2f..%2fsecret.txt",
    "/..%2fsecret.txt",
    "/%2e%2e/secret.txt",
    "/%2e%2e%2fsecret.txt",
    "/..%5csecret.txt",
    "/..\\secret.txt",
    "//secret.txt",
    "/./secret.txt",
    "/.env",
    "/assets/%2e%2e/.env",
    "/index.html/../.env",
    "/secret.txt",
    "/secret.txt%00.html",
    "/assets/main-1.js%00.js",
    "/assets/main-1.js/.",
    "/%E0%A4%A.js",
    "/__proto__.js",
    "/constructor.js",
  ]) {
    it(`lets nothing else out at ${path}`, async () => {
      const answer = await get(host, path);
      assert.ok([400, 404].includes(statusOf(answer)), answer);
      assert.doesNotMatch(answer, /SECRET|not of the app|const parts/);
    });
  }

  for (const [name, decompress] of [
    ["br", brotliDecompressSync],
    ["gzip", gunzipSync],
  ] as const) {
    it(`compresses by ${name}, under a weak tag that conditions know`, async () => {
      // Unlike fetch, this leaves the body as it comes.
      const [response] = (await once(
        httpGet(`${host.url}/assets/main-1.js`, { headers: { "accept-encoding": name } }),
        "response",
      )) as [IncomingMessage];
      const parts: Buffer[] = [];
      for await (const part of response) parts.push(part);
      const bytes = Buffer.concat(parts);
      assert.equal(String(decompress(bytes)), SCRIPT);
      assert.ok(bytes.length < SCRIPT.length / 4);
      assert.equal(response.headers["content-length"], String(bytes.length));
      assert.equal(response.headers["content-encoding"], name);
      assert.equal(response.headers.vary, "Accept-Encoding");
      assert.equal(response.headers.etag, `W/"${createHash("md5").update(SCRIPT).digest("hex")}"`);
      assert.equal((await fetchPath("/assets/main-1.js", { "if-none-match": response.headers.etag })).status, 304);
    });
  }

  for (const [accepted, encoding] of [
    ["gzip, deflate, br", "br"],
    ["br;q=0, gzip", "gzip"],
    ["gzip;q=0", null],
    ["deflate, zstd", null],
    ["BR", "br"],
    ["", null],
  ] as const) {
    it(`chooses ${encoding ?? "no encoding"} of "${accepted}"`, async () => {
      const answer = await get(host, "/assets/main-1.js", `accept-encoding: ${accepted}\r\n`);
      assert.equal(/content-encoding: (\S+)/.exec(answer)?.[1] ?? null, encoding);
    });
  }

  it("does not compress what is tiny", async () => {
    assert.doesNotMatch(await get(host, "/config.json", "accept-encoding: br\r\n"), /content-encoding/);
  });

  it("sends no body again that the client has", async () => {
    const response = await fetchPath("/assets/main-1.js");
    const etag = response.headers.get("etag") ?? "";
    const modified = response.headers.get("last-modified") ?? "";
    const earlier = new Date(Date.parse(modified) - 1000).toUTCString();
    for (const [headers, status] of [
      [{ "if-none-match": etag }, 304],
      [{ "if-none-match": `"other", ${etag}` }, 304],
      [{ "if-none-match": "*" }, 304],
      [{ "if-none-match": '"other"' }, 200],
      [{ "if-none-match": '"other"', "if-modified-since": modified }, 200],
      [{ "if-modified-since": modified }, 304],
      [{ "if-modified-since": earlier }, 200],
      [{ "if-modified-since": "yesterday" }, 200],
      [{ "if-match": etag }, 200],
      [{ "if-match": '"other"' }, 412],
      [{ "if-unmodified-since": earlier }, 412],
    ] as [Record<string, string>, number][]) {
      const answer = await fetchPath("/assets/main-1.js", headers);
      assert.equal(answer.status, status, JSON.stringify(headers));
      if (status !== 304) continue;
      assert.equal(await answer.text(), "");
      assert.equal(answer.headers.get("etag"), etag);
      assert.equal(answer.headers.get("cache-control"), IMMUTABLE);
    }
  });

  it("sends the part that is asked for, uncompressed", async () => {
    const size = SCRIPT.length;
    for (const [range, status, contentRange, body] of [
      ["bytes=0-4", 206, `bytes 0-4/${size}`, "const"],
      ["bytes=-2", 206, `bytes ${size - 2}-${size - 1}/${size}`, ";\n"],
      [`bytes=${size - 1}-`, 206, `bytes ${size - 1}-${size - 1}/${size}`, "\n"],
      [`bytes=0-${size * 2}`, 206, `bytes 0-${size - 1}/${size}`, SCRIPT],
      [`bytes=${size}-`, 416, `bytes */${size}`, undefined],
      ["bytes=4-0", 200, null, SCRIPT],
      ["bytes=0-1,3-4", 200, null, SCRIPT],
      ["lines=1-2", 200, null, SCRIPT],
    ] as const) {
      const response = await fetchPath("/assets/main-1.js", { range, "accept-encoding": "gzip" });
      assert.equal(response.status, status, range);
      assert.equal(response.headers.get("content-range"), contentRange, range);
      if (body !== undefined) assert.equal(await response.text(), body, range);
    }
    const outdated = await fetchPath("/assets/main-1.js", { range: "bytes=0-4", "if-range": '"other"' });
    assert.equal(outdated.status, 200);
  });

  it("answers HEAD as GET, without the body", async () => {
    const [head, whole] = await Promise.all([fetchPath("/", {}, "HEAD"), fetchPath("/")]);
    assert.equal(await head.text(), "");
    for (const name of ["content-length", "content-type", "etag", "cache-control"]) {
      assert.equal(head.headers.get(name), whole.headers.get(name), name);
    }
  });

  for (const method of ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "TRACE"]) {
    it(`refuses ${method} as CloudFront does`, async () => {
      const answer = await raw(host, `${method} / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
      assert.equal(statusOf(answer), 403);
      assert.match(answer, /not configured to allow the HTTP request method/);
    });
  }

  it("refuses a GET with a body, what is too long, and what is no request, and goes on", async () => {
    const body = await raw(host, "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}");
    assert.equal(statusOf(body), 403);
    assert.equal(statusOf(await get(host, `/${"a".repeat(8_192)}`)), 414);
    assert.equal(statusOf(await get(host, "http://127.0.0.1/")), 400);
    assert.equal(statusOf(await get(host, "*")), 400);
    assert.equal(statusOf(await raw(host, "nonsense\r\n\r\n")), 400);
    assert.equal(statusOf(await get(host, "/", `x-long: ${"a".repeat(40_000)}\r\n`)), 431);
    assert.equal((await fetchPath("/")).status, 200);
  });

  it("that the distribution may not read is closed; that it may not list does not tell what is missing", async () => {
    const objects = { "index.html": { content: { text: "app" }, contentType: "text/html" } };
    for (const [rights, found, missing] of [
      [{ readable: false, listable: false }, 403, 403],
      [{ readable: true, listable: false }, 200, 403],
    ] as const) {
      const other = await startHost({ behaviours: [behaviour({ ...bucket(objects), ...rights })] });
      assert.equal((await fetch(other.url)).status, found);
      assert.equal((await fetch(`${other.url}/x.js`)).status, missing);
    }
  });
});
