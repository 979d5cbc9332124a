/** How far somebody has gone within the app, so that "back" does not lead out of it. */
let depth = 0;
window.addEventListener("pushState", () => {
  depth += 1;
});
window.addEventListener("popstate", () => {
  depth = Math.max(0, depth - 1);
});

/** Back to where one came from; to `fallback` when that is not within the app. */
export function goBack(navigate: (to: string, options?: { replace?: boolean }) => void, fallback: string): void {
  if (depth > 0) window.history.back();
  else navigate(fallback, { replace: true });
}
