import { Check, Pencil, Trash2 } from "lucide-react";
import { type PointerEvent, type ReactNode, useRef, useState } from "react";
import type { ShownTransaction } from "../../offline/overlay";
import { useTransactionActions } from "./useTransactionActions";

/** So far a finger has to go. */
const FAR = 88;

interface SwipeRowProps {
  transaction: ShownTransaction;
  own: boolean;
  first: boolean;
  last: boolean;
  children: ReactNode;
}

/** A row that fingers swipe: to the left deletes it, to the right approves a pending one, and edits others. Keys and the detail do the same. */
export function SwipeRow({ transaction, own, first, last, children }: SwipeRowProps) {
  const { remove, approve, edit } = useTransactionActions();
  const [offset, setOffset] = useState(0);
  const start = useRef<{ x: number; y: number } | undefined>(undefined);
  const swiped = useRef(false);
  const isPending = transaction.approved_at === null;

  const onPointerDown = (event: PointerEvent) => {
    swiped.current = false;
    if (own && event.pointerType === "touch") start.current = { x: event.clientX, y: event.clientY };
  };
  const onPointerMove = (event: PointerEvent) => {
    if (start.current === undefined) return;
    const [x, y] = [event.clientX - start.current.x, event.clientY - start.current.y];
    if (!swiped.current && (Math.abs(x) < 12 || Math.abs(x) < Math.abs(y))) return;
    swiped.current = true;
    setOffset(Math.max(-140, Math.min(140, x)));
  };
  const onPointerEnd = () => {
    start.current = undefined;
    if (offset <= -FAR) void remove(transaction);
    else if (offset >= FAR) isPending ? void approve(transaction) : edit(transaction);
    setOffset(0);
  };
  return (
    <div
      className={`swipe${first ? " first" : ""}${last ? " last" : ""}${offset === 0 ? "" : offset < 0 ? " to-left" : " to-right"}`}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerEnd}
      onPointerCancel={onPointerEnd}
      onClickCapture={(event) => swiped.current && event.preventDefault()}
    >
      {offset > 0 && <span className="swipe-sign">{isPending ? <Check size={22} /> : <Pencil size={20} />}</span>}
      {offset < 0 && (
        <span className="swipe-sign right">
          <Trash2 size={20} />
        </span>
      )}
      <div
        className="swipe-content"
        style={offset === 0 ? undefined : { transform: `translateX(${offset}px)`, transition: "none" }}
      >
        {children}
      </div>
    </div>
  );
}
