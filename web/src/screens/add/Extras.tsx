import { Split } from "lucide-react";
import { addDays, today } from "../../dates/days";
import { formatDate } from "../../i18n/format";
import { useWords } from "../../i18n/language";
import type { Draft } from "./draft";

interface ExtrasProps {
  draft: Draft;
  onChange: (change: Partial<Draft>) => void;
  /** Undefined where it cannot be split, or is. */
  onSplit: (() => void) | undefined;
}

/** All that is optional: a note, the day, whether it is still pending, and the split into line items. */
export function Extras({ draft, onChange, onSplit }: ExtrasProps) {
  const { t, locale } = useWords();
  const now = today();
  const yesterday = addDays(now, -1);
  const isOther = draft.day !== now && draft.day !== yesterday;
  return (
    <div className="extras">
      <input
        className="input"
        aria-label={t("add.note")}
        placeholder={t("add.note")}
        maxLength={500}
        value={draft.description}
        onChange={(event) => onChange({ description: event.target.value })}
      />
      <div className="extras-row">
        <button
          type="button"
          className={`chip${draft.day === now ? " on" : ""}`}
          aria-pressed={draft.day === now}
          onClick={() => onChange({ day: now })}
        >
          {t("add.today")}
        </button>
        <button
          type="button"
          className={`chip${draft.day === yesterday ? " on" : ""}`}
          aria-pressed={draft.day === yesterday}
          onClick={() => onChange({ day: yesterday })}
        >
          {t("add.yesterday")}
        </button>
        <label className={`chip date-chip${isOther ? " on" : ""}`}>
          {isOther ? formatDate(locale, draft.day, { day: "numeric", month: "short" }) : t("add.other_day")}
          <input
            type="date"
            aria-label={t("add.date")}
            value={draft.day}
            onChange={(event) => event.target.value && onChange({ day: event.target.value })}
            onClick={(event) => event.currentTarget.showPicker?.()}
          />
        </label>
        {onSplit && (
          <button type="button" className="chip" onClick={onSplit}>
            <Split size={15} aria-hidden="true" /> {t("add.split")}
          </button>
        )}
        <button
          type="button"
          className={`chip${draft.pending ? " on" : ""}`}
          aria-pressed={draft.pending}
          onClick={() => onChange({ pending: !draft.pending })}
        >
          {t("add.pending")}
        </button>
      </div>
    </div>
  );
}
