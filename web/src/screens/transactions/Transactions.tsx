import "./transactions.css";
import { lazy, Suspense, useEffect, useRef } from "react";
import { useLocation, useSearch } from "wouter";
import { type Filters, filtersOfSearch, searchOfFilters } from "../../api/filters";
import { useTransactions } from "../../api/queries";
import { PageHead } from "../../app/PageHead";
import { scopeQuery, useScope } from "../../app/scope";
import { useSession } from "../../auth/useSession";
import { Loaded, SkeletonRows } from "../../design/parts";
import { useWords } from "../../i18n/language";
import { FilterBar } from "./FilterBar";
import { TransactionList } from "./TransactionList";
import { useRowContext } from "./useRowContext";

const Detail = lazy(() => import("./Detail"));

/** What happened? A list by day that grows while one scrolls; beside it, on a desktop, the one that is open. */
export default function Transactions({ openId }: { openId?: string }) {
  const { t } = useWords();
  const scope = useScope();
  const search = useSearch();
  const [, navigate] = useLocation();
  const userId = useSession()?.userId;
  const filters = filtersOfSearch(search);
  const query = useTransactions(inScope(filters, scopeQuery(scope)));
  const context = useRowContext();
  const setFilters = (next: Filters) => {
    const text = searchOfFilters(next);
    navigate(`/transactions${text && `?${text}`}`, { replace: true });
  };
  useListPosition(openId);
  return (
    <div className={`two-panes${openId === undefined ? "" : " open"}`}>
      <section className="pane-list" aria-label={t("nav.transactions")}>
        <PageHead title={t("nav.transactions")} scoped />
        <FilterBar
          filters={filters}
          context={context}
          onChange={setFilters}
          focus={new URLSearchParams(search).has("search")}
        />
        <Loaded query={{ ...query, data: query.items }} skeleton={<SkeletonRows count={10} />}>
          {(items) => (
            <TransactionList
              items={items}
              context={context}
              openId={openId}
              ownId={userId}
              byDay={filters.sorted_by !== "amount"}
              isFiltered={search !== "" && searchOfFilters(filters) !== ""}
              hasMore={query.hasNextPage}
              loadMore={() => !query.isFetchingNextPage && void query.fetchNextPage()}
              onClear={() => setFilters({})}
            />
          )}
        </Loaded>
      </section>
      {openId !== undefined && (
        <Suspense fallback={<SkeletonRows />}>
          <Detail key={openId} id={openId} context={context} back={`/transactions${search && `?${search}`}`} />
        </Suspense>
      )}
    </div>
  );
}

/** On a phone the detail takes the place of the list: who comes back finds it where it was. */
function useListPosition(openId: string | undefined): void {
  const position = useRef(0);
  useEffect(() => {
    if (openId !== undefined) return;
    const keep = () => {
      position.current = window.scrollY;
    };
    window.scrollTo(0, position.current);
    window.addEventListener("scroll", keep, { passive: true });
    return () => window.removeEventListener("scroll", keep);
  }, [openId]);
}

/** A balance, a group or somebody that is asked for says more than the scope does. */
const inScope = (filters: Filters, scope: { group_id?: string }): Filters =>
  (filters.balance_id ?? filters.group_id) ? filters : { ...scope, ...filters };
