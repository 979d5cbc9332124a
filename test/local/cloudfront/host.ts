import { connect } from "node:net";
import {
  type CloudFront,
  type CloudFrontOptions,
  type DistributionDefinition,
  startCloudFront,
} from "../../../local/cloudfront";
import type { Behaviour, BucketOrigin, DeclaredObject, HttpOrigin } from "../../../local/cloudfront/types";

/** A distribution as tests need it: one behaviour for all paths, unless more are given. */
export interface HostOptions {
  behaviours: Behaviour[];
  log?: CloudFrontOptions["log"];
}

const opened: CloudFront[] = [];

/** Serves a distribution on a free port, until `closeHosts`. */
export async function serve(
  definition: DistributionDefinition,
  log: CloudFrontOptions["log"] = () => undefined,
): Promise<CloudFront> {
  const host = await startCloudFront(definition, { port: 0, log, drainMs: 100 });
  opened.push(host);
  return host;
}

export const startHost = ({ behaviours, log }: HostOptions): Promise<CloudFront> =>
  serve({ id: "ETEST", defaultRootObject: "index.html", behaviours }, log);

/** Whether its tests succeed or not, no host outlives a suite: mocha would wait for it. */
export const closeHosts = async (): Promise<void> => {
  await Promise.all(opened.splice(0).map((host) => host.close()));
};

export const bucket = (objects: Record<string, DeclaredObject>): BucketOrigin => ({
  kind: "bucket",
  objects: new Map(Object.entries(objects)),
  readable: true,
  listable: true,
});

export const behaviour = (origin: BucketOrigin | HttpOrigin, more: Partial<Behaviour> = {}): Behaviour => ({
  pattern: "*",
  allowedMethods:
    origin.kind === "bucket" ? ["GET", "HEAD"] : ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"],
  origin,
  headers: [],
  compress: true,
  ...more,
});

/** Sends bytes as they are, which no HTTP client would; answers all that comes back until the connection ends. */
export function raw({ port }: CloudFront, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    socket.setEncoding("utf8").on("data", (part) => {
      received += part;
    });
    socket.on("end", () => resolve(received)).on("error", reject);
  });
}

/** A GET of a path as it is, on a connection of its own. */
export const get = (host: CloudFront, path: string, headers = ""): Promise<string> =>
  raw(host, `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${headers}\r\n`);

export const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);
