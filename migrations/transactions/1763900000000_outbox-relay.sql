-- Up Migration

-- The order of publication. `seq` alone is not enough: it is drawn before the commit, so that a lower one may become visible after
-- a higher one was published. Rows are published once every older transaction has ended, in the order (xid, seq).
alter table outbox add column xid xid8 not null default pg_current_xact_id();
drop index outbox_in_order;
create unique index outbox_in_order on outbox (xid, seq);

-- What the broker refuses for good, with the reason; a person decides, and replays it by moving it back.
create table outbox_dead_letters (
  id uuid primary key,
  event_type varchar(64) not null,
  aggregate_id uuid not null,
  payload jsonb not null,
  attempts integer not null,
  last_error text not null,
  created_at timestamptz not null,
  died_at timestamptz not null default now()
);

grant select, insert, delete on outbox_dead_letters to transactions_relay;
grant insert on outbox to transactions_relay;

-- Down Migration

drop table outbox_dead_letters;
revoke insert on outbox from transactions_relay;
drop index outbox_in_order;
alter table outbox drop column xid;
create unique index outbox_in_order on outbox (seq);
