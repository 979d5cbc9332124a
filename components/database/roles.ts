/**
 * A login role for every use of a database, so that each function holds only the rights of its own work: `migrator` changes the
 * schema, `api` reads and writes as the migrations grant it, `relay` reads the outbox, `reader` looks up what other functions
 * may know of this database, `consumer` writes what events tell, `loader` writes what comes from outside, such as exchange rates,
 * `exporter` reads all that is kept of a person, for that person, `copier` what another database can be made of, `auditor` what it takes
 * to prove that the data agree.
 */
export type DatabaseUse = (typeof DATABASE_USES)[number];

export const DATABASE_USES = [
  "migrator",
  "api",
  "relay",
  "reader",
  "consumer",
  "loader",
  "exporter",
  "copier",
  "auditor",
] as const;

export const roleName = (databaseName: string, use: DatabaseUse): string => `${databaseName}_${use}`;

/**
 * Names that need no quoting or escaping in SQL, IAM resources or resource names.
 * @throws Error naming the offender.
 */
export function assertDatabaseName(databaseName: string): void {
  if (!/^[a-z][a-z0-9_]{0,39}$/.test(databaseName)) {
    throw new Error(
      `"${databaseName}" cannot be a database name: use lower-case letters, digits and underscores, a letter first, at most 40.`,
    );
  }
}
