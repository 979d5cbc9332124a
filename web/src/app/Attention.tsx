import { useLocation } from "wouter";
import type { Transaction } from "../api/client";
import { apiProblem } from "../api/problem";
import { Amount } from "../design/Amount";
import { Sheet } from "../design/Sheet";
import type { TextKey } from "../i18n/en";
import { formatDay } from "../i18n/format";
import { useWords } from "../i18n/language";
import { dequeue, retry } from "../offline/outbox";
import { useQueue } from "../offline/useQueue";
import { type QueuedWrite, subjectOf } from "../offline/writes";
import { problemText } from "./problemText";

const KINDS: Record<QueuedWrite["change"]["kind"], TextKey> = {
  create: "attention.create",
  update: "attention.update",
  delete: "attention.delete",
  restore: "attention.restore",
};

/** Writes that could not be carried out: what they were, why, and what to do with them. Nothing is dropped by itself. */
export default function Attention({ onClose }: { onClose: () => void }) {
  const { t } = useWords();
  const stuck = useQueue().filter(({ state }) => state !== "waiting");
  return (
    <Sheet title={t("attention.title")} onClose={onClose}>
      <ul className="stack">
        {stuck.map((write) => (
          <li key={write.key} className="card stack">
            <Stuck write={write} onClose={onClose} />
          </li>
        ))}
      </ul>
    </Sheet>
  );
}

function Stuck({ write, onClose }: { write: QueuedWrite; onClose: () => void }) {
  const { t } = useWords();
  const [, navigate] = useLocation();
  const { change, problem, theirs, key } = write;
  const mine = change.kind === "create" || change.kind === "update" ? change.shown : change.before;
  const isEditable = change.kind === "create" && write.state === "refused";
  return (
    <>
      <h3>{t(KINDS[change.kind])}</h3>
      <Version transaction={mine} label={theirs && t("attention.mine")} />
      {theirs && theirs.deleted_at === null && <Version transaction={theirs} label={t("attention.theirs")} />}
      <p className="form-error">
        {theirs?.deleted_at
          ? t("attention.deleted")
          : problemText(t, apiProblem(422, problem?.code ?? "", problem?.detail ?? ""))}
      </p>
      <div className="row">
        {isEditable ? (
          <button
            type="button"
            className="button primary compact"
            onClick={() => {
              onClose();
              navigate(`/transactions/${subjectOf(write)}/edit`);
            }}
          >
            {t("common.edit")}
          </button>
        ) : (
          !theirs?.deleted_at && (
            <button type="button" className="button primary compact" onClick={() => void retry(key)}>
              {theirs ? t("attention.keep_mine") : t("common.retry")}
            </button>
          )
        )}
        <button type="button" className="button quiet compact" onClick={() => void dequeue(key)}>
          {theirs ? t("attention.keep_theirs") : t("attention.discard")}
        </button>
      </div>
    </>
  );
}

function Version({ transaction, label }: { transaction: Transaction; label: string | undefined }) {
  const { t, locale } = useWords();
  return (
    <div className="spread">
      <span>
        {label && <span className="soft small">{label} · </span>}
        {transaction.description ?? t("transaction.untitled")}
        <span className="soft small"> · {formatDay(locale, transaction.transacted_at.slice(0, 10))}</span>
      </span>
      <Amount amount={transaction.amount} currency={transaction.currency} />
    </div>
  );
}
