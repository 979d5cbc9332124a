/** A CloudFront distribution as the local host serves it. Plain data, but for what looks up objects. */
export interface DistributionDefinition {
  id: string;
  /** Served for the root itself. */
  defaultRootObject?: string;
  /** In order; the last one, whose pattern is `*`, takes what no other does. */
  behaviours: Behaviour[];
}

export interface Behaviour {
  /** Path pattern: `*` for any characters, `?` for one. */
  pattern: string;
  allowedMethods: string[];
  origin: BucketOrigin | HttpOrigin;
  /** Code of the CloudFront Function that sees the request before anything else does. */
  viewerRequest?: { name: string; code: string };
  /** What the response headers policy adds. */
  headers: HeaderRule[];
  compress: boolean;
}

export interface HeaderRule {
  /** In lower case. */
  name: string;
  value: string;
  /** Whether it counts although the origin says otherwise. */
  override: boolean;
}

export interface BucketOrigin {
  kind: "bucket";
  /** Declared objects by key. */
  objects: Map<string, DeclaredObject>;
  /** Whether the bucket's policy lets the distribution read, and tells it what is not there. */
  readable: boolean;
  listable: boolean;
}

export interface DeclaredObject {
  content: { file: string } | { text: string };
  contentType: string;
  cacheControl?: string;
}

export interface HttpOrigin {
  kind: "http";
  /** Base URL without a path. */
  url: string;
  /** How long it may take to answer, and between two parts of its answer, in ms. */
  readTimeoutMs: number;
  /** Put into each request, in place of what a client sent; names in lower case. */
  headers: Record<string, string>;
}

export interface CloudFrontLogEntry {
  method: string;
  path: string;
  status: number;
  /** What CloudFront itself would only tell its owner. */
  reason: string;
}

export interface CloudFrontOptions {
  /** TCP port; 0 takes a free one. */
  port: number;
  /** Told of every 5xx that is no answer of an origin. */
  log: (entry: CloudFrontLogEntry) => void;
  /** How long `close` lets running requests finish, in ms. @default 5000 */
  drainMs?: number;
}

export interface CloudFront {
  /** Base URL without trailing slash. */
  url: string;
  port: number;
  close(): Promise<void>;
}
