/** Small parts that every screen is made of. */
import { CircleAlert, CloudOff, type LucideIcon } from "lucide-react";
import type { CSSProperties, ReactNode } from "react";
import { isOffline } from "../api/problem";
import { useWords } from "../i18n/language";
import { hueOf } from "./hue";
import { categoryIcon } from "./icons";

const hue = (id: string): CSSProperties => ({ "--hue": hueOf(id) }) as CSSProperties;

/** A category as a soft disc of its own colour. */
export function CategoryDisc({ id, icon, small = false }: { id: string; icon: string; small?: boolean }) {
  const Icon = categoryIcon(icon);
  return (
    <span className={`disc${small ? " small" : ""}`} style={hue(id)} aria-hidden="true">
      <Icon size={small ? 15 : 20} strokeWidth={1.9} />
    </span>
  );
}

export function IconDisc({ icon: Icon, small = false }: { icon: LucideIcon; small?: boolean }) {
  return (
    <span className={`disc neutral${small ? " small" : ""}`} aria-hidden="true">
      <Icon size={small ? 15 : 20} strokeWidth={1.9} />
    </span>
  );
}

/** Somebody, by initials and a colour of their own. */
export function Avatar({ id, name, tiny = false }: { id: string; name: string; tiny?: boolean }) {
  const initials = name
    .split(/\s+/)
    .map((word) => word.charAt(0))
    .filter((_, index, all) => index === 0 || index === all.length - 1)
    .join("");
  return (
    <span className={`avatar${tiny ? " tiny" : ""}`} style={hue(id)} role="img" aria-label={name} title={name}>
      {initials.toUpperCase()}
    </span>
  );
}

export function Skeleton({ width = "100%", height = 16 }: { width?: number | string; height?: number }) {
  return <span className="skeleton" style={{ width, height }} />;
}

/** What is shown while a list is on its way. */
export function SkeletonRows({ count = 5 }: { count?: number }) {
  const { t } = useWords();
  return (
    <div aria-busy="true">
      <span className="only-read" role="status">
        {t("common.loading")}
      </span>
      {Array.from({ length: count }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same
        <div className="list-row" key={index}>
          <span className="skeleton disc" />
          <div className="grow stack" style={{ gap: 8 }}>
            <Skeleton width={`${52 - ((index * 17) % 30)}%`} height={14} />
            <Skeleton width={`${30 - ((index * 7) % 12)}%`} height={11} />
          </div>
          <Skeleton width={64} height={14} />
        </div>
      ))}
    </div>
  );
}

/** What is shown while a whole screen is on its way: its head is a line as well. */
export function SkeletonScreen() {
  return (
    <>
      <div className="page-head">
        <Skeleton width={140} height={24} />
      </div>
      <SkeletonRows count={6} />
    </>
  );
}

/** Nothing there yet: one sentence, one button. */
export function Empty({ icon: Icon, text, children }: { icon: LucideIcon; text: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <IconDisc icon={Icon} />
      <p>{text}</p>
      {children}
    </div>
  );
}

/** What could not be read, why, and a way to try again. */
export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useWords();
  const offline = isOffline(error);
  return (
    <div className="empty" role="alert">
      <IconDisc icon={offline ? CloudOff : CircleAlert} />
      <p>{offline ? t("common.offline_nothing") : t("common.failed")}</p>
      {retry && (
        <button type="button" className="button quiet" onClick={retry}>
          {t("common.retry")}
        </button>
      )}
    </div>
  );
}

/** One of three views of a query: on its way, failed, or there. What is there stays, whatever happens to the next request. */
export function Loaded<Data>({
  query,
  skeleton = <SkeletonRows />,
  children,
}: {
  query: { data: Data | undefined; error: unknown; refetch: () => unknown };
  skeleton?: ReactNode;
  children: (data: Data) => ReactNode;
}) {
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <Failure error={query.error} retry={() => void query.refetch()} />;
  return skeleton;
}
