import { Clock, CloudOff, TriangleAlert } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useWords } from "../i18n/language";
import { useOnline, useQueue } from "../offline/useQueue";

const Attention = lazy(() => import("./Attention"));

/** A thin strip: there is no network; so many wait to be sent; something could not be done. Nothing is blocked by it. */
export function OfflineStrip() {
  const { t } = useWords();
  const online = useOnline();
  const writes = useQueue();
  const [open, setOpen] = useState(false);
  const stuck = writes.filter(({ state }) => state !== "waiting").length;
  const waiting = writes.length - stuck;
  // What comes up later is not to open a sheet by itself.
  if (open && stuck === 0) setOpen(false);
  const late = writes.some(({ state, queued_at }) => state === "waiting" && Date.now() - Date.parse(queued_at) > 5000);
  return (
    <>
      {!online && (
        <p className="strip" role="status">
          <CloudOff size={15} aria-hidden="true" /> {t("offline.strip")}
          {waiting > 0 && <span>{t("offline.waiting", { count: waiting })}</span>}
        </p>
      )}
      {online && late && (
        <p className="strip" role="status">
          <Clock size={15} aria-hidden="true" /> {t("offline.waiting", { count: waiting })}
        </p>
      )}
      {stuck > 0 && (
        <button type="button" className="strip bad" onClick={() => setOpen(true)}>
          <TriangleAlert size={15} aria-hidden="true" /> {t("offline.stuck", { count: stuck })}
        </button>
      )}
      {open && stuck > 0 && (
        <Suspense>
          <Attention onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
