import * as v from "valibot";
import { accepted, ok } from "../runtime/answer";
import type { Objects } from "../runtime/bucket";
import { type EndpointTable, endpoint } from "../runtime/endpoint";
import { documented, Instant } from "../runtime/fields";
import { newId } from "../runtime/ids";
import { problem } from "../runtime/problem";
import { archiveKey, begun, isOver, readState } from "./state";

/** What the endpoint works with. */
export interface ExportsUnit {
  bucket: Objects;
  /** Has the job begin; it goes on by itself. */
  begin(job: { user_id: string; export_id: string }): Promise<void>;
}

/** How long a link is good, in seconds. Asking again gives a new one. */
const LINK_SECONDS = 900;

/** Seconds after which it is worth asking again. */
const RETRY_AFTER = 2;

/** A presigned link; long, since it carries credentials. */
const Link = () =>
  v.pipe(v.string(), v.url(), v.maxLength(4000), documented({ type: "string", format: "uri", maxLength: 4000 }));

const PersonalExport = () =>
  v.pipe(
    v.strictObject({
      status: v.picklist(["pending", "ready"]),
      url: v.nullable(Link()),
      /** When the link expires. */
      expires_at: v.nullable(Instant()),
    }),
    v.title("PersonalExport"),
  );

/** Everything that is stored of the caller. */
export const exportsEndpoints = (): EndpointTable<ExportsUnit> => ({
  "GET /users/me/export": endpoint({
    summary: "Everything that is stored of the caller",
    description:
      "As one ZIP archive: profile, groups and memberships, invites, balances, transactions and categories. The first request has it made and is " +
      "answered 202; ask again until 200 gives a `url` to fetch it from, without a token, for 15 minutes. It is kept for a day, and then " +
      "made anew. One is made at a time.",
    answers: { 202: PersonalExport(), 200: PersonalExport() },
    problems: { 404: ["user_not_registered"] },
    handle: async ({ caller, unit: { bucket, begin } }) => {
      const now = Date.now();
      const known = await readState(bucket, caller.user_id);
      const { state } = known;
      if (state?.status === "erased") throw problem(404, "user_not_registered", "This account was deleted.");
      if (state?.status === "ready" && !isOver(state, now)) {
        const url = await bucket.link(archiveKey(caller.user_id, state.export_id), LINK_SECONDS);
        return ok({ status: "ready" as const, url, expires_at: new Date(now + LINK_SECONDS * 1000) });
      }
      if (isOver(state, now)) {
        const job = { user_id: caller.user_id, export_id: newId() };
        // Another request may have been faster: then its export is the one.
        await begun(bucket, job, known, () => begin(job));
      }
      return accepted({ status: "pending" as const, url: null, expires_at: null }, RETRY_AFTER);
    },
  }),
});
