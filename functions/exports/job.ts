import type { Objects } from "../runtime/bucket";
import type { FilePage, PageRequest } from "../runtime/personal-data";
import { pagesOf, zipOf } from "./archive";
import { archiveKey, changeState, readState } from "./state";

/** A service's function that hands out what the service keeps of a person, and the files that it has. */
export interface Contributor {
  functionName: string;
  files: string[];
}

/** What the job works with. */
export interface JobDeps {
  bucket: Objects;
  contributors: Contributor[];
  call(functionName: string, request: PageRequest): Promise<FilePage>;
}

/** What an archive begins with. */
const README = `What Ahorro stores of you.

profile.json        your account
groups.json         the groups you are in, and your role there
invites.json        invites that you have sent, and those to your address
balances.json       your balances, closed ones too
transactions.csv    your transactions, deleted ones too: one a line, with the entries as JSON in one cell
transactions.json   the same for programs
categories.json     your categories

Instants are in UTC, amounts decimal numbers in the currency beside them. Reports are made from these and not stored here again.
`;

/**
 * Makes the archive of a person from what services hand out. It may run again, and begins anew then; it ends nothing when the export that it
 * was begun for is no longer the one that is asked for, or the person has deleted their account meanwhile.
 */
export const exportJob =
  ({ bucket, contributors, call }: JobDeps) =>
  async ({ user_id, export_id }: { user_id: string; export_id: string }): Promise<void> => {
    const isOurs = async () => {
      const known = await readState(bucket, user_id);
      return known.state?.status === "running" && known.state.export_id === export_id ? known : undefined;
    };
    if ((await isOurs()) === undefined) return;
    const files = contributors.flatMap(({ functionName, files }) =>
      files.map((file) => ({
        name: file,
        pages: pagesOf((cursor) => call(functionName, { user_id, file, cursor })),
      })),
    );
    const readme = { name: "README.txt", pages: pagesOf(async () => ({ text: README, cursor: null })) };
    const key = archiveKey(user_id, export_id);
    await bucket.write(key, zipOf([readme, ...files]), { type: "application/zip", name: "ahorro.zip" });
    const known = await isOurs();
    const ready = { status: "ready" as const, export_id, finished_at: Date.now() };
    if (known === undefined || !(await changeState(bucket, user_id, ready, known))) await bucket.delete(key);
  };
