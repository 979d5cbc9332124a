/**
 * Where the export of a person stands: one small object in the bucket, `<user id>/export.json`, beside the archive. It is changed on
 * condition that it is still what it was, so that of several requests one begins an export, and an export that was overtaken ends nothing.
 */
import * as v from "valibot";
import type { Objects } from "../runtime/bucket";
import { Id } from "../runtime/fields";

/** How long an archive is there, in ms: the bucket's lifecycle deletes it a day after it was written. */
export const KEPT = 86_400_000;

/** A job that is not done after so many ms is dead: a function runs for 15 minutes at most, here twice more after a failure. */
const LONGEST = 50 * 60_000;

/** Set when the person has deleted their account: nothing is exported any more. */
const Erased = () => v.object({ status: v.literal("erased") });
const Running = () => v.object({ status: v.literal("running"), export_id: Id(), started_at: v.number() });
const Ready = () => v.object({ status: v.literal("ready"), export_id: Id(), finished_at: v.number() });
const State = () => v.variant("status", [Erased(), Running(), Ready()]);

export type ExportState = v.InferOutput<ReturnType<typeof State>>;

/** What is known of an export, and what a change of it is conditional on (`null`: that there is still nothing). */
export interface KnownState {
  state: ExportState | undefined;
  tag: string | null;
}

/** Everything of a person begins like this. */
export const folderOf = (userId: string): string => `${userId}/`;
export const stateKey = (userId: string): string => `${folderOf(userId)}export.json`;
export const archiveKey = (userId: string, exportId: string): string => `${folderOf(userId)}export-${exportId}.zip`;

export const readState = async (bucket: Objects, userId: string): Promise<KnownState> => {
  const found = await bucket.read(stateKey(userId));
  if (found === undefined) return { state: undefined, tag: null };
  return { state: v.parse(v.pipe(v.string(), v.parseJson(), State()), found.text), tag: found.etag };
};

/** False when it is no longer what it was. */
export const changeState = (
  bucket: Objects,
  userId: string,
  state: ExportState,
  { tag }: Pick<KnownState, "tag">,
): Promise<boolean> => bucket.replace(stateKey(userId), JSON.stringify(state), tag);

/** Whether a new export has to be begun: there is none, it died, or its archive is gone, or about to be. */
export const isOver = (state: ExportState | undefined, now: number): boolean => {
  if (state === undefined) return true;
  if (state.status === "running") return state.started_at + LONGEST < now;
  return state.status === "ready" && state.finished_at + KEPT < now;
};

/** Notes that an export is under way, unless somebody else was faster, and begins it; if that fails, a later request may try again. */
export const begun = async (
  bucket: Objects,
  { user_id, export_id }: { user_id: string; export_id: string },
  known: KnownState,
  begin: () => Promise<void>,
): Promise<void> => {
  const running = (started_at: number) => ({ status: "running" as const, export_id, started_at });
  if (!(await changeState(bucket, user_id, running(Date.now()), known))) return;
  try {
    await begin();
  } catch (error) {
    const { state, tag } = await readState(bucket, user_id);
    if (state?.status === "running" && state.export_id === export_id) {
      await changeState(bucket, user_id, running(0), { tag });
    }
    throw error;
  }
};
