import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import type { S3Refusal } from "./errors";
import { xmlOf } from "./xml";

/** What an operation answers: nothing, a document, or bytes of a file, which is closed afterwards. */
export interface S3Answer {
  status: number;
  headers?: Record<string, string>;
  xml?: string;
  content?: { file: FileHandle; start: number; end: number };
}

export async function send(response: ServerResponse, answer: S3Answer, more: Record<string, string>): Promise<void> {
  const { status, xml, content } = answer;
  const headers: Record<string, string> = {
    "x-amz-request-id": randomUUID(),
    server: "AmazonS3",
    ...more,
    ...(xml === undefined
      ? {}
      : { "content-type": "application/xml", "content-length": String(Buffer.byteLength(xml)) }),
    ...(xml === undefined && content === undefined && status !== 304 && status !== 204
      ? { "content-length": "0" }
      : {}),
    ...answer.headers,
  };
  try {
    response.writeHead(status, headers);
    if (content !== undefined && content.end >= content.start) {
      const { file, start, end } = content;
      await pipeline(createReadStream("", { fd: file, start, end, autoClose: false }), response);
    } else {
      response.end(xml);
    }
  } catch (error) {
    // A client that leaves before it has read everything is no fault.
    if ((error as NodeJS.ErrnoException).code !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
  } finally {
    await content?.file.close();
  }
}

/** "Error responses", Amazon S3 API Reference; HEAD is answered without a document. */
export const refused = ({ status, code, message }: S3Refusal, resource: string, method: string): S3Answer => ({
  status,
  ...(method === "HEAD" || status === 304
    ? {}
    : { xml: xmlOf("Error", { Code: code, Message: message, Resource: resource, RequestId: randomUUID() }) }),
});
