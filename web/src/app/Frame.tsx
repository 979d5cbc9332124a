import { BarChart3, Ellipsis, House, List, Plus } from "lucide-react";
import { lazy, type ReactNode, Suspense, useEffect, useState } from "react";
import { Link, useLocation } from "wouter";
import { queryClient } from "../api/queryClient";
import { useWords } from "../i18n/language";
import { useShortcuts } from "./keyboard";
import { Logo } from "./Logo";
import { OfflineStrip } from "./OfflineStrip";
import { RailBalances } from "./RailBalances";
import { preloadScreens } from "./SignedIn";

const Help = lazy(() => import("./Help"));

/** Addresses that fill the screen on a phone: there is one thing to do. */
const isFocused = (path: string): boolean => /^\/(add|welcome|join)\b|\/edit$/.test(path);

/** Does something as soon as nothing has been on its way for a second. Answers what calls it off. */
function whenAtRest(run: () => void): () => void {
  let rests = 0;
  const look = setInterval(() => {
    rests = queryClient.isFetching() > 0 ? 0 : rests + 1;
    if (rests < 4) return;
    clearInterval(look);
    run();
  }, 250);
  return () => clearInterval(look);
}

/** What is around every screen: a bar below on a phone, a rail on the left on a desktop. */
export function Frame({ children }: { children: ReactNode }) {
  const { t } = useWords();
  const [path, navigate] = useLocation();
  const [help, setHelp] = useState(false);
  useShortcuts({ n: () => navigate("/add"), "/": () => navigate("/transactions?search"), "?": () => setHelp(true) });
  useEffect(() => whenAtRest(preloadScreens), []);
  const item = (to: string, text: string, icon: ReactNode, active: boolean) => (
    <Link href={to} className="nav-item" aria-current={active ? "page" : undefined}>
      {icon}
      <span>{text}</span>
    </Link>
  );
  return (
    <div className={`frame${isFocused(path) ? " focused" : ""}`}>
      <a className="skip" href="#main">
        {t("nav.skip")}
      </a>
      <nav className="nav" aria-label={t("nav.label")}>
        <Link href="/" className="nav-logo" aria-label="Ahorro">
          <Logo />
          <span>Ahorro</span>
        </Link>
        {item("/", t("nav.home"), <House size={22} />, path === "/")}
        {item(
          "/transactions",
          t("nav.transactions"),
          <List size={22} />,
          path.startsWith("/transactions") && !isFocused(path),
        )}
        <Link href="/add" className="nav-add" aria-label={t("nav.add")}>
          <Plus size={24} strokeWidth={2.4} />
          <span>{t("nav.add")}</span>
        </Link>
        {item("/reports", t("nav.reports"), <BarChart3 size={22} />, path.startsWith("/reports"))}
        {item(
          "/more",
          t("nav.more"),
          <Ellipsis size={22} />,
          /^\/(more|balances|groups|categories|account)/.test(path),
        )}
        <RailBalances />
      </nav>
      <div className="content">
        <OfflineStrip />
        <main id="main" tabIndex={-1}>
          {children}
        </main>
      </div>
      {help && (
        <Suspense>
          <Help onClose={() => setHelp(false)} />
        </Suspense>
      )}
    </div>
  );
}
