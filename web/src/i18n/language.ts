/** The language of the app, and the locale that numbers and dates follow. */
import { useSyncExternalStore } from "react";
import { deviceLocale } from "./device";
import { type Catalogue, en, type TextKey } from "./en";

export type Language = "en" | "es";

const STORE = "ahorro.locale";

export interface Words {
  language: Language;
  /** BCP 47. */
  locale: string;
  texts: Catalogue;
}

const languageOf = (locale: string): Language => (/^es\b/i.test(locale) ? "es" : "en");

let current: Words = { language: "en", locale: "en", texts: en };
const listeners = new Set<() => void>();

/** Before anything is shown: the language chosen last, else the device's. */
export const startLanguage = (): Promise<void> => setLocale(localStorage.getItem(STORE) ?? deviceLocale());

/** Speaks another language from now on; Spanish texts are loaded when they are needed. */
export async function setLocale(wanted: string): Promise<void> {
  const language = languageOf(wanted);
  // Formats of a language that has no texts here would stand among English words.
  const locale = language === "es" || /^en\b/i.test(wanted) ? wanted : "en";
  if (current.locale === locale && current.language === language) return;
  const texts = language === "es" ? (await import("./es")).es : en;
  current = { language, locale, texts };
  localStorage.setItem(STORE, locale);
  document.documentElement.lang = locale;
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const words = (): Words => current;

export type Translate = (key: TextKey, values?: Record<string, string | number>) => string;

/** A text in the language of the app, with its values filled in; the form of plurals goes by `count`. */
export const translate = (
  { texts, locale }: Words,
  key: TextKey,
  values: Record<string, string | number> = {},
): string => {
  const text = texts[key];
  const form =
    typeof text === "string"
      ? text
      : text[new Intl.PluralRules(locale).select(Number(values.count)) === "one" ? "one" : "other"];
  return form.replace(/\{(\w+)\}/g, (placeholder, name: string) => String(values[name] ?? placeholder));
};

export function useWords(): { t: Translate; locale: string; language: Language } {
  const now = useSyncExternalStore(subscribe, words);
  return { t: (key, values) => translate(now, key, values), locale: now.locale, language: now.language };
}
