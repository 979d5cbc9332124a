import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { choosePorts } from "../ports";

/** An HTTP request with its body read. */
export interface HttpRequest {
  method: string;
  url: URL;
  headers: IncomingMessage["headers"];
  body: Buffer;
}

/** An answer; `body` is sent as it is. */
export interface HttpResponse {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

export interface HttpServer {
  port: number;
  /** `http://127.0.0.1:<port>` */
  endpoint: string;
  /** Stops listening and cuts connections that idle clients keep open. */
  close(): Promise<void>;
}

/** Serves requests by itself, as streams: for bodies that are not to be held in memory. */
export interface StreamHandler {
  takes(request: IncomingMessage): boolean;
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

/** Larger bodies than any AWS API emulated here takes, 6 MB of Lambda's, are answered 413. */
const MAX_BODY_BYTES = 7 * 1024 * 1024;

/**
 * Serves HTTP on 127.0.0.1 with one handler for everything. The handler answers its own errors; should it throw all the
 * same, the client gets a bare 500 and `log` the reason.
 *
 * @param name of the service, as in the AHORRO_<NAME>_PORT variable that a taken port's message recommends.
 * @param wanted TCP port; 0 picks a free one.
 * @param streams is asked first whether it takes a request.
 */
export async function serveHttp(
  name: string,
  wanted: number,
  handle: (request: HttpRequest) => Promise<HttpResponse>,
  log: (line: string) => void,
  streams?: StreamHandler,
): Promise<HttpServer> {
  const { [name]: port = wanted } = await choosePorts({ [name]: wanted });
  const server = createServer((request, response) => {
    const answered = streams?.takes(request)
      ? streams.handle(request, response)
      : answer(request, handle).then((result) => send(response, result));
    answered.catch((error: unknown) => {
      const reason = error instanceof Error ? (error.stack ?? error.message) : error;
      log(`${name}: ${request.method} ${request.url}: ${reason}`);
      if (response.headersSent) response.destroy();
      else send(response, { status: 500 });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeIdleConnections();
      // Requests under way get a moment; a client that never reads its answer does not hold us up.
      setTimeout(() => server.closeAllConnections(), 1000).unref();
    });
  return { port, endpoint: `http://127.0.0.1:${port}`, close };
}

async function answer(
  request: IncomingMessage,
  handle: (request: HttpRequest) => Promise<HttpResponse>,
): Promise<HttpResponse> {
  const body = await readBody(request);
  if (!body) return { status: 413 };
  const target = request.url ?? "/";
  if (!URL.canParse(target, "http://127.0.0.1")) return { status: 400 };
  const url = new URL(target, "http://127.0.0.1");
  return handle({ method: request.method ?? "GET", url, headers: request.headers, body });
}

/** The whole body, or undefined when it is too large. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk); // the rest is read all the same, or the client never sees the answer
  }
  return size <= MAX_BODY_BYTES ? Buffer.concat(chunks) : undefined;
}

function send(response: ServerResponse, { status, headers = {}, body = "" }: HttpResponse): void {
  response.writeHead(status, { ...headers, "content-length": String(Buffer.byteLength(body)) });
  response.end(body);
}
