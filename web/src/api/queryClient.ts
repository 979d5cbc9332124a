import { createAsyncStoragePersister } from "@tanstack/query-async-storage-persister";
import { type InfiniteData, QueryClient } from "@tanstack/react-query";
import type { PersistedClient, PersistQueryClientOptions } from "@tanstack/react-query-persist-client";
import { keptTexts } from "../offline/database";
import { overlayBalances, overlayTransactions } from "../offline/overlay";
import { rememberRecorded } from "../offline/recorded";
import type { QueuedWrite } from "../offline/writes";
import type { Balance, Transaction } from "./client";
import type { Filters } from "./filters";
import { isApiProblem, isPassing } from "./problem";

/** Three weeks. Timers of browsers go to 2^31 ms, 24.8 days; what is beyond that they call at once. */
const KEPT_FOR = 21 * 24 * 60 * 60 * 1000;
/** Changes with the shape of what is kept: an older one is forgotten. */
const SHAPE = "1";

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      gcTime: KEPT_FOR,
      retry: (count, error) => isPassing(error) && !(isApiProblem(error) && error.status === 0) && count < 2,
      networkMode: "always",
      refetchOnReconnect: "always",
    },
    mutations: { networkMode: "always" },
  },
});

/** What was seen last is kept on the device for three weeks, by user. */
export const persistence = (userId: string): Omit<PersistQueryClientOptions, "queryClient"> => ({
  persister: createAsyncStoragePersister({
    storage: keptTexts,
    key: `answers/${userId}`,
    throttleTime: 1000,
    serialize: (client) => JSON.stringify(forKeeping(client)),
  }),
  maxAge: KEPT_FOR,
  buster: SHAPE,
  // What is known stays known when asking for it once more has failed, as it does without a network.
  dehydrateOptions: { shouldDehydrateQuery: ({ state, meta }) => state.data !== undefined && meta?.kept !== false },
});

/** What was known, without what failed since, and of long lists the beginning. */
const forKeeping = ({ clientState, ...client }: PersistedClient): PersistedClient => ({
  ...client,
  clientState: {
    ...clientState,
    queries: clientState.queries.map((query) => ({
      ...query,
      state: {
        ...query.state,
        ...(query.queryKey[0] === "transactions" && { data: beginningOf(query.state.data as InfiniteData<Page>) }),
        status: "success",
        error: null,
        fetchFailureCount: 0,
        fetchFailureReason: null,
      },
    })),
  },
});

export type Page = { items: Transaction[]; next_cursor: string | null };

/** So many pages of a list are kept and read anew: somebody may have scrolled through ten thousand transactions. */
const FEW_PAGES = 5;

export const isShort = ({ state }: { state: { data: unknown } }): boolean =>
  ((state.data as InfiniteData<Page> | undefined)?.pages.length ?? 0) <= FEW_PAGES;

export const alwaysIfShort = (query: { state: { data: unknown } }): "always" | false =>
  isShort(query) ? "always" : false;

export const beginningOf = (known: InfiniteData<Page>): InfiniteData<Page> => ({
  pages: known.pages.slice(0, FEW_PAGES),
  pageParams: known.pageParams.slice(0, FEW_PAGES),
});

/** Puts what the API has answered to a write into what is known, so that nothing flickers; then has it all read anew. */
export function settle(write: QueuedWrite, result: Transaction | undefined): void {
  const { change } = write;
  const done: QueuedWrite = { ...write, change: withResult(change, result) };
  if (done.change.kind === "create" && result !== undefined) {
    rememberRecorded(write.key, result);
    done.key = result.transaction_id;
  }
  queryClient.setQueriesData<Balance[]>({ queryKey: ["balances"] }, (known) => known && overlayBalances(known, [done]));
  for (const [key, pages] of queryClient.getQueriesData<InfiniteData<Page>>({ queryKey: ["transactions"] })) {
    if (pages !== undefined) queryClient.setQueryData(key, withWrite(pages, done, key[1] as Filters));
  }
  if (result !== undefined) queryClient.setQueryData(["transaction", result.transaction_id], result);
  refreshMoney();
}

const withResult = (change: QueuedWrite["change"], result: Transaction | undefined): QueuedWrite["change"] => {
  if (result === undefined || change.kind === "delete") return change;
  return change.kind === "restore" ? { ...change, before: result } : { ...change, shown: result };
};

/** Everything is put into the first page: order and ends are right again when the pages are read anew. */
const withWrite = (pages: InfiniteData<Page>, write: QueuedWrite, filters: Filters): InfiniteData<Page> => {
  const known = pages.pages.flatMap(({ items }) => items);
  const items = overlayTransactions(known, [write], filters).map(({ queued: _, ...transaction }) => transaction);
  let start = 0;
  return {
    ...pages,
    pages: pages.pages.map((page, index) => {
      const isLast = index === pages.pages.length - 1;
      const size = index === 0 ? page.items.length + items.length - known.length : page.items.length;
      const slice = items.slice(start, isLast ? undefined : start + Math.max(0, size));
      start += slice.length;
      return { ...page, items: slice };
    }),
  };
};

/**
 * Reads anew what depends on transactions; reports and scores follow by events, within a second or so. A long list somebody is in has the
 * write in it already, and is read anew from its beginning when it is opened again.
 */
export function refreshMoney(): void {
  for (const name of ["balances", "transactions-exchanges"]) void queryClient.invalidateQueries({ queryKey: [name] });
  void queryClient.invalidateQueries({ queryKey: ["transactions"], predicate: isShort });
  void queryClient.invalidateQueries({ queryKey: ["transactions"], refetchType: "none" });
  const later = () => {
    for (const name of ["report", "categories"]) void queryClient.invalidateQueries({ queryKey: [name] });
  };
  for (const delay of [600, 2000, 6000]) setTimeout(later, delay);
}
