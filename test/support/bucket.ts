import type { Objects } from "../../functions/runtime/bucket";

/** A bucket in memory, with S3's conditional writes. */
export function memoryBucket() {
  const objects = new Map<string, { bytes: Buffer; etag: string }>();
  let version = 0;
  const set = (key: string, bytes: Buffer) => objects.set(key, { bytes, etag: `"${++version}"` });
  const bucket: Objects = {
    write: async (key, parts) => {
      const chunks: Buffer[] = [];
      for await (const part of parts) chunks.push(Buffer.from(part));
      set(key, Buffer.concat(chunks));
    },
    replace: async (key, text, expected) => {
      if (expected !== undefined && (objects.get(key)?.etag ?? null) !== expected) return false;
      set(key, Buffer.from(text));
      return true;
    },
    read: async (key) => {
      const found = objects.get(key);
      return found && { text: found.bytes.toString(), etag: found.etag };
    },
    link: async (key) => `https://bucket.example/${key}`,
    delete: async (key) => void objects.delete(key),
    keys: async (prefix) => [...objects.keys()].filter((key) => key.startsWith(prefix)),
  };
  return { bucket, objects };
}
