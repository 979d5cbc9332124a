import { useEffect } from "react";
import { useMe } from "../api/queries";
import { setLocale } from "../i18n/language";

/** Speaks the language of the account, whatever the device is set to. */
export function FollowLocale() {
  const { locale } = useMe();
  useEffect(() => void setLocale(locale), [locale]);
  return null;
}
