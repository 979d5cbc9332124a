import { type FormEvent, useState } from "react";
import { Link } from "wouter";
import { type Balance, client, idempotent, unwrap } from "../../api/client";
import { useGroups, useMe } from "../../api/queries";
import { queryClient } from "../../api/queryClient";
import { useScope } from "../../app/scope";
import { toast } from "../../app/toasts";
import { useAction } from "../../app/useAction";
import { Amount } from "../../design/Amount";
import { CurrencySelect } from "../../design/CurrencySelect";
import { SelectField, TextField } from "../../design/Field";
import { Sheet } from "../../design/Sheet";
import { decimalMark } from "../../i18n/format";
import { useWords } from "../../i18n/language";
import { editableAmount, parseAmount } from "../../money/input";
import { FormError } from "../auth/AuthPage";

/** A new balance; or the name and the opening amount of one. */
export function BalanceSheet({ balance, onClose }: { balance: Balance | undefined; onClose: () => void }) {
  const { t, locale } = useWords();
  const me = useMe();
  const scope = useScope();
  const groups = useGroups().data ?? [];
  const mark = decimalMark(locale);
  const [name, setName] = useState(balance?.name ?? "");
  const [currency, setCurrency] = useState(balance?.currency ?? me.default_currency);
  const [groupId, setGroupId] = useState(scope.groupId ?? "");
  const [opening, setOpening] = useState(balance ? editableAmount(balance.opening_amount, mark) : "");
  const amount = opening.trim() === "" ? "0.00" : parseAmount(opening, mark, currency);

  const refresh = () => queryClient.invalidateQueries({ queryKey: ["balances"] });
  const save = useAction(async () => {
    if (amount === undefined) return;
    if (balance === undefined) {
      const body = { name: name.trim(), currency, opening_amount: amount, ...(groupId && { group_id: groupId }) };
      await unwrap(client.POST("/balances/{id}", { params: { path: { id: me.user_id }, ...idempotent() }, body }));
    } else {
      const body = { name: name.trim(), opening_amount: amount };
      await unwrap(client.PUT("/balances/{id}", { params: { path: { id: balance.balance_id } }, body }));
    }
    await refresh();
    onClose();
  });
  const remove = useAction(async () => {
    if (balance === undefined) return;
    await unwrap(client.DELETE("/balances/{id}", { params: { path: { id: balance.balance_id } } }));
    await refresh();
    toast(t("balance.deleted", { name: balance.name }));
    onClose();
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void save.start();
  };
  return (
    <Sheet title={balance ? balance.name : t("balances.add")} onClose={onClose}>
      {balance && <Holds balance={balance} />}
      <form className="stack" onSubmit={submit}>
        <TextField
          label={t("balance.name")}
          placeholder={t("balance.name_example")}
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.target.value)}
          required
        />
        <TextField
          label={t(balance ? "balance.opened_with" : "balance.opening", { currency })}
          hint={balance && t("balance.opening_hint")}
          inputMode="text"
          placeholder="0"
          value={opening}
          onChange={(event) => setOpening(event.target.value)}
          error={amount === undefined ? t("problem.amount") : undefined}
        />
        {balance === undefined && (
          <>
            <CurrencySelect label={t("welcome.currency")} value={currency} onChange={setCurrency} />
            <SelectField
              label={t("balance.who_sees")}
              value={groupId}
              onChange={(event) => setGroupId(event.target.value)}
            >
              <option value="">{t("balance.only_me")}</option>
              {groups
                .filter(({ personal }) => !personal)
                .map(({ group_id, name: group }) => (
                  <option key={group_id} value={group_id}>
                    {group}
                  </option>
                ))}
            </SelectField>
          </>
        )}
        <FormError text={save.error ?? remove.error} />
        <button type="submit" className="button primary wide" disabled={save.busy || amount === undefined}>
          {t("common.save")}
        </button>
        {balance && <DeleteBalance busy={remove.busy} onDelete={() => void remove.start()} />}
      </form>
    </Sheet>
  );
}

/** What is in it, and where that leads. */
function Holds({ balance }: { balance: Balance }) {
  const { t } = useWords();
  return (
    <div className="balance-holds">
      <p className="figure">
        <Amount amount={balance.amount} currency={balance.currency} tone="balance" />
      </p>
      <div className="halves">
        <Link href={`/transactions?balance_id=${balance.balance_id}`} className="button quiet">
          {t("nav.transactions")}
        </Link>
        <Link href={`/add?balance=${balance.balance_id}`} className="button quiet">
          {t("balance.record")}
        </Link>
      </div>
    </div>
  );
}

/** There is no way back by the API: it is asked once more, in place. */
function DeleteBalance({ busy, onDelete }: { busy: boolean; onDelete: () => void }) {
  const { t } = useWords();
  const [asked, setAsked] = useState(false);
  return (
    <>
      {asked && <p className="soft small">{t("balance.delete_hint")}</p>}
      <button
        type="button"
        className="button danger wide"
        disabled={busy}
        onClick={() => (asked ? onDelete() : setAsked(true))}
      >
        {asked ? t("balance.delete_confirm") : t("balance.delete")}
      </button>
    </>
  );
}
