import { ArrowRight, ChevronDown } from "lucide-react";
import type { Balance } from "../../api/client";
import { Amount } from "../../design/Amount";
import { formatMoney } from "../../i18n/format";
import { useWords } from "../../i18n/language";
import type { Type } from "./draft";

interface BalancePickProps {
  balances: Balance[];
  type: Type;
  fromId: string | undefined;
  toId: string | undefined;
  onFrom: (id: string) => void;
  onTo: (id: string) => void;
}

/** The balance that it concerns; of a movement, from where to where. */
export function BalancePick({ balances, type, fromId, toId, onFrom, onTo }: BalancePickProps) {
  const { t } = useWords();
  if (type !== "movement") {
    return (
      <div className="balance-pick">
        <Pick label={t("balance.one")} balances={balances} value={fromId} onChange={onFrom} />
      </div>
    );
  }
  return (
    <div className="balance-pick two">
      <Pick label={t("transaction.from")} balances={balances} value={fromId} onChange={onFrom} />
      <ArrowRight size={18} aria-hidden="true" className="soft" />
      <Pick
        label={t("transaction.to")}
        balances={balances.filter((one) => one.balance_id !== fromId)}
        value={toId}
        onChange={onTo}
      />
    </div>
  );
}

function Pick({
  label,
  balances,
  value,
  onChange,
}: {
  label: string;
  balances: Balance[];
  value: string | undefined;
  onChange: (id: string) => void;
}) {
  const { t, locale } = useWords();
  const chosen = balances.find(({ balance_id }) => balance_id === value);
  return (
    <div className="pick">
      <span className="grow" aria-hidden="true">
        <span className="title ellipsis block">{chosen?.name ?? t("add.choose")}</span>
        {chosen && <Amount amount={chosen.amount} currency={chosen.currency} className="soft" />}
      </span>
      <ChevronDown size={15} aria-hidden="true" />
      <select aria-label={label} value={value ?? ""} onChange={(event) => onChange(event.target.value)}>
        {value === undefined && <option value="">{t("add.choose")}</option>}
        {balances.map(({ balance_id, name, amount, currency }) => (
          <option key={balance_id} value={balance_id}>
            {name} · {formatMoney(locale, amount, currency)}
          </option>
        ))}
      </select>
    </div>
  );
}
