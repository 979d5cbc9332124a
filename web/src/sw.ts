/// <reference lib="webworker" />
/**
 * Service worker: the app opens without network. Files of the build are kept by version and never change; pages are the app itself; the
 * API is never kept here, its data live in the app's own store (`offline/`).
 */
declare const __FILES__: string[];
declare const __VERSION__: string;

const worker = self as unknown as ServiceWorkerGlobalScope;
const kept = `ahorro-${__VERSION__}`;
const files = new Set(__FILES__);
/** Small documents that may change without a new build: the newest wins, the last one known serves offline. */
const documents = "ahorro-documents";

worker.addEventListener("install", (event) => {
  event.waitUntil(
    caches.open(kept).then((cache) => cache.addAll([...files].map((file) => new Request(file, { cache: "reload" })))),
  );
  worker.skipWaiting();
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(names.filter((name) => name !== kept && name !== documents).map((name) => caches.delete(name))),
      )
      .then(() => worker.clients.claim()),
  );
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== worker.location.origin || url.pathname.startsWith("/api/")) return;
  if (request.mode === "navigate") event.respondWith(fromStore("/").then((page) => page ?? fetch(request)));
  else if (files.has(url.pathname)) event.respondWith(fromStore(url.pathname).then((file) => file ?? fetch(request)));
  else if (url.pathname === "/config.json" || url.pathname.startsWith("/static/")) event.respondWith(newest(request));
});

const fromStore = async (path: string) => (await caches.open(kept)).match(path);

async function newest(request: Request): Promise<Response> {
  const cache = await caches.open(documents);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(request, response.clone());
    return response;
  } catch (error) {
    const known = await cache.match(request);
    if (known === undefined) throw error;
    return known;
  }
}
