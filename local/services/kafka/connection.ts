import type { Socket } from "node:net";
import { APIS } from "./api";
import type { Answer, Broker, Connection } from "./api/api";
import { writeApiVersions } from "./api/api-versions";
import { ErrorCode } from "./protocol/errors";
import { FrameReader } from "./protocol/frames";
import { ProtocolError, Reader } from "./protocol/reader";
import { Writer } from "./protocol/writer";

const API_VERSIONS = 18;
/** The first flexible version of ApiVersions, the only flexible one here: its request header has tagged fields. */
const FLEXIBLE_API_VERSIONS = 3;
/** So many bytes of further requests are taken in while one is being answered. */
const MAX_BYTES_WAITING = 1024 * 1024;

/**
 * Serves one client: its requests are answered one after the other, in their order, as Kafka does. A request that cannot
 * be understood closes the connection, and only that.
 */
export function serveConnection(socket: Socket, broker: Broker): void {
  const host = socket.remoteAddress ?? "";
  const closing = new Set<() => void>();
  const connection: Connection = {
    clientId: "",
    host: `/${host}`,
    saslMechanism: undefined,
    onClose(stop) {
      closing.add(stop);
      return () => closing.delete(stop);
    },
  };
  const frames = new FrameReader();
  let busy = false;

  const fail = (error: unknown): void => {
    if (!socket.destroyed) broker.log(`Connection of ${connection.clientId || host} closed: ${reasonOf(error)}`);
    socket.destroy();
  };

  const work = async (): Promise<void> => {
    busy = true;
    for (let frame = frames.next(); frame !== undefined && !socket.destroyed; frame = frames.next()) {
      const answer = answerFrame(frame, connection, broker);
      // Awaiting costs a turn of the event loop's queue, which most requests need not wait for.
      const sent = send(socket, answer instanceof Promise ? await answer : answer);
      if (!sent) await drained(socket);
    }
    busy = false;
    socket.resume();
  };

  socket.setNoDelay(true);
  socket.on("error", () => socket.destroy()); // the client is gone; nothing to say
  socket.on("close", () => {
    for (const stop of [...closing]) stop();
  });
  socket.on("data", (chunk) => {
    frames.push(chunk);
    if (!busy) work().catch(fail);
    else if (frames.bytes > MAX_BYTES_WAITING) socket.pause();
  });
}

/** The bytes of the response, or undefined when there is none to send. */
type Response = Buffer[] | undefined;

function answerFrame(frame: Buffer, connection: Connection, broker: Broker): Response | Promise<Response> {
  const reader = new Reader(frame);
  const key = reader.int16();
  const version = reader.int16();
  const correlationId = reader.int32();
  const api = APIS.get(key);
  const isKnown = api !== undefined && version >= api.versions.min && version <= api.versions.max;
  if (!isKnown && key === API_VERSIONS) {
    // So that a client newer than the broker can ask again (KIP-35).
    return frameOf(
      correlationId,
      writeApiVersions(
        [api].flatMap((it) => it ?? []),
        0,
        ErrorCode.UNSUPPORTED_VERSION,
      ),
    );
  }
  if (!isKnown) throw new ProtocolError(`API ${api?.name ?? key}, version ${version}, is not available here`);
  connection.clientId = reader.nullableString() ?? "";
  if (key === API_VERSIONS && version >= FLEXIBLE_API_VERSIONS) reader.taggedFields();
  const answer: Answer = api.handle({ version, body: reader, connection }, broker);
  const toFrame = (body: Writer | null) => (body === null ? undefined : frameOf(correlationId, body));
  return answer instanceof Promise ? answer.then(toFrame) : toFrame(answer);
}

/** Response header, version 0: every API here has it, ApiVersions 3 included. */
function frameOf(correlationId: number, body: Writer): Buffer[] {
  const header = new Writer().int32(4 + body.length).int32(correlationId);
  return [...header.chunks(), ...body.chunks()];
}

/** False when the client is slow to read, and "drain" should be waited for. */
function send(socket: Socket, chunks: Response): boolean {
  if (chunks === undefined || socket.destroyed) return true;
  socket.cork();
  let sent = true;
  for (const chunk of chunks) sent = socket.write(chunk);
  socket.uncork();
  return sent;
}

const drained = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      socket.off("drain", done).off("close", done);
      resolve();
    };
    socket.on("drain", done).on("close", done);
    if (socket.destroyed || !socket.writableNeedDrain) done();
  });

const reasonOf = (error: unknown): string => {
  if (error instanceof ProtocolError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
};
