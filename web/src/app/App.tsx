import { useIsRestoring } from "@tanstack/react-query";
import { PersistQueryClientProvider } from "@tanstack/react-query-persist-client";
import { lazy, Suspense, useEffect } from "react";
import { Redirect, Route, Switch } from "wouter";
import { persistence, queryClient, settle } from "../api/queryClient";
import { useSession } from "../auth/useSession";
import { SkeletonScreen } from "../design/parts";
import { startOutbox } from "../offline/outbox";
import { Boundary } from "./Boundary";
import { Frame } from "./Frame";
import { SignedIn } from "./SignedIn";
import { Toasts } from "./toasts";

const SignIn = lazy(() => import("../screens/auth/SignIn"));
const SignUp = lazy(() => import("../screens/auth/SignUp"));
const Forgot = lazy(() => import("../screens/auth/Forgot"));
const Invitation = lazy(() => import("../screens/join/Invitation"));

/** The whole app: who is signed in sees their money, everybody else the way in. */
export function App() {
  const session = useSession();
  return (
    <Boundary>
      {session === undefined ? <SignedOut /> : <Account key={session.userId} userId={session.userId} />}
      <Toasts />
    </Boundary>
  );
}

function SignedOut() {
  return (
    <Suspense>
      <main>
        <Switch>
          <Route path="/sign-in" component={SignIn} />
          <Route path="/sign-up" component={SignUp} />
          <Route path="/forgot" component={Forgot} />
          <Route path="/join/:code">{({ code }) => <Invitation code={code} />}</Route>
          <Route>
            <Redirect to={signInPath()} replace />
          </Route>
        </Switch>
      </main>
    </Suspense>
  );
}

/** Leads back to where somebody wanted to go. */
const signInPath = (): string => {
  const { pathname, search } = window.location;
  return pathname === "/" ? "/sign-in" : `/sign-in?next=${encodeURIComponent(pathname + search)}`;
};

function Account({ userId }: { userId: string }) {
  useEffect(() => startOutbox(settle), []);
  return (
    // What was kept is shown, but asked for anew: it may lack what was written in the last second before the app was left.
    <PersistQueryClientProvider
      client={queryClient}
      persistOptions={persistence(userId)}
      onSuccess={() => void queryClient.invalidateQueries()}
    >
      <Frame>
        <Restored />
      </Frame>
    </PersistQueryClientProvider>
  );
}

/** Waits a moment for what is kept on the device: a screen that asked before would go to the network for it, offline in vain. */
function Restored() {
  return useIsRestoring() ? <SkeletonScreen /> : <SignedIn />;
}
