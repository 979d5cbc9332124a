/** What the screens read, each by one hook. */
import { type InfiniteData, useInfiniteQuery, useQueries, useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import type { Scope } from "../app/scope";
import { startWelcome } from "../app/welcome";
import { useSession } from "../auth/useSession";
import { addDays, today } from "../dates/days";
import { deviceLocale, guessCurrency, ownTimeZone } from "../i18n/device";
import { ratesOf } from "../money/rates";
import { overlayBalances, overlayTransactions } from "../offline/overlay";
import { useQueue } from "../offline/useQueue";
import { type Category, client, everyPage, idempotent, type Transaction, unwrap } from "./client";
import type { Filters } from "./filters";
import { isApiProblem } from "./problem";
import { alwaysIfShort, beginningOf, isShort, type Page, queryClient } from "./queryClient";

/** The caller's account; who comes for the first time is registered, and welcomed. */
export const fetchMe = () =>
  unwrap(client.GET("/users/me")).catch((error: unknown) => {
    if (!isApiProblem(error) || error.code !== "user_not_registered") throw error;
    startWelcome();
    const body = { default_currency: guessCurrency(), time_zone: ownTimeZone(), locale: deviceLocale() };
    return unwrap(client.POST("/users", { params: idempotent(), body }));
  });

export const useMe = () => useSuspenseQuery({ queryKey: ["me"], queryFn: fetchMe, staleTime: 300_000 }).data;

export const fetchGroups = () =>
  everyPage((cursor) =>
    unwrap(client.GET("/groups", { params: { query: { limit: 200, ...(cursor && { cursor }) } } })),
  );

export const useGroups = () => useQuery({ queryKey: ["groups"], queryFn: fetchGroups });

export const useMembers = (groupId: string | undefined) =>
  useQuery({
    queryKey: ["members", groupId],
    enabled: groupId !== undefined,
    // Somebody may have joined, whose transactions are there already.
    staleTime: 0,
    queryFn: () =>
      everyPage((cursor) =>
        unwrap(
          client.GET("/groups/{group_id}/members", {
            params: { path: { group_id: groupId ?? "" }, query: { limit: 200, ...(cursor && { cursor }) } },
          }),
        ),
      ),
  });

export const useInvites = (groupId: string, enabled: boolean) =>
  useQuery({
    queryKey: ["invites", groupId],
    enabled,
    queryFn: () =>
      everyPage((cursor) =>
        unwrap(
          client.GET("/groups/{group_id}/invites", {
            params: { path: { group_id: groupId }, query: { limit: 200, ...(cursor && { cursor }) } },
          }),
        ),
      ),
  });

/** Balances of a user or a group, with what waits to be sent. */
export const useBalances = (id: string | undefined) => {
  const writes = useQueue();
  const query = useQuery({
    queryKey: ["balances", id],
    enabled: id !== undefined,
    staleTime: 0,
    queryFn: () =>
      everyPage((cursor) =>
        unwrap(
          client.GET("/balances/{id}", {
            params: { path: { id: id ?? "" }, query: { limit: 200, ...(cursor && { cursor }) } },
          }),
        ),
      ),
  });
  const data = useMemo(() => query.data && overlayBalances(query.data, writes), [query.data, writes]);
  return { ...query, data };
};

/** One's own balances. */
export const useOwnBalances = () => useBalances(useSession()?.userId);
export const useScopeBalances = (scope: Scope) => {
  const userId = useSession()?.userId;
  return useBalances(scope.groupId ?? userId);
};

const PAGE = 100;

const fetchTransactions = (filters: Filters, limit: number, cursor: string | undefined, signal?: AbortSignal) =>
  unwrap(
    client.GET("/transactions", {
      params: { query: { ...filters, limit, ...(cursor && { cursor }) } },
      ...(signal && { signal }),
    }),
  );

/** A list that grows while one scrolls, with what waits to be sent. */
export const useTransactions = (filters: Filters, limit = PAGE) => {
  const writes = useQueue();
  const queryKey = ["transactions", filters, limit];
  const query = useInfiniteQuery({
    queryKey,
    refetchOnWindowFocus: isShort,
    refetchOnReconnect: alwaysIfShort,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => fetchTransactions(filters, limit, pageParam, signal),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: (previous) => previous,
  });
  useBeginningOnly(queryKey);
  const items = useMemo(() => {
    const known = query.data?.pages.flatMap((page) => page.items);
    return known && overlayTransactions(known, writes, filters);
  }, [query.data, writes, filters]);
  return { ...query, items };
};

/** Who comes back to a list begins at its beginning: the rest is forgotten, rather than read anew page by page. */
function useBeginningOnly(queryKey: unknown[]): void {
  const text = JSON.stringify(queryKey);
  useEffect(
    () => () => {
      const query = queryClient.getQueryCache().find({ queryKey: JSON.parse(text) });
      if (query === undefined || query.getObserversCount() > 0 || isShort(query)) return;
      query.setData(beginningOf(query.state.data as InfiniteData<Page>));
    },
    [text],
  );
}

/** One transaction, waiting or not; undefined while it is not known. */
export const useTransaction = (id: string) => {
  const writes = useQueue();
  const query = useQuery({
    queryKey: ["transaction", id],
    enabled: !writes.some((write) => write.key === id && write.change.kind === "create"),
    queryFn: () => unwrap(client.GET("/transactions/{transaction_id}", { params: { path: { transaction_id: id } } })),
  });
  const data = useMemo(
    () =>
      overlayTransactions(query.data && !query.data.deleted_at ? [query.data] : [], writes, {}).find(
        (one) => one.transaction_id === id,
      ),
    [query.data, writes, id],
  );
  return { ...query, data, deleted: query.data?.deleted_at != null };
};

const fetchCategories = (userId: string): Promise<Category[]> =>
  everyPage((cursor) =>
    unwrap(
      client.GET("/categories/{user_id}", {
        params: { path: { user_id: userId }, query: { limit: 200, ...(cursor && { cursor }) } },
      }),
    ),
  );

export const useCategories = (userId: string | undefined) =>
  useQuery({
    queryKey: ["categories", userId],
    enabled: userId !== undefined,
    queryFn: () => fetchCategories(userId ?? ""),
    // Those of a new account come by an event, a moment after it was made.
    refetchInterval: ({ state }) => (state.data?.length === 0 ? 1000 : false),
  });

/** The categories of all whose transactions may be seen, by id; one's own come first where two share an id. */
export const useCategoriesById = (scope: Scope): Map<string, Category> => {
  const me = useSession()?.userId ?? "";
  const members = useMembers(scope.groupId);
  const ids = [...(members.data?.map(({ user_id }) => user_id) ?? []).filter((id) => id !== me), me];
  return useQueries({
    queries: ids.map((id) => ({ queryKey: ["categories", id], queryFn: () => fetchCategories(id) })),
    combine: combineCategories,
  });
};

const combineCategories = (results: { data: Category[] | undefined }[]): Map<string, Category> =>
  new Map(results.flatMap(({ data }) => data ?? []).map((category) => [category.category_id, category]));

/** Rates between currencies, of one's own exchanges of the last two years. */
export const useRates = (scope: Scope) => {
  const balances = useScopeBalances(scope).data;
  const several = new Set(balances?.map(({ currency }) => currency)).size > 1;
  const { data } = useQuery({
    queryKey: ["transactions-exchanges", scope.groupId ?? null],
    enabled: several,
    staleTime: 300_000,
    queryFn: () => {
      const filters: Filters = {
        type: "movement",
        from: addDays(today(), -730),
        ...(scope.groupId && { group_id: scope.groupId }),
      };
      return fetchTransactions(filters, 200, undefined).then(({ items }) => items);
    },
  });
  return useMemo(
    () => ratesOf(exchangesOf(data ?? [], new Map(balances?.map((one) => [one.balance_id, one.currency])))),
    [data, balances],
  );
};

const exchangesOf = (movements: Transaction[], currencies: Map<string, string>) =>
  movements.flatMap(({ currency, amount, to_amount, to_balance_id, transacted_at }) => {
    const to = currencies.get(to_balance_id ?? "");
    if (to_amount === null || to === undefined) return [];
    return [{ currency, amount, to_currency: to, to_amount, on: transacted_at.slice(0, 10) }];
  });
