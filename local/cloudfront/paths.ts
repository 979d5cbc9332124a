/**
 * The path as cache behaviours are chosen by it: without dot segments and repeated slashes, and without needless percent-encoding (RFC
 * 3986, 6.2.2). Origins get the path as it was sent ("Cache behavior settings", path pattern).
 */
export function normalisePath(path: string): string {
  const plain = path.replace(/%[0-9a-f]{2}/gi, (code) => {
    const character = String.fromCharCode(Number.parseInt(code.slice(1), 16));
    return /[A-Za-z0-9\-._~]/.test(character) ? character : code.toUpperCase();
  });
  const kept: string[] = [];
  const parts = plain.split("/");
  for (const part of parts) {
    if (part === "..") kept.pop();
    else if (part !== "" && part !== ".") kept.push(part);
  }
  const folder = kept.length > 0 && ["", ".", ".."].includes(parts.at(-1) ?? "");
  return `/${kept.join("/")}${folder ? "/" : ""}`;
}

/** Whether a path pattern takes a path: case-sensitive, `*` for any characters, slashes too, `?` for exactly one. */
export function matchesPattern(pattern: string, path: string): boolean {
  const full = pattern.startsWith("/") || pattern.startsWith("*") ? pattern : `/${pattern}`;
  const expression = full
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll(/\*+/g, ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${expression}$`, "s").test(path);
}

/** The key of the object that a path asks for; undefined when the path cannot be decoded. */
export function keyOf(path: string): string | undefined {
  try {
    return decodeURIComponent(path.slice(1));
  } catch {
    return undefined;
  }
}
