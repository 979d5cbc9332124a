import type { EndpointTable } from "../runtime/endpoint";
import type { Statements } from "../runtime/statement-work";
import { balanceEndpoints } from "./balances";
import { balanceMemory } from "./store";
import { transactionEndpoints } from "./transactions";

/** The whole transactions service: balances and transactions. */
export const transactionsEndpoints = (): EndpointTable<Statements> => ({
  ...balanceEndpoints(),
  ...transactionEndpoints(balanceMemory()),
});
