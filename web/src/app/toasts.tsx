import { useSyncExternalStore } from "react";

export interface Toast {
  id: number;
  text: string;
  action?: { text: string; run: () => void };
}

let toasts: Toast[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

const show = (next: Toast[]) => {
  toasts = next;
  for (const listener of listeners) listener();
};

export const dismiss = (id: number): void => show(toasts.filter((toast) => toast.id !== id));

/** Says something in passing. With an action it stays ten seconds, time enough to undo; else four. */
export function toast(text: string, action?: Toast["action"]): void {
  const id = nextId++;
  show([...toasts.slice(-1), { id, text, ...(action && { action }) }]);
  setTimeout(() => dismiss(id), action ? 10_000 : 4000);
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export function Toasts() {
  const shown = useSyncExternalStore(subscribe, () => toasts);
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map(({ id, text, action }) => (
        <div className="toast" key={id}>
          <span>{text}</span>
          {action && (
            <button
              type="button"
              className="button plain"
              onClick={() => {
                dismiss(id);
                action.run();
              }}
            >
              {action.text}
            </button>
          )}
        </div>
      ))}
    </div>
  );
}
