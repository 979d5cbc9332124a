import { useSyncExternalStore } from "react";
import { onSession, type Session, session } from "./session";

/** Who is signed in on this device; undefined when nobody is. */
export const useSession = (): Session | undefined => useSyncExternalStore(onSession, session);
