import { ErrorCode } from "../protocol/errors";
import { Writer } from "../protocol/writer";
import type { Api } from "./api";

/**
 * Which APIs there are, in which versions. Version 3 is the one flexible version here; its response, unlike others, has a
 * header without tagged fields, so that a client that cannot know better can read it (KIP-511).
 */
export const apiVersions = (apis: () => Iterable<Api>): Api => ({
  key: 18,
  name: "ApiVersions",
  versions: { min: 0, max: 3 },
  handle({ version, body }) {
    if (version >= 3) {
      body.compactString(); // client_software_name
      body.compactString(); // client_software_version
      body.taggedFields();
    }
    return writeApiVersions(apis(), version, ErrorCode.NONE);
  },
});

/** @param version of the response: 0 for UNSUPPORTED_VERSION, whatever was asked. */
export function writeApiVersions(apis: Iterable<Api>, version: number, error: ErrorCode): Writer {
  const answer = new Writer().int16(error);
  const write = ({ key, versions: { min, max } }: Api) => void answer.int16(key).int16(min).int16(max);
  if (version < 3) answer.array([...apis], write);
  else {
    answer.compactArray([...apis], (api) => {
      write(api);
      answer.taggedFields();
    });
  }
  if (version >= 1) answer.int32(0); // throttle_time_ms
  return version >= 3 ? answer.taggedFields() : answer;
}
