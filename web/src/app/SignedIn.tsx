import { lazy, Suspense } from "react";
import { Redirect, Route, Switch, useLocation, useSearch } from "wouter";
import { SkeletonScreen } from "../design/parts";
import Home from "../screens/home/Home";
import { Boundary } from "./Boundary";
import { FollowLocale } from "./FollowLocale";
import { isWelcomeDue } from "./welcome";

const loadAdd = () => import("../screens/add/Add");
const loadTransactions = () => import("../screens/transactions/Transactions");
const Add = lazy(loadAdd);
const Transactions = lazy(loadTransactions);
const Welcome = lazy(() => import("../screens/welcome/Welcome"));
const Balances = lazy(() => import("../screens/balances/Balances"));
const Groups = lazy(() => import("../screens/groups/Groups"));
const Group = lazy(() => import("../screens/groups/Group"));
const Join = lazy(() => import("../screens/join/Join"));
const Reports = lazy(() => import("../screens/reports/Reports"));
const Categories = lazy(() => import("../screens/categories/Categories"));
const Account = lazy(() => import("../screens/account/Account"));
const More = lazy(() => import("../screens/more/More"));

/** What is opened most is fetched before it is asked for. */
export const preloadScreens = (): void => {
  void loadAdd();
  void loadTransactions();
};

/** The screens by their addresses. */
export function SignedIn() {
  const [path] = useLocation();
  const search = useSearch();
  return (
    <Boundary key={path.split("/")[1]}>
      <Suspense fallback={<SkeletonScreen />}>
        <FollowLocale />
        <Switch>
          <Route path="/">{isWelcomeDue() ? <Redirect to="/welcome" replace /> : <Home />}</Route>
          <Route path="/welcome" component={Welcome} />
          <Route path="/add">
            <Add key={search} />
          </Route>
          <Route path="/transactions/:id/edit">{({ id }) => <Add key={id} editedId={id} />}</Route>
          <Route path="/transactions/:id">{({ id }) => <Transactions openId={id} />}</Route>
          <Route path="/transactions">
            <Transactions />
          </Route>
          <Route path="/balances" component={Balances} />
          <Route path="/groups" component={Groups} />
          <Route path="/groups/:id">{({ id }) => <Group key={id} id={id} />}</Route>
          <Route path="/join/:code">{({ code }) => <Join code={code} />}</Route>
          <Route path="/reports/:report?">{({ report }) => <Reports report={report} />}</Route>
          <Route path="/categories" component={Categories} />
          <Route path="/account" component={Account} />
          <Route path="/more" component={More} />
          <Route>
            <Redirect to={nextPath()} replace />
          </Route>
        </Switch>
      </Suspense>
    </Boundary>
  );
}

/** Who has just signed in goes where they wanted to; only to a path of this app. */
const nextPath = (): string => {
  const next = new URLSearchParams(window.location.search).get("next");
  return next !== null && /^\/(?!\/)/.test(next) ? next : "/";
};
