/** What a handler answers. `kind` decides the headers: single resources carry an ETag, lists and multi-status answers do not. */
export interface Answer<Body = unknown> {
  kind: "resource" | "list" | "multi" | "empty";
  status: number;
  body?: Body;
  /** What the entity tag stands for, where that is not the whole body: the one resource of a list, what of a resource is not in flux. */
  tagged?: unknown;
  /** Path of a created resource (`Location`). */
  location?: string;
}

/** 200 with one resource. */
export const ok = <Body>(body: Body): Answer<Body> => ({ kind: "resource", status: 200, body });

/** 201 with the resource that was made and the path where it can be read. */
export const created = <Body>(location: string, body: Body): Answer<Body> => ({
  kind: "resource",
  status: 201,
  body,
  location,
});

/** 204. */
export const noContent = (): Answer<never> => ({ kind: "empty", status: 204 });

/** One page of a list; `nextCursor` is null on the last page. */
export interface Page<Item> {
  items: Item[];
  next_cursor: string | null;
}

/** 200 with one page of a list. */
export const page = <Item>(items: Item[], nextCursor: string | null): Answer<Page<Item>> => ({
  kind: "list",
  status: 200,
  body: { items, next_cursor: nextCursor },
});

/** 207 with a result of its own for every item. */
export const multi = <Body>(body: Body): Answer<Body> => ({ kind: "multi", status: 207, body });
