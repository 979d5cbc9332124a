import { useEffect, useState, useSyncExternalStore } from "react";
import { onQueue, queuedWrites } from "./outbox";
import type { QueuedWrite } from "./writes";

/** The waiting writes, the oldest first. */
export const useQueue = (): QueuedWrite[] => useSyncExternalStore(onQueue, queuedWrites);

/** Whether the device has a network, as far as it knows. */
export function useOnline(): boolean {
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const update = () => setOnline(navigator.onLine);
    window.addEventListener("online", update);
    window.addEventListener("offline", update);
    return () => {
      window.removeEventListener("online", update);
      window.removeEventListener("offline", update);
    };
  }, []);
  return online;
}
