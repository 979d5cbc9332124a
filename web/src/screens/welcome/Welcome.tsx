import "../auth/auth.css";
import { type FormEvent, useState } from "react";
import { useLocation } from "wouter";
import { client, idempotent, unwrap } from "../../api/client";
import { useMe } from "../../api/queries";
import { queryClient } from "../../api/queryClient";
import { useAction } from "../../app/useAction";
import { endWelcome } from "../../app/welcome";
import { CurrencySelect } from "../../design/CurrencySelect";
import { TextField } from "../../design/Field";
import { decimalMark } from "../../i18n/format";
import { useWords } from "../../i18n/language";
import { parseAmount } from "../../money/input";
import { AuthPage, FormError } from "../auth/AuthPage";

const STEPS = ["name", "currency", "balance"] as const;
type Step = (typeof STEPS)[number];

/** The first run: name, currency, first balance; each can be skipped. It ends on the amount pad. */
export default function Welcome() {
  const { t, locale } = useWords();
  const [, navigate] = useLocation();
  const me = useMe();
  const [step, setStep] = useState<Step>("name");
  const [name, setName] = useState(me.name === me.email.split("@")[0] ? "" : me.name);
  const [currency, setCurrency] = useState(me.default_currency);
  const [balance, setBalance] = useState(t("welcome.balance_default"));
  const [opening, setOpening] = useState("");
  const amount = opening.trim() === "" ? "0.00" : parseAmount(opening, decimalMark(locale), currency);

  const saveUser = async (body: { name: string; default_currency?: string }) =>
    queryClient.setQueryData(["me"], await unwrap(client.PUT("/users/me", { body })));
  const end = (path: string) => {
    endWelcome();
    navigate(path, { replace: true });
  };
  const skip = () => (step === "name" ? setStep("currency") : step === "currency" ? setStep("balance") : end("/"));
  const { busy, error, start, clear } = useAction(async () => {
    if (step === "name") {
      await saveUser({ name: name.trim() });
      setStep("currency");
    } else if (step === "currency") {
      await saveUser({ name: name.trim() || me.name, default_currency: currency });
      setStep("balance");
    } else if (amount !== undefined) {
      const body = { name: balance.trim(), currency, opening_amount: amount };
      await unwrap(client.POST("/balances/{id}", { params: { path: { id: me.user_id }, ...idempotent() }, body }));
      await queryClient.invalidateQueries({ queryKey: ["balances"] });
      end("/add");
    }
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void start();
  };
  const titles = {
    name: t("welcome.name_title"),
    currency: t("welcome.currency_title"),
    balance: t("welcome.balance_title"),
  };
  const leads = {
    name: t("welcome.name_lead"),
    currency: t("welcome.currency_lead"),
    balance: t("welcome.balance_lead"),
  };
  return (
    <AuthPage key={step} title={titles[step]} lead={leads[step]}>
      <form onSubmit={submit}>
        <Steps at={step} />
        {step === "name" && (
          <TextField
            label={t("welcome.name")}
            autoComplete="name"
            maxLength={100}
            value={name}
            onChange={(event) => setName(event.target.value)}
            autoFocus
            required
          />
        )}
        {step === "currency" && (
          <CurrencySelect label={t("welcome.currency")} value={currency} onChange={setCurrency} />
        )}
        {step === "balance" && (
          <>
            <TextField
              label={t("balance.name")}
              maxLength={100}
              value={balance}
              onChange={(event) => setBalance(event.target.value)}
              required
            />
            <TextField
              label={t("balance.opening", { currency })}
              inputMode="decimal"
              placeholder="0"
              value={opening}
              onChange={(event) => setOpening(event.target.value)}
              error={amount === undefined ? t("problem.amount") : undefined}
              autoFocus
            />
          </>
        )}
        <FormError text={error} />
        <button
          type="submit"
          className="button primary wide"
          disabled={busy || (step === "balance" && amount === undefined)}
        >
          {t("common.continue")}
        </button>
        <button
          type="button"
          className="button plain"
          onClick={() => {
            clear();
            skip();
          }}
        >
          {t("welcome.skip")}
        </button>
      </form>
    </AuthPage>
  );
}

/** How far one is. */
function Steps({ at }: { at: Step }) {
  const { t } = useWords();
  const number = STEPS.indexOf(at) + 1;
  return (
    <p className="steps">
      <span className="only-read">{t("welcome.step", { number, count: STEPS.length })}</span>
      {STEPS.map((step, index) => (
        <span key={step} className={index < number ? "step done" : "step"} />
      ))}
    </p>
  );
}
