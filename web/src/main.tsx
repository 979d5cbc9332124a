import "./design/tokens.css";
import "./design/base.css";
import "./design/components.css";
import "./app/frame.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { startTheme } from "./app/theme";
import { startLanguage } from "./i18n/language";
import { registerServiceWorker } from "./offline/serviceWorker";

startTheme();
registerServiceWorker();
// After a new version was put out, parts of this one are gone: start over with the new one.
window.addEventListener("vite:preloadError", () => window.location.reload());

const root = document.getElementById("root");
if (root === null) throw new Error("The page has no #root.");
void startLanguage().finally(() =>
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  ),
);
