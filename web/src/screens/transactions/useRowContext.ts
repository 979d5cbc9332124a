import { useMemo } from "react";
import type { Balance, Category, Member } from "../../api/client";
import { useCategoriesById, useMembers, useOwnBalances, useScopeBalances } from "../../api/queries";
import { useScope } from "../../app/scope";

/** What a row of a transaction shows beside the transaction itself. */
export interface RowContext {
  categories: Map<string, Category>;
  balances: Map<string, Balance>;
  /** Whose they are; in a group only. */
  members: Map<string, Member> | undefined;
}

export function useRowContext(): RowContext {
  const scope = useScope();
  const categories = useCategoriesById(scope);
  const own = useOwnBalances().data;
  const balances = useScopeBalances(scope).data;
  const members = useMembers(scope.groupId).data;
  return useMemo(
    () => ({
      categories,
      balances: new Map([...(own ?? []), ...(balances ?? [])].map((balance) => [balance.balance_id, balance])),
      members: scope.groupId === undefined ? undefined : new Map(members?.map((member) => [member.user_id, member])),
    }),
    [categories, own, balances, members, scope.groupId],
  );
}
