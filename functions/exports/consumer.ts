import { eventHandlers } from "../events/handlers";
import type { Objects } from "../runtime/bucket";
import { consumer } from "../runtime/consumer";
import { folderOf, stateKey } from "./state";

/**
 * Deletes the exported files of who deleted their account. First it is noted that they did, so that what is being made now is not kept, and
 * nothing is begun any more: a token is good for up to an hour, the note for a day.
 */
export const exportsConsumer = (bucket: Objects) =>
  consumer(
    eventHandlers({
      UserDeleted: async ({ data: { user_id } }) => {
        const note = stateKey(user_id);
        await bucket.replace(note, JSON.stringify({ status: "erased" }));
        for (const key of await bucket.keys(folderOf(user_id))) if (key !== note) await bucket.delete(key);
      },
    }),
  );
