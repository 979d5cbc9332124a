import { ArrowLeft, ChevronDown } from "lucide-react";
import { type ReactNode, useEffect } from "react";
import { Link } from "wouter";
import { useGroups } from "../api/queries";
import { useWords } from "../i18n/language";
import { setScope, useScope } from "./scope";

interface PageHeadProps {
  title: string;
  /** Where the arrow leads; none on the five main screens. */
  back?: string;
  /** Shows the switch between one's own money and that of a group. */
  scoped?: boolean;
  children?: ReactNode;
}

/** The head of a screen: its title, and whose money it is about, always in the same place. */
export function PageHead({ title, back, scoped = false, children }: PageHeadProps) {
  const { t } = useWords();
  useEffect(() => {
    document.title = `${title} · Ahorro`;
  }, [title]);
  return (
    <header className="page-head">
      {back !== undefined && (
        <Link href={back} className="icon-button" aria-label={t("common.back")}>
          <ArrowLeft size={22} />
        </Link>
      )}
      <h1>{title}</h1>
      {children}
      {scoped && <ScopeSwitch />}
    </header>
  );
}

function ScopeSwitch() {
  const { t } = useWords();
  const scope = useScope();
  const groups = useGroups().data?.filter(({ personal }) => !personal);
  const isGone =
    groups !== undefined && scope.groupId !== undefined && groups.every((group) => group.group_id !== scope.groupId);
  useEffect(() => {
    if (isGone) setScope(undefined);
  }, [isGone]);
  if (!groups?.length) return null;
  return (
    <div className="scope">
      <select
        aria-label={t("scope.label")}
        value={scope.groupId ?? ""}
        onChange={(event) => setScope(event.target.value || undefined)}
      >
        <option value="">{t("scope.me")}</option>
        {groups.map(({ group_id, name }) => (
          <option key={group_id} value={group_id}>
            {name}
          </option>
        ))}
      </select>
      <ChevronDown size={15} aria-hidden="true" />
    </div>
  );
}
