import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** A connection that goes through a proxy. */
export interface Link {
  /** The first bytes that the client sent, as latin1: they tell who it is. */
  opening: string;
  /** Breaks it on both sides: in order (FIN), or at once with what is under way lost (RST). */
  cut(how: "end" | "reset"): void;
  /** Lets nothing pass in either direction until it is released. */
  hold(): void;
  release(): void;
  /**
   * Has the server get the next request, and the client no answer to it, or but a part, and a broken connection. Resolves when that has
   * happened.
   *
   * @param share how much of the answer gets through. @default 0
   */
  loseNextAnswer(share?: number): Promise<void>;
}

/** A TCP proxy that misbehaves on demand. For protocols in which the client speaks first. */
export interface FaultyProxy {
  port: number;
  /** The connections there are, of clients whose opening has this in it. */
  links(opening?: string): Link[];
  /** Resets new connections of clients with this in their opening, until the returned function is called. */
  refuse(opening: string): () => void;
  /** Lets everything pass again. */
  heal(): void;
  close(): Promise<void>;
}

/** @param targetPort where the server listens on 127.0.0.1; a function where that is known only later. */
export async function startProxy(targetPort: number | (() => number)): Promise<FaultyProxy> {
  const links = new Set<Link & { destroy(): void }>();
  const refused = new Set<{ opening: string }>();
  const waiting = new Set<Socket>();

  const server = createServer((client) => {
    client.setNoDelay(true);
    client.on("error", () => client.destroy());
    client.once("close", () => waiting.delete(client));
    waiting.add(client);
    client.once("data", (first) => {
      waiting.delete(client);
      client.pause();
      const opening = first.toString("latin1");
      if ([...refused].some((it) => opening.includes(it.opening))) return reset(client);
      const link = join(client, typeof targetPort === "number" ? targetPort : targetPort(), first);
      links.add(link);
      client.once("close", () => links.delete(link));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  return {
    port,
    links: (opening = "") => [...links].filter((link) => link.opening.includes(opening)),
    refuse(opening) {
      const rule = { opening };
      refused.add(rule);
      return () => void refused.delete(rule);
    },
    heal() {
      refused.clear();
      for (const link of links) link.release();
    },
    async close() {
      const closed = once(server, "close");
      server.close();
      for (const client of waiting) client.destroy();
      for (const link of links) link.destroy();
      await closed;
    },
  };
}

/** Joins a client to the server behind the proxy. */
function join(client: Socket, targetPort: number, first: Buffer): Link & { destroy(): void } {
  const server = connect(targetPort, "127.0.0.1");
  let lose: { share: number; lost: () => void } | undefined;
  const destroy = () => {
    client.destroy();
    server.destroy();
  };
  server.setNoDelay(true);
  server.write(first);
  client.on("data", (chunk) => pass(client, server, chunk));
  server.on("data", (chunk) => {
    if (lose === undefined) return pass(server, client, chunk);
    client.end(chunk.subarray(0, Math.floor(lose.share * chunk.length)));
    server.destroy();
    lose.lost();
  });
  client.on("error", destroy).on("close", destroy);
  // What is on its way to the client still gets there.
  server.on("error", () => client.end()).on("close", () => client.end());
  client.resume();
  return {
    opening: first.toString("latin1"),
    cut(how) {
      if (how === "end") return destroy();
      reset(client);
      reset(server);
    },
    hold() {
      client.pause();
      server.pause();
    },
    release() {
      client.resume();
      server.resume();
    },
    loseNextAnswer: (share = 0) =>
      new Promise((lost) => {
        lose = { share, lost };
      }),
    destroy,
  };
}

/** Not where its end is on its way already: Node would neither reset it nor be able to close it, and spin when it ends. */
const reset = (socket: Socket) => (socket.writable ? socket.resetAndDestroy() : socket.destroy());

/** Hands a chunk on, no faster than it is taken. */
function pass(from: Socket, to: Socket, chunk: Buffer): void {
  if (to.destroyed || to.write(chunk)) return;
  from.pause();
  to.once("drain", () => from.resume());
}
