import { queryClient } from "../../api/queryClient";
import { setScope } from "../../app/scope";
import { setSession } from "../../auth/session";
import { forgetDevice } from "../../offline/database";

/** Signs out and forgets on this device what is somebody's. */
export async function leaveDevice(): Promise<void> {
  const { signOut } = await import("../../auth/cognito");
  // The tokens first: they are of no use to the next person, even when the rest fails.
  await signOut().catch(() => undefined);
  await queryClient.cancelQueries();
  setScope(undefined);
  setSession(undefined);
  queryClient.clear();
  await forgetDevice();
  window.history.replaceState(null, "", "/sign-in");
}
