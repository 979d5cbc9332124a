/** What a handler answers. `kind` decides the headers: single resources carry an ETag, lists and multi-status answers do not. */
export interface Answer<Body = unknown> {
  kind: "resource" | "list" | "multi" | "file" | "empty";
  status: number;
  body?: Body;
  /** What the entity tag stands for, where that is not the whole body: the one resource of a list, what of a resource is not in flux. */
  tagged?: unknown;
  /** Path of a created resource, or where else the answer is (`Location`). */
  location?: string;
  /** Seconds after which it is worth asking again (`Retry-After`). */
  retryAfter?: number;
  /** A file's text, which is sent as it is. */
  file?: { text: string; type: string; name: string };
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

/** 202: it is under way; worth asking again after so many seconds. */
export const accepted = <Body>(body: Body, retryAfter: number): Answer<Body> => ({
  kind: "resource",
  status: 202,
  body,
  retryAfter,
});

/** 200 with a file: its text, and how browsers take it. */
export const file = (text: string, { type, name }: { type: string; name: string }): Answer<never> => ({
  kind: "file",
  status: 200,
  file: { text, type, name },
});

/** 303: the answer is to be fetched from there. */
export const seeOther = (location: string): Answer<never> => ({ kind: "empty", status: 303, location });
