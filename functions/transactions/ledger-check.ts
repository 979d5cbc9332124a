/**
 * The check of the ledger: proves of every balance that its amount is its opening amount plus the effects of its approved, not deleted
 * transactions, added up anew from the rows and by other means than those that wrote them.
 *
 * It reads page after page, in the order of ids, with one statement each: all that a statement reads is of one moment, so that changes that
 * are committed meanwhile are seen whole or not at all, and it neither waits for writers nor makes them wait.
 */
import type { Context } from "aws-lambda";
import { type Connection, codeOf } from "../runtime/postgres";

/** Where a check goes on; empty for a new one. */
export interface LedgerCheckEvent {
  /** The last balance that was looked at. */
  after?: string;
  /** Balances looked at before, and those of them that differ. */
  checked?: number;
  different?: number;
}

export interface LedgerCheckOptions {
  /** The database, as its auditor. */
  sql: Connection;
  /** Has the check go on in another invocation. */
  goOn: (event: LedgerCheckEvent) => Promise<void>;
  /** Told how many balances differ: at the end, and before where there are any. */
  different: (count: number) => void;
  /** Told at the end how many balances there are. */
  completed: (checked: number) => void;
  /** Balances of the first page. @default 500 */
  pageSize?: number;
  /** Longest that a statement about several balances may take, in ms. @default 10,000 */
  patience?: number;
}

export interface LedgerCheckResult {
  checked: number;
  different: number;
  /** False when another invocation goes on. */
  complete: boolean;
}

interface Page {
  checked: number;
  /** Ids of balances that differ. */
  different: string[];
  /** The last balance; null when there are no more. */
  last: string | null;
}

/** Most balances of a page. */
const LARGEST = 5_000;
/** A page that takes less, in ms, is followed by one of twice its size. */
const QUICK = 1_000;
/** Longest that a statement about a single balance may take, in ms: it cannot be made smaller. */
const LONGEST = 240_000;
/** What is left of an invocation's time when it ends the check or hands it on, in ms. */
const RESERVE = 10_000;
/** Most ids that a line of the log names. */
const NAMED = 10;

/**
 * Checks until the end, or until its time is over: then another invocation goes on. Balances that differ are named in the log by their
 * ids alone.
 *
 * @throws what the database fails with; Lambda tries again from where this invocation began.
 */
export const ledgerCheck = (options: LedgerCheckOptions) => {
  const { sql, goOn, different, completed, pageSize = 500, patience = 10_000 } = options;
  return async (
    event: LedgerCheckEvent,
    context: Pick<Context, "getRemainingTimeInMillis">,
  ): Promise<LedgerCheckResult> => {
    const left = () => context.getRemainingTimeInMillis() - RESERVE;
    const total = { checked: event.checked ?? 0, different: event.different ?? 0 };
    let after = event.after;
    let size = pageSize;
    while (left() > patience) {
      const limit = size === 1 ? Math.min(LONGEST, left()) : patience;
      const startedAt = performance.now();
      const page = await readPage(sql, { after, size, limit }).catch((error) => {
        // Too much for one statement: a part of it is tried.
        if (size === 1 || !isTimeout(error)) throw error;
        return undefined;
      });
      if (page === undefined) {
        size = Math.ceil(size / 4);
        continue;
      }
      if (performance.now() - startedAt < QUICK) size = Math.min(2 * size, LARGEST);
      total.checked += page.checked;
      total.different += page.different.length;
      if (page.different.length > 0) tell(page.different);
      if (page.last === null) {
        different(total.different);
        completed(total.checked);
        return { ...total, complete: true };
      }
      after = page.last;
    }
    if (total.different > 0) different(total.different);
    await goOn({ ...(after !== undefined && { after }), ...total });
    return { ...total, complete: false };
  };
};

const tell = (different: string[]): void =>
  console.error({
    message: "balances are not what their transactions add up to",
    count: different.length,
    balance_ids: different.slice(0, NAMED),
  });

/** PostgreSQL's `query_canceled`, which is how `statement_timeout` ends a statement. */
const isTimeout = (error: unknown): boolean => codeOf(error) === "57014";

/**
 * The balances after one, with those that differ. Who is being erased loses transactions before balances: of them nothing is claimed.
 */
const readPage = (
  sql: Connection,
  { after, size, limit }: { after: string | undefined; size: number; limit: number },
): Promise<Page> =>
  sql.begin("read only", async (sql) => {
    await sql`select set_config('statement_timeout', ${String(Math.floor(limit))}, true)`;
    const [page] = await sql<[Page]>`
      with page as materialized (
        select balance_id, user_id, opening_amount, amount
        from balances
        ${after === undefined ? sql`` : sql`where balance_id > ${after}`}
        order by balance_id
        limit ${size}
      ),
      compared as (
        select balance_id, amount <> opening_amount + own.effect + received.effect as different
        from page
        cross join lateral (
          select coalesce(sum(case type when 'income' then t.amount else -t.amount end), 0) as effect
          from transactions t
          where t.from_balance_id = page.balance_id and approved_at is not null and deleted_at is null
        ) as own
        cross join lateral (
          select coalesce(sum(coalesce(to_amount, t.amount)), 0) as effect
          from transactions t
          where t.to_balance_id = page.balance_id and approved_at is not null and deleted_at is null
        ) as received
        where not exists (select from erased_users e where e.user_id = page.user_id)
      )
      select
        (select count(*)::int from compared) as checked,
        (select coalesce(json_agg(balance_id order by balance_id), '[]') from compared where different) as different,
        (select balance_id from page order by balance_id offset ${size - 1}) as last
    `;
    return page;
  });
