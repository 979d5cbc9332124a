import { navigate } from "wouter/use-browser-location";
import type { Transaction } from "../../api/client";
import { toast } from "../../app/toasts";
import { useSession } from "../../auth/useSession";
import { useWords } from "../../i18n/language";
import { dequeue, enqueue, queuedWrites } from "../../offline/outbox";
import { bodyOf, draftOf, subjectOf } from "../../offline/writes";

/** What can be done with a transaction of one's own. Each line of a list uses it: none of them is drawn anew because one goes elsewhere. */
export function useTransactionActions() {
  const { t } = useWords();
  const ownId = useSession()?.userId;

  /** Deletes at once; for ten seconds it can be undone. */
  const remove = async (transaction: Transaction): Promise<void> => {
    if (transaction.user_id !== ownId) return;
    const { queued: _, ...before } = transaction as Transaction & { queued?: unknown };
    const unsent = queuedWrites().find((write) => write.key === before.transaction_id && !write.attempted);
    if (unsent !== undefined) {
      await dequeue(unsent.key);
      toast(t("transaction.deleted"), { text: t("common.undo"), run: () => void enqueue(unsent.change, unsent.key) });
      return;
    }
    const key = await enqueue({ kind: "delete", before });
    toast(t("transaction.deleted"), { text: t("common.undo"), run: () => void restore(key, before) });
  };

  const approve = async (transaction: Transaction): Promise<void> => {
    const { queued: _, ...before } = transaction as Transaction & { queued?: unknown };
    const body = { ...bodyOf(before), approved: true };
    await enqueue({
      kind: "update",
      body,
      before,
      shown: draftOf(body, { ...before, before, now: new Date().toISOString() }),
    });
    toast(t("transaction.approved"));
  };

  const edit = (transaction: Transaction): void => navigate(`/transactions/${transaction.transaction_id}/edit`);
  const duplicate = (transaction: Transaction): void => navigate(`/add?copy=${transaction.transaction_id}`);
  return { remove, approve, edit, duplicate };
}

/** A deletion that has not gone out is taken back; one that has is undone by the API. */
async function restore(key: string, before: Transaction): Promise<void> {
  const waiting = queuedWrites().find((write) => write.key === key);
  if (waiting !== undefined && !waiting.attempted) await dequeue(key);
  else {
    const id = waiting === undefined ? before.transaction_id : subjectOf(waiting);
    await enqueue({ kind: "restore", before: { ...before, transaction_id: id } });
  }
}
