import type { Balance, Transaction } from "../../api/types";
import { addDays, dayOf } from "../../dates/days";
import { fromHundredths, toHundredths } from "../../money/decimal";
import { effectsOf } from "../../offline/overlay";

/** What was in a balance at the end of each day up to today, the oldest first: reckoned back from what is in it now. */
export const historyOf = (balance: Balance, transactions: Transaction[], days: number, today: string): string[] => {
  const byDay = new Map<string, bigint>();
  let later = 0n;
  for (const transaction of transactions) {
    const effect = effectsOf(transaction).get(balance.balance_id);
    if (effect === undefined) continue;
    const day = dayOf(new Date(transaction.transacted_at));
    // What is dated ahead is in the amount already, and in none of these days.
    if (day > today) later += effect;
    else byDay.set(day, (byDay.get(day) ?? 0n) + effect);
  }
  const amounts: string[] = [];
  let amount = toHundredths(balance.amount) - later;
  for (let day = today, count = 0; count < days; count += 1, day = addDays(day, -1)) {
    amounts.unshift(fromHundredths(amount));
    amount -= byDay.get(day) ?? 0n;
  }
  return amounts;
};
