-- Up Migration

-- The place that a dead letter had in the outbox: a replay moves it back there.
alter table outbox_dead_letters
  add column xid xid8 not null default pg_current_xact_id(),
  add column seq bigint not null default nextval(pg_get_serial_sequence('outbox', 'seq'));
alter table outbox_dead_letters alter column xid drop default, alter column seq drop default;

-- Who is erased is erased from here, too.
grant select (aggregate_id), delete on outbox_dead_letters to transactions_consumer;

-- Down Migration

revoke all on outbox_dead_letters from transactions_consumer;
alter table outbox_dead_letters drop column xid, drop column seq;
