import type { Balance, NewTransaction, Transaction } from "../../api/client";
import { toast } from "../../app/toasts";
import { useSession } from "../../auth/useSession";
import { formatMoney } from "../../i18n/format";
import { useWords } from "../../i18n/language";
import { dequeue, enqueue, queuedWrites } from "../../offline/outbox";
import { recordedAs } from "../../offline/recorded";
import { draftOf } from "../../offline/writes";
import { useTransactionActions } from "../transactions/useTransactionActions";

/** Keeps what was entered and has it sent; what is new can be undone for ten seconds. */
export function useSave() {
  const { t, locale } = useWords();
  const userId = useSession()?.userId ?? "";
  const { remove } = useTransactionActions();

  return async (
    body: NewTransaction,
    { edited, balance, currency }: { edited: Transaction | undefined; balance: Balance | undefined; currency: string },
  ): Promise<void> => {
    const now = new Date().toISOString();
    const known = { user_id: userId, group_id: balance?.group_id ?? edited?.group_id ?? "", currency, now };
    if (edited !== undefined) {
      const stuck = queuedWrites().find((write) => write.key === edited.transaction_id && write.state !== "waiting");
      if (stuck !== undefined) {
        // It was refused and never recorded: what is saved now takes its place.
        await dequeue(stuck.key);
        const key = crypto.randomUUID();
        await enqueue({ kind: "create", body, shown: draftOf(body, { ...known, transaction_id: key }) }, key);
        return;
      }
      const shown = draftOf(body, { ...known, transaction_id: edited.transaction_id, before: edited });
      await enqueue({ kind: "update", body, before: edited, shown });
      toast(t("add.changed"));
      return;
    }
    const key = crypto.randomUUID();
    const shown = draftOf(body, { ...known, transaction_id: key });
    await enqueue({ kind: "create", body, shown }, key);
    const text = t("add.saved", { amount: formatMoney(locale, shown.amount, currency) });
    toast(text, { text: t("common.undo"), run: () => void undo(key, shown, remove) });
  };
}

/** Takes a new transaction back: not sent yet it is simply forgotten, else deleted under the id that it has got. */
async function undo(
  key: string,
  shown: Transaction,
  remove: (transaction: Transaction) => Promise<void>,
): Promise<void> {
  await remove({ ...shown, ...recordedAs(key) });
}
