import { useState } from "react";
import { useWords } from "../i18n/language";
import { problemText } from "./problemText";

/** Something that takes a moment and may fail: whether it runs, and what to tell when it failed. */
export function useAction<Args extends unknown[]>(run: (...args: Args) => Promise<unknown>) {
  const { t } = useWords();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const start = async (...args: Args): Promise<boolean> => {
    setBusy(true);
    setError(undefined);
    try {
      await run(...args);
      return true;
    } catch (failure) {
      setError(problemText(t, failure));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, error, start, clear: () => setError(undefined) };
}
