import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { type Balance, client, everyPage, unwrap } from "../../api/client";
import { scopeQuery, useScope } from "../../app/scope";
import { addDays, today } from "../../dates/days";
import { approximate } from "../../money/decimal";
import { historyOf } from "./history";

const DAYS = 90;

/** Ninety days of each balance, to be drawn. */
export function useHistories(balances: Balance[]): Map<string, number[]> {
  const scope = useScope();
  const now = today();
  const { data } = useQuery({
    queryKey: ["transactions-history", scope.groupId ?? null, now],
    staleTime: 60_000,
    queryFn: () =>
      everyPage((cursor) =>
        unwrap(
          client.GET("/transactions", {
            params: {
              query: {
                ...scopeQuery(scope),
                from: addDays(now, -DAYS),
                approved: true,
                limit: 200,
                ...(cursor && { cursor }),
              },
            },
          }),
        ),
      ),
  });
  return useMemo(
    () =>
      new Map(
        data === undefined
          ? []
          : balances.map((balance) => [balance.balance_id, historyOf(balance, data, DAYS, now).map(approximate)]),
      ),
    [data, balances, now],
  );
}
