/**
 * A migration: SQL below `-- Up Migration`, and what takes it back below `-- Down Migration`. `-- Up Migration, outside a transaction` is for the
 * one statement that PostgreSQL refuses within one: `create index concurrently`.
 */
export interface MigrationFile {
  up: string;
  down: string;
  /** Whether it is wrapped in a transaction, together with the note that it was applied. */
  transactional: boolean;
}

/** @throws Error when one of the two parts is missing. */
export function parseMigration(content: string): MigrationFile {
  const parts = /^-- Up Migration(, outside a transaction)?$([\s\S]*)^-- Down Migration$([\s\S]*)/m.exec(content);
  const [, outside, up, down] = parts ?? [];
  if (up === undefined || down === undefined) {
    throw new Error(
      'A migration has a part below the line "-- Up Migration" and one below the line "-- Down Migration".',
    );
  }
  return { up: up.trim(), down: down.trim(), transactional: outside === undefined };
}
