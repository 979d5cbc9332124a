import { XMLBuilder, XMLParser, XMLValidator } from "fast-xml-parser";
import * as v from "valibot";
import { refusal } from "./errors";
import type { ListedPart } from "./uploads";

const builder = new XMLBuilder({ ignoreAttributes: false });

/** An XML document of S3's namespace; arrays become elements that repeat. */
export const xmlOf = (root: string, content: Record<string, unknown>): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build({
    [root]: root === "Error" ? content : { "@_xmlns": "http://s3.amazonaws.com/doc/2006-03-01/", ...content },
  })}`;

const CompleteMultipartUpload = v.object({
  CompleteMultipartUpload: v.object({
    Part: v.pipe(
      v.array(
        v.object({
          PartNumber: v.pipe(v.string(), v.regex(/^[1-9]\d{0,4}$/), v.transform(Number)),
          ETag: v.pipe(
            v.string(),
            v.transform((tag) => tag.replace(/^"|"$/g, "")),
          ),
        }),
      ),
      v.maxLength(10_000),
    ),
  }),
});

const parser = new XMLParser({
  parseTagValue: false,
  removeNSPrefix: true,
  isArray: (name) => name === "Part",
});

/** The parts that a client lists to complete an upload. */
export function listedParts(text: string): ListedPart[] {
  const document = XMLValidator.validate(text) === true && !text.includes("<!DOCTYPE") ? parser.parse(text) : undefined;
  const result = v.safeParse(CompleteMultipartUpload, document);
  if (!result.success) throw refusal(400, "MalformedXML", "The XML you provided was not well-formed");
  return result.output.CompleteMultipartUpload.Part.map(({ PartNumber, ETag }) => ({ number: PartNumber, etag: ETag }));
}
