/** The service worker of `sw.ts`; only builds have one. */
export function registerServiceWorker(): void {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  // After the first paint: it fetches all files of the app.
  window.addEventListener("load", () => void navigator.serviceWorker.register("/sw.js"));
}
