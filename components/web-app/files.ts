import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { extname, posix } from "node:path";
import * as pulumi from "@pulumi/pulumi";

/** A file of the built app. */
export interface WebFile {
  /** Path in the app, without a slash in front: `assets/main-3f9c1d.js`. */
  path: string;
  /** Where it is, relative to the project. */
  source: string;
  contentType: string;
  cacheControl: string;
  /** Its name says what is in it: it never changes, and whoever runs an older app may still ask for it. */
  immutable: boolean;
  /** SHA-256 of what is in it, hexadecimal. */
  hash: string;
}

const IMMUTABLE = "public, max-age=31536000, immutable";
/** Kept, but asked about at each use: an answer of 304 and no body when nothing has changed. */
const REVALIDATED = "no-cache";

const CONTENT_TYPES: Record<string, string> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".jpg": "image/jpeg",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".mjs": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
};

/**
 * The files of a built app. Those below `assets/` have a hash of their content in their names, as Vite gives them, and are kept by browsers
 * and edges for good; all others are asked about at each use.
 *
 * @param folder relative to the project.
 * @param build the command that makes it; told to whoever has not run it.
 * @throws pulumi.RunError when the app has not been built, or has a file of an unknown type.
 */
export function readWebFiles(folder: string, build: string): WebFile[] {
  if (!existsSync(posix.join(folder, "index.html"))) {
    throw new pulumi.RunError(
      `The web app has not been built: there is no ${folder}/index.html. Build it with: ${build}`,
    );
  }
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => posix.join(entry.parentPath.replaceAll("\\", "/"), entry.name))
    .sort()
    .map((source) => describe(source, posix.relative(folder, source)));
}

function describe(source: string, path: string): WebFile {
  const immutable = path.startsWith("assets/");
  return {
    path,
    source,
    contentType: contentTypeOf(path),
    cacheControl: immutable ? IMMUTABLE : REVALIDATED,
    immutable,
    hash: createHash("sha256").update(readFileSync(source)).digest("hex"),
  };
}

/**
 * The media type of a file by its extension.
 * @throws pulumi.RunError for an unknown one: browsers are told not to guess.
 */
export function contentTypeOf(path: string): string {
  const type = CONTENT_TYPES[extname(path)];
  if (type === undefined) {
    throw new pulumi.RunError(`${path} has no known content type: add its extension in components/web-app/files.ts.`);
  }
  return type;
}
