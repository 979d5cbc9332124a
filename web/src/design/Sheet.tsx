import { X } from "lucide-react";
import { type ReactNode, useEffect, useId, useRef } from "react";
import { useWords } from "../i18n/language";

/** Rises from below on a phone, stands in the middle on a desktop. A modal `<dialog>`: Escape closes it, focus stays in and goes back. */
export function Sheet({ title, onClose, children }: { title: string; onClose: () => void; children: ReactNode }) {
  const { t } = useWords();
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
    // By default the button that closes it has the focus. A field is better; but not on a phone, where its keyboard would cover the sheet:
    // there it is the title, which is read out.
    const first = dialog.current?.querySelector<HTMLElement>(".sheet-body :is(input, select, button, a)");
    if (first?.matches("input") && window.matchMedia("(pointer: fine)").matches) first.focus();
    else dialog.current?.querySelector<HTMLElement>("h2")?.focus();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape does the same
    <dialog
      ref={dialog}
      className="sheet"
      aria-labelledby={id}
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && dialog.current?.close()}
    >
      <div className="sheet-head">
        <h2 id={id} className="sheet-title" tabIndex={-1}>
          {title}
        </h2>
        <button
          type="button"
          className="icon-button"
          aria-label={t("common.close")}
          onClick={() => dialog.current?.close()}
        >
          <X size={20} />
        </button>
      </div>
      <div className="sheet-body">{children}</div>
    </dialog>
  );
}

/** Asks before something that cannot be undone. */
export function Confirm({
  title,
  text,
  action,
  busy = false,
  error,
  onConfirm,
  onClose,
}: {
  title: string;
  text: string;
  action: string;
  busy?: boolean;
  error?: string | undefined;
  onConfirm: () => void;
  onClose: () => void;
}) {
  const { t } = useWords();
  return (
    <Sheet title={title} onClose={onClose}>
      <div className="stack">
        <p>{text}</p>
        {error !== undefined && (
          <p className="form-error" role="alert">
            {error}
          </p>
        )}
        <button type="button" className="button danger wide" disabled={busy} onClick={onConfirm}>
          {action}
        </button>
        <button type="button" className="button quiet wide" onClick={onClose}>
          {t("common.cancel")}
        </button>
      </div>
    </Sheet>
  );
}
