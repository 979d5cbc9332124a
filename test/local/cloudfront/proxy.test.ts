import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer } from "node:net";
import { STRIP_API_PREFIX } from "../../../components/web-app/edge";
import type { CloudFront } from "../../../local/cloudfront";
import type { CloudFrontLogEntry } from "../../../local/cloudfront/types";
import { behaviour, bucket, closeHosts, get, raw, startHost, statusOf } from "./host";

/** A request as the API saw it. */
interface Seen {
  method: string;
  url: string;
  body: string;
  headers: Record<string, string>;
}

describe("an API behind the local distribution", () => {
  const logged: CloudFrontLogEntry[] = [];
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let api: Server;
  let apiHost: string;
  let host: CloudFront;
  const distribute = (url: string, readTimeoutMs = 5_000) =>
    startHost({
      behaviours: [
        behaviour(
          { kind: "http", url, readTimeoutMs, headers: { "x-key": "of the distribution" } },
          {
            pattern: "/api/*",
            compress: false,
            viewerRequest: { name: "strip", code: STRIP_API_PREFIX },
            headers: [
              { name: "x-content-type-options", value: "nosniff", override: true },
              { name: "cache-control", value: "no-store", override: false },
              { name: "server", value: "hidden", override: true },
            ],
          },
        ),
        behaviour(bucket({ "index.html": { content: { text: "app" }, contentType: "text/html" } })),
      ],
      log: (entry) => logged.push(entry),
    });

  before(async () => {
    api = createServer((request, response) => answer(request, response)).listen(0, "127.0.0.1");
    await once(api, "listening");
    apiHost = `127.0.0.1:${(api.address() as AddressInfo).port}`;
    host = await distribute(`http://${apiHost}`);
  });
  after(async () => {
    await closeHosts();
    api.closeAllConnections();
    api.close();
  });
  beforeEach(() => {
    logged.length = 0;
  });

  /** Has the API answer with the request as it saw it. */
  const echo = () => {
    answer = async (request, response) => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part);
      const { method, url, headers } = request;
      response.end(JSON.stringify({ method, url, headers, body: String(Buffer.concat(parts)) }));
    };
  };

  it("is asked for the path without /api, with query, method and body as they are", async () => {
    echo();
    const response = await fetch(`${host.url}/api/balances/caf%C3%A9%2F1?q=a%20b&q=c&z`, {
      method: "PATCH",
      body: '{"amount":"1.50"}',
      headers: {
        "content-type": "application/json",
        authorization: "Bearer x",
        "idempotency-key": "k",
        cookie: "a=1; b=2",
      },
    });
    const seen: Seen = JSON.parse(await response.text());
    assert.deepEqual(
      [seen.method, seen.url, seen.body],
      ["PATCH", "/balances/caf%C3%A9%2F1?q=a%20b&q=c&z", '{"amount":"1.50"}'],
    );
    const { authorization, cookie, host: sentHost } = seen.headers;
    assert.deepEqual([authorization, seen.headers["idempotency-key"], cookie], ["Bearer x", "k", "a=1; b=2"]);
    assert.equal(sentHost, apiHost, "API Gateway knows its APIs by Host");
    assert.equal(seen.headers["x-forwarded-for"], "127.0.0.1");
    assert.match(seen.headers.via ?? "", /^1\.1 127\.0\.0\.1:\d+ \(CloudFront\)$/);
    assert.match(seen.headers["x-amz-cf-id"] ?? "", /^[\w-]{56}$/);
  });

  it("is shown the origin's own headers, in place of what a client sent under their names", async () => {
    echo();
    for (const given of ["", "X-Key: forged\r\n"]) {
      const seen = JSON.parse((await get(host, "/api/x", given)).split("\r\n\r\n")[1] ?? "");
      assert.equal(seen.headers["x-key"], "of the distribution");
    }
  });

  it("learns of earlier proxies, but no client can pass for CloudFront, nor speak for one connection only", async () => {
    echo();
    const forged =
      "x-forwarded-for: 192.0.2.7\r\nx-amz-cf-id: forged\r\nx-edge-location: forged\r\nvia: 1.1 forged\r\n" +
      "te: trailers\r\nproxy-authorization: Basic x\r\n";
    const seen = JSON.parse((await get(host, "/api/x", forged)).split("\r\n\r\n")[1] ?? "");
    assert.equal(seen.headers["x-forwarded-for"], "192.0.2.7,127.0.0.1");
    assert.doesNotMatch(JSON.stringify(seen.headers), /forged|Basic|trailers/);
  });

  it("answers through unchanged, but for the headers of the policy", async () => {
    answer = (_request, response) => {
      response.writeHead(
        409,
        [
          ["Content-Type", "application/problem+json"],
          ["Set-Cookie", "a=1"],
          ["Set-Cookie", "b=2"],
          ["ETag", '"strong"'],
          ["Server", "own"],
        ].flat(),
      );
      response.end('{"status":409}');
    };
    const response = await fetch(`${host.url}/api/x`);
    assert.equal(response.status, 409);
    assert.equal(await response.text(), '{"status":409}');
    assert.deepEqual(response.headers.getSetCookie(), ["a=1", "b=2"]);
    const header = (name: string) => response.headers.get(name);
    assert.deepEqual(
      ["content-type", "etag", "server", "x-content-type-options", "cache-control", "x-cache"].map(header),
      ["application/problem+json", '"strong"', "hidden", "nosniff", "no-store", "Error from cloudfront"],
    );
    answer = (_request, sent) => sent.setHeader("cache-control", "private").end();
    assert.equal((await fetch(`${host.url}/api/x`)).headers.get("cache-control"), "private");
  });

  it("hides no 404 and no 403 behind a page of the app", async () => {
    for (const status of [403, 404, 500, 503]) {
      answer = (_request, response) => response.writeHead(status).end("own");
      const response = await fetch(`${host.url}/api/no/such/route`);
      assert.deepEqual([response.status, await response.text()], [status, "own"]);
    }
  });

  it("is streamed both ways, part by part", async () => {
    answer = (request, response) => {
      request.on("data", (part) => response.write(`<${part}>`));
      request.on("end", () => response.end());
    };
    const socket = connect(host.port, "127.0.0.1");
    let received = "";
    socket.setEncoding("utf8").on("data", (part) => {
      received += part;
    });
    const until = async (text: string) => {
      while (!received.includes(text)) await once(socket, "data");
    };
    socket.write(
      "POST /api/x HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n",
    );
    await until("<one>");
    socket.write("3\r\ntwo\r\n");
    await until("<two>");
    socket.end("0\r\n\r\n");
    await once(socket, "close");
    assert.match(received, /^HTTP\/1\.1 200/);
  });

  it("answers HEAD, 204 and 304 without a body, and the connection goes on", async () => {
    answer = (request, response) => {
      if (request.method === "HEAD") response.writeHead(200, { "content-length": "5" }).end();
      else response.writeHead(request.url === "/304" ? 304 : 204).end();
    };
    const requests = ["HEAD /api/x", "GET /api/204", "GET /api/304", "HEAD /api/x"].map(
      (line, index) => `${line} HTTP/1.1\r\nhost: x\r\n${index === 3 ? "connection: close\r\n" : ""}\r\n`,
    );
    const statuses = [...(await raw(host, requests.join(""))).matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(
      ([, status]) => status,
    );
    assert.deepEqual(statuses, ["200", "204", "304", "200"]);
  });

  it("that cannot be reached is a 502, and the owner is told why", async () => {
    const gone = createServer().listen(0, "127.0.0.1");
    await once(gone, "listening");
    const { port } = gone.address() as AddressInfo;
    await new Promise((closed) => gone.close(closed));
    const other = await distribute(`http://127.0.0.1:${port}`);
    const response = await fetch(`${other.url}/api/health`);
    assert.equal(response.status, 502);
    assert.match(await response.text(), /502 ERROR[\s\S]*Generated by cloudfront \(CloudFront\)/);
    assert.equal(response.headers.get("x-content-type-options"), "nosniff");
    assert.deepEqual(
      logged.map(({ method, path, status }) => [method, path, status]),
      [["GET", "/api/health", 502]],
    );
    assert.match(logged[0]?.reason ?? "", /ECONNREFUSED/);
  });

  it("that is silent too long is a 504", async () => {
    answer = () => undefined;
    const other = await distribute(`http://${apiHost}`, 200);
    const started = Date.now();
    const response = await fetch(`${other.url}/api/slow`, { method: "POST", body: "{}" });
    assert.equal(response.status, 504);
    assert.ok(Date.now() - started < 4_000);
    assert.match(logged[0]?.reason ?? "", /silent for 200 ms/);
  });

  it("that speaks no HTTP is a 502", async () => {
    const odd = createTcpServer((socket) => socket.end("220 mail.example ESMTP\r\n")).listen(0, "127.0.0.1");
    await once(odd, "listening");
    const other = await distribute(`http://127.0.0.1:${(odd.address() as AddressInfo).port}`);
    assert.equal((await fetch(`${other.url}/api/x`)).status, 502);
    odd.close();
  });

  it("that breaks off within an answer never looks whole", async () => {
    answer = (_request, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("half");
      setTimeout(() => response.destroy(), 20);
    };
    await assert.rejects(fetch(`${host.url}/api/x`).then((response) => response.text()));
    answer = (_request, response) => {
      response.write("half");
      setTimeout(() => response.destroy(), 20);
    };
    await assert.rejects(fetch(`${host.url}/api/x`).then((response) => response.text()));
    echo();
    assert.equal((await fetch(`${host.url}/api/x`)).status, 200);
  });

  it("is told when the client goes away", async () => {
    const left = new Promise<void>((resolve) => {
      answer = (request, response) => {
        response.on("close", resolve);
        response.write("first");
        request.resume();
      };
    });
    const controller = new AbortController();
    const response = await fetch(`${host.url}/api/x`, { signal: controller.signal });
    controller.abort();
    await assert.rejects(response.text());
    await left;
  });

  it("is chosen by the path as it reads, and asked for it as it was sent", async () => {
    echo();
    const seen = async (path: string) => JSON.parse((await get(host, path)).split("\r\n\r\n")[1] ?? "").url;
    assert.equal(await seen("/api/../api/health"), "/../api/health");
    assert.equal(await seen("/%61pi/health"), "/%61pi/health");
    assert.equal(statusOf(await get(host, "/api/../index.html")), 404, "no such key");
    assert.equal(statusOf(await get(host, "/index.html")), 200);
  });

  it("is not asked when the edge function fails: 503, and the owner is told", async () => {
    let asked = false;
    answer = (_request, response) => {
      asked = true;
      response.end();
    };
    const failing = await startHost({
      behaviours: [
        behaviour(
          { kind: "http", url: `http://${apiHost}`, readTimeoutMs: 1_000, headers: {} },
          { viewerRequest: { name: "broken", code: "function handler(event) { return event.no.such; }" } },
        ),
      ],
      log: (entry) => logged.push(entry),
    });
    const response = await fetch(`${failing.url}/x`);
    assert.equal(response.status, 503);
    assert.match(await response.text(), /invalid or could not run/);
    assert.match(logged[0]?.reason ?? "", /the function broken failed/);
    assert.equal(asked, false);
  });
});
