import "./balances.css";
import { Plus, Wallet } from "lucide-react";
import { useState } from "react";
import { useLocation, useSearch } from "wouter";
import type { Balance } from "../../api/client";
import { useMembers, useScopeBalances } from "../../api/queries";
import { PageHead } from "../../app/PageHead";
import { useScope } from "../../app/scope";
import { useDisplay } from "../../app/useDisplay";
import { useSession } from "../../auth/useSession";
import { Amount } from "../../design/Amount";
import { Avatar, Empty, Loaded } from "../../design/parts";
import { currencyName } from "../../i18n/format";
import { useWords } from "../../i18n/language";
import { sumByCurrency } from "../../money/decimal";
import { totalIn } from "../../money/display";
import { BalanceSheet } from "./BalanceSheet";
import { Sparkline } from "./Sparkline";
import { useHistories } from "./useHistories";

/** Where is it? All balances, by currency. */
export default function Balances() {
  const { t } = useWords();
  const balances = useScopeBalances(useScope());
  const [, navigate] = useLocation();
  const isAsked = new URLSearchParams(useSearch()).has("new");
  const [chosen, setOpened] = useState<Balance | "new">();
  const opened = chosen ?? (isAsked ? "new" : undefined);
  const close = () => {
    setOpened(undefined);
    if (isAsked) navigate("/balances", { replace: true });
  };
  return (
    <>
      <PageHead title={t("nav.balances")} back="/more" scoped>
        <button type="button" className="icon-button" aria-label={t("balances.add")} onClick={() => setOpened("new")}>
          <Plus size={22} />
        </button>
      </PageHead>
      <div className="page stack">
        <Loaded query={balances}>
          {(list) =>
            list.length === 0 ? (
              <Empty icon={Wallet} text={t("balances.empty")}>
                <button type="button" className="button primary" onClick={() => setOpened("new")}>
                  {t("balances.add")}
                </button>
              </Empty>
            ) : (
              <List balances={list} onOpen={setOpened} />
            )
          }
        </Loaded>
      </div>
      {opened !== undefined && <BalanceSheet balance={opened === "new" ? undefined : opened} onClose={close} />}
    </>
  );
}

function List({ balances, onOpen }: { balances: Balance[]; onOpen: (balance: Balance) => void }) {
  const { t, locale } = useWords();
  const { currency, rates } = useDisplay();
  const { main } = totalIn(balances, currency, rates);
  return (
    <>
      <div className="balances-total">
        <p className="soft small">{t("balances.total")}</p>
        <p className="figure">
          <Amount amount={main.amount} currency={main.currency} approximate={main.approximate} tone="balance" />
        </p>
      </div>
      <div className="balance-groups">
        {sumByCurrency(balances).map((sum) => (
          <section key={sum.currency} className="card flush">
            <div className="card-head spread">
              <h2 className="capital">{currencyName(locale, sum.currency)}</h2>
              <Amount amount={sum.amount} currency={sum.currency} className="soft" />
            </div>
            {balances
              .filter((balance) => balance.currency === sum.currency)
              .map((balance) => (
                <Row key={balance.balance_id} balance={balance} balances={balances} onOpen={onOpen} />
              ))}
          </section>
        ))}
      </div>
    </>
  );
}

function Row({
  balance,
  balances,
  onOpen,
}: {
  balance: Balance;
  balances: Balance[];
  onOpen: (balance: Balance) => void;
}) {
  const { t } = useWords();
  const scope = useScope();
  const ownId = useSession()?.userId;
  const [, navigate] = useLocation();
  const members = useMembers(scope.groupId).data;
  const history = useHistories(balances).get(balance.balance_id);
  const owner = members?.find(({ user_id }) => user_id === balance.user_id);
  const isOwn = balance.user_id === ownId;
  const open = () => (isOwn ? onOpen(balance) : navigate(`/transactions?balance_id=${balance.balance_id}`));
  return (
    <button type="button" className="list-row" onClick={open}>
      <span className="grow">
        <span className="title ellipsis block">{balance.name}</span>
        {owner && (
          <span className="sub row" style={{ gap: 6 }}>
            <Avatar id={owner.user_id} name={owner.name} tiny />{" "}
            <span className="ellipsis">{isOwn ? t("member.you") : owner.name}</span>
          </span>
        )}
      </span>
      {history && <Sparkline values={history} />}
      <span className="balance-amount">
        <Amount amount={balance.amount} currency={balance.currency} tone="balance" />
      </span>
    </button>
  );
}
