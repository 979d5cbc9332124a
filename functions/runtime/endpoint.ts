import type * as v from "valibot";
import type { Answer } from "./answer";

// biome-ignore lint/suspicious/noExplicitAny: valibot's own notion of "any schema"
export type Schema = v.GenericSchema<any, any>;
/** Schemas by field, for path and query parameters; each is given the raw string. */
export type Fields = Record<string, Schema>;
type Values<F extends Fields> = { [K in keyof F]: v.InferOutput<F[K]> };

/** Who calls: always the verified claims of the ID token, never anything the client could choose. */
export interface Caller {
  /** Cognito `sub`. */
  user_id: string;
  email: string | undefined;
  name: string | undefined;
}

/** What a handler gets: everything parsed and checked; `unit` is the service's unit of work (an SQL transaction for writes). */
export interface Context<Unit, Path, Query, Body, Current> {
  caller: Caller;
  path: Path;
  query: Query;
  body: Body;
  /** What `current` loaded; for PUT and DELETE. */
  current: Current;
  /** The client changes one version only (`If-Match`): where `current` is not locked, the change must make sure that it is still that. */
  conditional: boolean;
  unit: Unit;
  /** Route key, e.g. `GET /groups`. */
  route: string;
}

/** One endpoint: its documentation, its inputs, its answers and its handler, in one place. */
export interface Endpoint<Unit> {
  summary: string;
  description?: string;
  /** Callable without a token. */
  public: boolean;
  path: Fields;
  query: Fields;
  body: Schema | undefined;
  /** Successful answers by status; `null` for an empty one. */
  answers: Record<number, Schema | null>;
  /** Further media types of answers, as text, by status. */
  media: Record<number, string[]>;
  /** Problem codes specific to this endpoint, by status, for the documentation. */
  problems: Record<number, string[]>;
  // biome-ignore lint/suspicious/noExplicitAny: the table erases what `endpoint` has checked
  current: ((context: Context<Unit, any, any, any, undefined>) => Promise<unknown>) | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: the table erases what `endpoint` has checked
  shown: ((current: any) => unknown) | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: the table erases what `endpoint` has checked
  handle: (context: Context<Unit, any, any, any, any>) => Promise<Answer>;
}

/** Endpoints by route key (`METHOD /path/{parameter}`): the one source of routes, dispatch, OpenAPI, client and tests. */
export type EndpointTable<Unit> = Record<string, Endpoint<Unit>>;

interface Declaration<Unit, P extends Fields, Q extends Fields, B extends Schema | undefined, R, Current> {
  summary: string;
  description?: string;
  public?: boolean;
  path?: P;
  query?: Q;
  body?: B;
  answers: { [Status in number]: R };
  media?: Record<number, string[]>;
  problems?: Record<number, string[]>;
  /**
   * PUT and DELETE: loads and locks the resource as this caller sees it, or throws the 404. Runs first, in the same unit of
   * work; its answer is what `If-Match` is compared with.
   */
  current?: (context: Context<Unit, Values<P>, Values<Q>, BodyOf<B>, undefined>) => Promise<Current>;
  /** `current` as clients see it, where it knows more; `If-Match` is about what clients see. */
  shown?: (current: Current) => unknown;
  handle: (context: Context<Unit, Values<P>, Values<Q>, BodyOf<B>, Current>) => Promise<Answer<AnswerOf<R>>>;
}

type BodyOf<B> = B extends Schema ? v.InferOutput<B> : undefined;
type AnswerOf<R> = R extends Schema ? v.InferInput<R> : never;

/** Declares an endpoint. Generic in everything, so that a handler's inputs and answer are checked against its schemas. */
export const endpoint = <
  Unit,
  P extends Fields = Record<never, never>,
  Q extends Fields = Record<never, never>,
  B extends Schema | undefined = undefined,
  R extends Schema | null = null,
  Current = undefined,
>(
  declaration: Declaration<Unit, P, Q, B, R, Current>,
): Endpoint<Unit> => ({
  summary: declaration.summary,
  ...(declaration.description === undefined ? {} : { description: declaration.description }),
  public: declaration.public ?? false,
  path: declaration.path ?? {},
  query: declaration.query ?? {},
  body: declaration.body,
  answers: declaration.answers as Record<number, Schema | null>,
  media: declaration.media ?? {},
  problems: declaration.problems ?? {},
  current: declaration.current,
  shown: declaration.shown,
  handle: declaration.handle as Endpoint<Unit>["handle"],
});

/** The routes of a table as API Gateway wants them. */
export const routesOf = (table: EndpointTable<never>): { routeKey: string; public: boolean }[] =>
  Object.entries(table).map(([routeKey, { public: isPublic }]) => ({ routeKey, public: isPublic }));
