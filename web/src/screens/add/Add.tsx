import "./add.css";
import { Wallet, X } from "lucide-react";
import type { ReactNode } from "react";
import { Link, useLocation, useSearch } from "wouter";
import type { Balance, Transaction } from "../../api/client";
import { useOwnBalances, useTransaction } from "../../api/queries";
import { goBack } from "../../app/navigation";
import { today } from "../../dates/days";
import { Empty, Failure, Loaded, SkeletonRows } from "../../design/parts";
import { decimalMark } from "../../i18n/format";
import { useWords } from "../../i18n/language";
import { editableAmount } from "../../money/input";
import { type Draft, draftOfTransaction, type Type } from "./draft";
import { Form } from "./Form";
import { lastBalance } from "./lastBalance";

/** Records a transaction, or changes one. The amount pad is there at once. */
export default function Add({ editedId }: { editedId?: string }) {
  const { t } = useWords();
  const copied = new URLSearchParams(useSearch()).get("copy");
  const balances = useOwnBalances();
  const sourceId = editedId ?? copied ?? undefined;
  if (balances.data === undefined && balances.error)
    return (
      <Nothing>
        <Failure error={balances.error} retry={() => void balances.refetch()} />
      </Nothing>
    );
  return (
    <Loaded
      query={balances}
      skeleton={
        <Nothing>
          <SkeletonRows />
        </Nothing>
      }
    >
      {(list) =>
        list.length === 0 ? (
          <Nothing>
            <Empty icon={Wallet} text={t("add.no_balance")}>
              <Link href="/balances?new" className="button primary">
                {t("balances.add")}
              </Link>
            </Empty>
          </Nothing>
        ) : sourceId === undefined ? (
          <NewForm balances={list} />
        ) : (
          <FormOf id={sourceId} balances={list} isCopy={editedId === undefined} />
        )
      }
    </Loaded>
  );
}

/** As long as there is nothing to fill in: why, and the way out. */
function Nothing({ children }: { children: ReactNode }) {
  const { t } = useWords();
  const [, navigate] = useLocation();
  return (
    <div className="add-none">
      <h1 className="only-read">{t("add.title")}</h1>
      <button
        type="button"
        className="icon-button"
        aria-label={t("common.close")}
        onClick={() => goBack(navigate, "/")}
      >
        <X size={22} />
      </button>
      {children}
    </div>
  );
}

function NewForm({ balances }: { balances: Balance[] }) {
  const query = new URLSearchParams(useSearch());
  const type = query.get("type");
  const initial: Draft = {
    type: type === "income" || type === "movement" ? (type as Type) : "expense",
    input: "",
    fromId: lastBalance(balances, query.get("balance")),
    toId: undefined,
    toInput: "",
    categoryId: null,
    description: "",
    day: today(),
    pending: false,
    entries: undefined,
  };
  return <Form balances={balances} initial={initial} edited={undefined} />;
}

function FormOf({ id, balances, isCopy }: { id: string; balances: Balance[]; isCopy: boolean }) {
  const { locale } = useWords();
  const { data, error, refetch } = useTransaction(id);
  if (data === undefined)
    return <Nothing>{error ? <Failure error={error} retry={() => void refetch()} /> : <SkeletonRows />}</Nothing>;
  const { queued: _, ...transaction } = data;
  const draft = draftOfTransaction(transaction, (amount) => editableAmount(amount, decimalMark(locale)));
  return (
    <Form
      key={isCopy ? "copy" : id}
      balances={balances}
      initial={isCopy ? { ...draft, day: today() } : draft}
      edited={isCopy ? undefined : (transaction as Transaction)}
    />
  );
}
