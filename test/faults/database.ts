import { cpSync } from "node:fs";
import { join } from "node:path";
import postgres from "postgres";
import { bootstrapSteps } from "../../components/database/bootstrap";
import { migrationsHandler } from "../../components/database/migrations";
import { PROJECT_FOLDER } from "../../local/program/stack-config";
import type { Postgres } from "../../local/services/postgres";

/** Creates the databases and their roles as a deployment does, and applies the real migrations. */
export async function createDatabases(server: Postgres, names: string[], folder: string): Promise<void> {
  for (const { database, unless, sql } of bootstrapSteps(names)) {
    const connection = open(server, database, 1);
    try {
      const found = unless === undefined ? [] : await connection.unsafe(unless);
      if (found.length === 0) await connection.unsafe(sql);
    } finally {
      await connection.end();
    }
  }
  for (const name of names) await migrate(server, name, folder);
}

/** A pool of connections as superuser, straight to the server. Without types: asking for them, postgres.js ends the process when that breaks. */
export const open = (server: Postgres, database: string, max: number): postgres.Sql =>
  postgres(server.url(database), {
    max,
    fetch_types: false,
    onnotice: () => undefined,
    connection: { TimeZone: "UTC" },
  });

/** The environment in which a function finds its database. Members of rds_iam need no password here. */
export const databaseEnvironment = (port: number, name: string, use: "relay" | "migrator") => ({
  DATABASE_HOST: "127.0.0.1",
  DATABASE_PORT: String(port),
  DATABASE_NAME: name,
  DATABASE_USER: `${name}_${use}`,
  PGPASSWORD: "",
  PGSSLMODE: "disable",
});

async function migrate(server: Postgres, name: string, folder: string): Promise<void> {
  const task = join(folder, `migrate-${name}`);
  cpSync(join(PROJECT_FOLDER, "migrations", name), join(task, "migrations"), { recursive: true });
  const before = { ...process.env };
  const log = console.log;
  Object.assign(process.env, databaseEnvironment(server.port, name, "migrator"), { LAMBDA_TASK_ROOT: task });
  console.log = () => undefined; // one line per statement
  try {
    await migrationsHandler()();
  } finally {
    console.log = log;
    process.env = before;
  }
}

/**
 * The tables by which the suite knows what is true. `fault_accounts` is what writers change. `fault_journal` gets a copy of every row
 * of the outbox in the transaction that writes it: what is in there is committed, also where the writer never got to know. The others
 * are the consumer's: an inbox, and its effects.
 */
export const createTruth = (sql: postgres.Sql) =>
  sql
    .unsafe(`
      create table fault_accounts (key uuid primary key, version integer not null, amount bigint not null);
      create table fault_journal (id uuid primary key, xid xid8 not null, seq bigint not null, key uuid not null, payload jsonb not null);
      create function fault_note() returns trigger language plpgsql as $$
        begin
          insert into fault_journal values (new.id, new.xid, new.seq, new.aggregate_id, new.payload);
          return null;
        end
      $$;
      create trigger fault_note after insert on outbox for each row execute function fault_note();
      -- One transaction of a writer: changes accounts, publishes each change, may stay open for a while, and may roll back.
      create function fault_change(changes jsonb, held_seconds float, gives_up boolean) returns void language plpgsql as $$
        declare
          change jsonb;
          account fault_accounts;
          event_id uuid;
        begin
          for change in select * from jsonb_array_elements(changes) loop
            insert into fault_accounts as a (key, version, amount)
            values ((change ->> 'key')::uuid, 1, (change ->> 'delta')::bigint)
            on conflict (key) do update set version = a.version + 1, amount = a.amount + excluded.amount
            returning * into account;
            event_id := gen_random_uuid();
            insert into outbox (id, event_type, aggregate_id, payload)
            values (event_id, 'FaultChanged', account.key, jsonb_build_object(
              'specversion', '1.0', 'id', event_id, 'source', '/ahorro/faults', 'type', 'FaultChanged',
              'subject', account.key, 'time', now(),
              'data', change || jsonb_build_object('version', account.version, 'amount', account.amount)));
          end loop;
          perform pg_sleep(held_seconds);
          if gives_up then
            raise exception 'given up' using errcode = 'ZZ001';
          end if;
        end
      $$;
      create table fault_inbox (event_id uuid primary key);
      create table fault_effects (
        key uuid primary key, version integer not null, amount bigint not null, total bigint not null, count integer not null
      );
    `)
    .simple();
