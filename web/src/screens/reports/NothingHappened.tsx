import type { LucideIcon } from "lucide-react";
import { Link } from "wouter";
import { Empty } from "../../design/parts";
import { useWords } from "../../i18n/language";

/** A report without anything to report. */
export function NothingHappened({ icon }: { icon: LucideIcon }) {
  const { t } = useWords();
  return (
    <Empty icon={icon} text={t("report.empty")}>
      <Link href="/add" className="button quiet">
        {t("nav.add")}
      </Link>
    </Empty>
  );
}
