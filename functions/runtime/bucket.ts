/**
 * Objects in an S3 bucket. The SDK is loaded when a bucket is first used in an instance, not with the function: most requests to an
 * export need none.
 */

/** How a browser is to take an object: its media type, and the name of the file that it is saved as. */
export interface FileKind {
  type: string;
  name: string;
}

/** An object that is read whole, with the tag of this very version. */
export interface SmallObject {
  text: string;
  etag: string;
}

/** A bucket as functions use it. */
export interface Objects {
  /** Writes an object of any size while its parts come in; what is broken off leaves nothing behind. Some 15 MB of it are held in memory. */
  write(key: string, parts: AsyncIterable<string | Uint8Array>, kind: FileKind): Promise<void>;
  /** Writes a small object, unless the present one is another than `expected` (`null`: none). False when it is; nothing is written then. */
  replace(key: string, text: string, expected?: string | null): Promise<boolean>;
  /** Undefined when there is none. */
  read(key: string): Promise<SmallObject | undefined>;
  /** A link that lets whoever has it read the object for so many seconds. */
  link(key: string, seconds: number): Promise<string>;
  delete(key: string): Promise<void>;
  /** All keys that begin like this. */
  keys(prefix: string): Promise<string[]>;
}

/** S3 takes no smaller parts. */
const PART_BYTES = 5 * 2 ** 20;

export const connectBucket = (bucket: string): Objects => {
  let opened: ReturnType<typeof open> | undefined;
  const open = () => {
    const s3: typeof import("@aws-sdk/client-s3") = require("@aws-sdk/client-s3");
    return { s3, client: new s3.S3Client({}) };
  };
  const opening = () => {
    opened ??= open();
    return opened;
  };

  return {
    write: async (key, parts, { type, name }) => {
      const { Upload }: typeof import("@aws-sdk/lib-storage") = require("@aws-sdk/lib-storage");
      const { Readable }: typeof import("node:stream") = require("node:stream");
      await new Upload({
        client: opening().client,
        params: {
          Bucket: bucket,
          Key: key,
          Body: Readable.from(parts, { objectMode: false }),
          ContentType: type,
          ContentDisposition: `attachment; filename="${name}"`,
          CacheControl: "no-store",
        },
        partSize: PART_BYTES,
        queueSize: 2,
      }).done();
    },

    replace: async (key, text, expected) => {
      const { s3, client } = opening();
      try {
        await client.send(
          new s3.PutObjectCommand({
            Bucket: bucket,
            Key: key,
            Body: text,
            ContentType: "application/json",
            ...(expected === null && { IfNoneMatch: "*" }),
            ...(typeof expected === "string" && { IfMatch: expected }),
          }),
        );
        return true;
      } catch (error) {
        // ConditionalRequestConflict: somebody else's write was under way at the same time.
        if (isNamed(error, "PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey")) return false;
        throw error;
      }
    },

    read: async (key) => {
      const { s3, client } = opening();
      try {
        const { Body, ETag } = await client.send(new s3.GetObjectCommand({ Bucket: bucket, Key: key }));
        return { text: (await Body?.transformToString()) ?? "", etag: ETag ?? "" };
      } catch (error) {
        if (isNamed(error, "NoSuchKey")) return undefined;
        throw error;
      }
    },

    link: (key, expiresIn) => {
      const { getSignedUrl }: typeof import("@aws-sdk/s3-request-presigner") = require("@aws-sdk/s3-request-presigner");
      const { s3, client } = opening();
      return getSignedUrl(client, new s3.GetObjectCommand({ Bucket: bucket, Key: key }), { expiresIn });
    },

    delete: async (key) => {
      const { s3, client } = opening();
      await client.send(new s3.DeleteObjectCommand({ Bucket: bucket, Key: key }));
    },

    keys: async (prefix) => {
      const { s3, client } = opening();
      const keys: string[] = [];
      let token: string | undefined;
      do {
        const page = await client.send(
          new s3.ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ...(token && { ContinuationToken: token }) }),
        );
        for (const { Key } of page.Contents ?? []) if (Key !== undefined) keys.push(Key);
        token = page.NextContinuationToken;
      } while (token !== undefined);
      return keys;
    },
  };
};

const isNamed = (error: unknown, ...names: string[]): boolean => error instanceof Error && names.includes(error.name);
