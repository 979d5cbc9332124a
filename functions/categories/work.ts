import type { Table } from "../runtime/dynamodb";
import {
  fingerprintOf,
  inFlight,
  rememberedProblem,
  replay,
  type StoredResponse,
  type WriteRequest,
} from "../runtime/idempotency";
import { newId } from "../runtime/ids";
import type { Sql } from "../runtime/postgres";
import { problem } from "../runtime/problem";
import type { Response } from "../runtime/response";
import type { UnitOfWork } from "../runtime/work";
import { keyOf } from "./items";

/** What the handlers of this service work with. */
export interface CategoriesUnit {
  table: Table;
  /** The transactions database, to look up who shares a group; not connected to before it is asked. */
  sql: Sql;
  halfLifeDays: number;
  /** An id for what the request makes: the same one when the request is repeated with its Idempotency-Key. */
  newId: () => string;
}

/** Throw it when an item is not any more as it was read: the whole request is then run again. */
export const conflict = (): Error => Object.assign(new Error("It has changed since it was read."), { conflict: true });

const isConflict = (error: unknown): boolean => error instanceof Error && "conflict" in error;

/**
 * Units of work on a DynamoDB table, where no write spans two items. An idempotency key is therefore claimed first, then the
 * request takes effect, then the response is stored with the claim. A function that dies in between leaves a claim without a
 * response; it may be taken over once its owner cannot be running any more, and the request is run again. It recognises
 * what it did the first time by the id that the claim holds.
 */
export const tableWork = (deps: Omit<CategoriesUnit, "newId">): UnitOfWork<CategoriesUnit> => ({
  read: { ...deps, newId },
  write: (request, run) =>
    request.idempotencyKey === undefined
      ? withRetries(() => run({ ...deps, newId }))
      : once(deps.table, request, request.idempotencyKey, (id) => withRetries(() => run({ ...deps, newId: () => id }))),
});

/** Runs a request again that found what it read changed by another; gives up after the fifth try. */
const withRetries = async <T>(run: () => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      if (!isConflict(error)) throw error;
      if (attempt === 5) throw problem(503, "busy", "Too many changes at once. Please try again.", { retryAfter: 1 });
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 10 * 2 ** attempt));
    }
  }
};

/** How long keys are kept, in ms. */
const KEPT = 86_400_000;
/** Longer than a function may run (its timeout is 15 s), in ms: whoever claimed a key before that is gone. */
const ABANDONED = 20_000;

/** A claim on a key: `id` is for what the request makes, `owner` for who runs it now. */
interface Claim {
  owner: string;
  id: string;
  fingerprint: string;
  created_at: string;
  claimed_at: string;
}

const once = async (
  table: Table,
  request: WriteRequest,
  idempotencyKey: string,
  run: (id: string) => Promise<Response>,
): Promise<Response> => {
  const key = keyOf(request.userId, `#idempotency#${idempotencyKey}`);
  const claim = await claimKey(table, key, request);
  if ("statusCode" in claim) return claim;
  const response = await run(claim.id)
    .catch(rememberedProblem)
    .catch(async (fault) => {
      await abandon(table, key, claim);
      throw fault;
    });
  const stored = await table.update(key, {
    update: "set #status = :status, headers = :headers, body = :body",
    condition: "#owner = :owner",
    names: { "#status": "status", "#owner": "owner" },
    values: {
      ":status": response.statusCode,
      ":headers": response.headers,
      ":body": response.body,
      ":owner": claim.owner,
    },
  });
  if (stored === undefined) throw inFlight();
  return response;
};

/** Claims a key for this run of the request, or gives the stored response again. */
const claimKey = async (
  table: Table,
  key: Record<string, string>,
  request: WriteRequest,
): Promise<Claim | Response> => {
  const now = Date.now();
  const fingerprint = fingerprintOf(request);
  const at = (time: number) => new Date(time).toISOString();
  const claim: Claim = { owner: newId(), id: newId(), fingerprint, created_at: at(now), claimed_at: at(now) };
  // DynamoDB deletes what has expired, but may take days: hence the look at its age.
  const expires_at = Math.floor((now + KEPT) / 1000);
  const claimed = await table.put(
    { ...key, ...claim, expires_at },
    {
      condition: "attribute_not_exists(user_id) or created_at <= :expired",
      values: { ":expired": at(now - KEPT) },
    },
  );
  if (claimed) return claim;
  const there = await table.get(key);
  if (there === undefined) throw inFlight();
  if (there.fingerprint !== fingerprint || there.status !== undefined) {
    return replay({ ...there, status: Number(there.status) } as StoredResponse, request);
  }
  if (there.owner === claim.owner) return claim;
  const taken = await table.update(key, {
    update: "set #owner = :owner, claimed_at = :now",
    condition: "#owner = :seen and attribute_not_exists(#status) and claimed_at <= :abandoned",
    names: { "#owner": "owner", "#status": "status" },
    values: {
      ":owner": claim.owner,
      ":now": at(now),
      ":seen": there.owner,
      ":abandoned": at(now - ABANDONED),
    },
  });
  if (taken === undefined) throw inFlight();
  return taken as unknown as Claim;
};

/** After a fault of ours the client may repeat the request at once; what was done meanwhile is known by the claim's id. */
const abandon = (table: Table, key: Record<string, string>, { owner }: Claim): Promise<unknown> =>
  table
    .update(key, {
      update: "set claimed_at = :long_ago",
      condition: "#owner = :owner",
      names: { "#owner": "owner" },
      values: { ":owner": owner, ":long_ago": new Date(0).toISOString() },
    })
    .catch(() => undefined);
