import { useDisplay } from "../../app/useDisplay";
import type { Rate } from "../../money/rates";
import type { Options } from "./options";

/** The currency that a report is shown in, and the rates that lead there. */
export function useReportDisplay({ currency: chosen }: Options): { currency: string; rates: Rate[] } {
  const { currency, rates } = useDisplay();
  return { currency: chosen ?? currency, rates };
}
