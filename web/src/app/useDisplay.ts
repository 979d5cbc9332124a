import { useMe, useRates } from "../api/queries";
import type { Rate } from "../money/rates";
import { useScope } from "./scope";

/** The currency in which sums are shown, and the rates that lead there. */
export function useDisplay(): { currency: string; rates: Rate[] } {
  const rates = useRates(useScope());
  return { currency: useMe().default_currency, rates };
}
