import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { startAwsEndpoint } from "../../../../local/services/aws-endpoint";
import { type S3, startS3 } from "../../../../local/services/s3";
import type { BucketDefinition } from "../../../../local/services/s3/buckets";

export const BUCKET = "ahorro-test-objects";

export interface RunningS3 {
  s3: S3;
  port: number;
  endpoint: string;
  folder: string;
  logged: string[];
  /** AWS's own client. */
  client(config?: S3ClientConfig): S3Client;
  stop(): Promise<void>;
}

/** An S3 at an endpoint of its own, in a folder of its own unless one is given, which then stays. */
export async function runningS3(bucket: Partial<BucketDefinition> = {}, kept?: string): Promise<RunningS3> {
  const folder = kept ?? (await mkdtemp(join(tmpdir(), "ahorro-s3-")));
  const logged: string[] = [];
  const log = (line: string) => void logged.push(line);
  const buckets = [{ name: BUCKET, expirations: [], corsOrigins: [], objects: [], ...bucket }];
  const s3 = await startS3({ dataFolder: folder, buckets, secrets: { local: "local" }, log });
  const server = await startAwsEndpoint({ port: 0, services: {}, s3, log });
  const clients: S3Client[] = [];
  return {
    s3,
    port: server.port,
    endpoint: server.endpoint,
    folder,
    logged,
    client: (config = {}) => {
      const credentials = { accessKeyId: "local", secretAccessKey: "local", sessionToken: "local" };
      const made = new S3Client({
        region: "eu-west-1",
        endpoint: server.endpoint,
        credentials,
        maxAttempts: 1,
        ...config,
      });
      clients.push(made);
      return made;
    },
    stop: async () => {
      for (const client of clients) client.destroy();
      s3.stop();
      await server.close();
      if (kept === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}
