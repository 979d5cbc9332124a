/** What a path matched: the route's value and its path parameters (decoded), absent when the route has none. */
export interface Match<T> {
  value: T;
  parameters: Record<string, string> | undefined;
}

export interface Router<T> {
  /** The route for a method and a decoded path, or undefined: 404. */
  match(method: string, path: string): Match<T> | undefined;
}

/** Routes that end at a node, by method. Parameter names belong to the route: another may call the same segment otherwise. */
type Endings<T> = Map<string, { value: T; names: string[] }>;

interface Node<T> {
  literals: Map<string, Node<T>>;
  variable: Node<T> | undefined;
  endings: Endings<T>;
  /** Routes that end here in a greedy variable. */
  greedy: Endings<T>;
}

interface RouteKey {
  method: string;
  segments: string[];
}

/**
 * Compiles the routes of an HTTP API. Selection: a full path match before a greedy one, at each segment the literal before
 * the variable, then the method before `ANY`; at last `$default`. A trailing slash makes another path.
 * Source: API Gateway Developer Guide, "Create routes for HTTP APIs", "Routing API requests".
 *
 * @throws when a route key is malformed, or two routes answer the same requests; the message names them
 */
export function createRouter<T>(routes: { routeKey: string; value: T }[]): Router<T> {
  const root = createNode<T>();
  const literalRoutes = new Map<string, Match<T>>();
  const byShape = new Map<string, string>();
  let fallback: Match<T> | undefined;

  for (const { routeKey, value } of routes) {
    refuseTwins(byShape, routeKey);
    if (routeKey === "$default") {
      fallback = { value, parameters: undefined };
      continue;
    }
    const { method, segments } = parseRouteKey(routeKey);
    insert(root, method, segments, value);
    // A literal path with its own method beats all others, so it needs no walk.
    if (method !== "ANY" && !routeKey.includes("{")) literalRoutes.set(routeKey, { value, parameters: undefined });
  }

  return {
    match(method, path) {
      const literal = literalRoutes.get(`${method} ${path}`);
      if (literal !== undefined) return literal;
      const segments = path.split("/");
      const found = walk(root, segments, 1, method, []) ?? walkGreedy(root, segments, 1, method, []);
      return found ?? fallback;
    },
  };
}

const createNode = <T>(): Node<T> => ({
  literals: new Map(),
  variable: undefined,
  endings: new Map(),
  greedy: new Map(),
});

const isVariable = (segment: string): boolean => segment.startsWith("{");
const isGreedy = (segment: string): boolean => segment.endsWith("+}");

function parseRouteKey(routeKey: string): RouteKey {
  const [, method, path] = /^([A-Z]+) (\/\S*)$/.exec(routeKey) ?? [];
  const segments = path?.slice(1).split("/") ?? [];
  const wellFormed = segments.every((segment, index) => {
    if (!segment.includes("{") && !segment.includes("}")) return true;
    return /^\{[^{}+]+\+?\}$/.test(segment) && (!isGreedy(segment) || index === segments.length - 1);
  });
  if (method === undefined || !wellFormed) {
    throw new Error(`The route key "${routeKey}" is malformed: expected e.g. "GET /groups/{group_id}" or "$default".`);
  }
  return { method, segments };
}

function refuseTwins(byShape: Map<string, string>, routeKey: string): void {
  const shape = routeKey.replaceAll(/\{[^{}+]*(\+?)\}/g, "{$1}");
  const twin = byShape.get(shape);
  if (twin === routeKey) throw new Error(`The route "${routeKey}" is declared twice: remove one.`);
  if (twin !== undefined)
    throw new Error(`The routes "${twin}" and "${routeKey}" match the same requests: remove one.`);
  byShape.set(shape, routeKey);
}

function insert<T>(root: Node<T>, method: string, segments: string[], value: T): void {
  const names = segments.filter(isVariable).map((segment) => segment.slice(1, isGreedy(segment) ? -2 : -1));
  let node = root;
  for (const segment of segments) {
    if (isGreedy(segment)) {
      node.greedy.set(method, { value, names });
      return;
    }
    node = isVariable(segment) ? variableOf(node) : literalOf(node, segment);
  }
  node.endings.set(method, { value, names });
}

function variableOf<T>(node: Node<T>): Node<T> {
  node.variable ??= createNode();
  return node.variable;
}

function literalOf<T>(node: Node<T>, segment: string): Node<T> {
  const existing = node.literals.get(segment);
  if (existing !== undefined) return existing;
  const created = createNode<T>();
  node.literals.set(segment, created);
  return created;
}

/** Full matches, most specific first; steps back when the more specific path has no route for the method. */
function walk<T>(node: Node<T>, path: string[], at: number, method: string, values: string[]): Match<T> | undefined {
  const segment = path[at];
  if (segment === undefined) return matchOf(node.endings, method, values);
  const literal = node.literals.get(segment);
  const found = literal && walk(literal, path, at + 1, method, values);
  if (found || node.variable === undefined || segment === "") return found;
  return walk(node.variable, path, at + 1, method, [...values, segment]);
}

/** Greedy matches, the longest prefix first. A greedy variable takes at least one character. */
function walkGreedy<T>(
  node: Node<T>,
  path: string[],
  at: number,
  method: string,
  values: string[],
): Match<T> | undefined {
  const segment = path[at];
  if (segment === undefined) return undefined;
  const literal = node.literals.get(segment);
  const deeper =
    (literal && walkGreedy(literal, path, at + 1, method, values)) ||
    (node.variable && segment !== "" && walkGreedy(node.variable, path, at + 1, method, [...values, segment]));
  if (deeper) return deeper;
  if (node.greedy.size === 0) return undefined;
  const rest = path.slice(at).join("/");
  return rest === "" ? undefined : matchOf(node.greedy, method, [...values, rest]);
}

function matchOf<T>(endings: Endings<T>, method: string, values: string[]): Match<T> | undefined {
  const ending = endings.get(method) ?? endings.get("ANY");
  if (ending === undefined) return undefined;
  if (values.length === 0) return { value: ending.value, parameters: undefined };
  const parameters = Object.fromEntries(ending.names.map((name, index) => [name, values[index] ?? ""]));
  return { value: ending.value, parameters };
}
