/** The parts of dynalite 4, which has no types of its own, that its request handler is made of. */

/** An error as an action or a validation gives it; without `statusCode` it is a fault of dynalite's. */
interface DynaliteError extends Error {
  statusCode?: number;
  body?: { __type: string; message?: string; Message?: string };
}

declare module "dynalite/db" {
  type Callback = (error?: Error | null) => void;

  /** The LevelDB underneath, as dynalite calls it: a sublevel's methods call these with a prefixed key. */
  interface Level {
    put(key: string, value: unknown, callback: Callback): void;
    del(key: string, callback: Callback): void;
    batch(operations: LevelOperation[], callback: Callback): void;
    open(): Promise<void>;
  }
  type LevelOperation = { type: "put"; key: string; value: unknown } | { type: "del"; key: string };

  interface Store {
    db: Level;
    tableDb: { put(key: string, value: unknown, callback: Callback): void };
    lifecycleManager: { gracefulClose(): Promise<void> };
  }

  export function create(options: {
    path: string;
    createTableMs: number;
    deleteTableMs: number;
    updateTableMs: number;
  }): Store;
}

declare module "dynalite/validations" {
  export function checkTypes(data: unknown, types: unknown): Record<string, unknown>;
  export function checkValidations(data: unknown, types: unknown, custom: unknown, store: unknown): void;
}
