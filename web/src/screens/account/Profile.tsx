import { type FormEvent, useState } from "react";
import { client, type User, unwrap } from "../../api/client";
import { queryClient } from "../../api/queryClient";
import { toast } from "../../app/toasts";
import { useAction } from "../../app/useAction";
import { CurrencySelect } from "../../design/CurrencySelect";
import { SelectField, TextField } from "../../design/Field";
import { setLocale, useWords } from "../../i18n/language";
import { FormError } from "../auth/AuthPage";

/** Locales with texts of their own; the region decides how numbers and dates are written. */
const LOCALES = [
  ["en", "English"],
  ["en-GB", "English (United Kingdom)"],
  ["en-US", "English (United States)"],
  ["es", "Español"],
  ["es-ES", "Español (España)"],
  ["es-MX", "Español (México)"],
  ["es-AR", "Español (Argentina)"],
] as const;

export function Profile({ me }: { me: User }) {
  const { t, locale } = useWords();
  const [name, setName] = useState(me.name);
  const [currency, setCurrency] = useState(me.default_currency);
  const [language, setLanguage] = useState(locale);
  const { busy, error, start } = useAction(async () => {
    const body = { name: name.trim(), default_currency: currency, locale: language };
    queryClient.setQueryData(["me"], await unwrap(client.PUT("/users/me", { body })));
    await setLocale(language);
    toast(t("account.saved"));
  });
  const isListed = LOCALES.some(([code]) => code === language);
  return (
    <form
      className="card stack"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        void start();
      }}
    >
      <TextField
        label={t("welcome.name")}
        maxLength={100}
        value={name}
        onChange={(event) => setName(event.target.value)}
        hint={me.email}
        required
      />
      <CurrencySelect label={t("account.currency")} value={currency} onChange={setCurrency} />
      <SelectField label={t("account.language")} value={language} onChange={(event) => setLanguage(event.target.value)}>
        {!isListed && <option value={language}>{language}</option>}
        {LOCALES.map(([code, text]) => (
          <option key={code} value={code} lang={code}>
            {text}
          </option>
        ))}
      </SelectField>
      <FormError text={error} />
      <button type="submit" className="button primary" disabled={busy}>
        {t("common.save")}
      </button>
    </form>
  );
}
