-- Up Migration

create extension if not exists pg_trgm;
create extension if not exists btree_gin;

-- What this service knows of groups it learns from events: the newest state wins, told by its version.
create table groups (
  group_id uuid primary key,
  version bigint not null
);

comment on column groups.version is 'Version of the newest event about the group that was taken in.';

create table group_members (
  group_id uuid not null references groups (group_id) on delete cascade,
  user_id uuid not null,
  primary key (group_id, user_id)
);

create index group_members_by_user on group_members (user_id, group_id);

create table balances (
  balance_id uuid primary key,
  user_id uuid not null,
  group_id uuid not null,
  name text not null,
  currency varchar(8) not null,
  opening_amount numeric(18, 2) not null default 0,
  amount numeric(18, 2) not null,
  version bigint not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted_at timestamptz(3)
)
-- Room on each page for new versions of its rows: amounts change all the time.
with (fillfactor = 70);

comment on column balances.user_id is 'The owner; not a foreign key.';
comment on column balances.group_id is 'Who may see it; not a foreign key.';
comment on column balances.amount is 'opening_amount plus the effects of all approved, not deleted transactions; always.';

create index balances_by_user on balances (user_id, created_at, balance_id) where deleted_at is null;
create index balances_by_group on balances (group_id, created_at, balance_id) where deleted_at is null;

create table transactions (
  transaction_id uuid primary key,
  user_id uuid not null,
  group_id uuid not null,
  type varchar(16) not null check (type in ('expense', 'income', 'movement')),
  amount numeric(18, 2) not null check (amount > 0),
  currency varchar(8) not null,
  from_balance_id uuid not null references balances (balance_id),
  to_balance_id uuid references balances (balance_id),
  to_amount numeric(18, 2) check (to_amount > 0),
  to_currency varchar(8),
  category_id uuid,
  description text,
  entries json not null default '[]' check (json_typeof(entries) = 'array' and json_array_length(entries) <= 50),
  category_ids uuid[] not null default '{}',
  search text not null default '',
  version bigint not null default 1,
  approved_at timestamptz(3),
  transacted_at timestamptz(3) not null,
  transacted_on date not null,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted_at timestamptz(3),
  constraint movement_has_target check ((type = 'movement') = (to_balance_id is not null)),
  constraint movement_goes_elsewhere check (to_balance_id <> from_balance_id),
  constraint target_has_currency check ((to_balance_id is null) = (to_currency is null)),
  constraint exchange_has_both_amounts check ((to_amount is null) = (to_currency is null or to_currency = currency))
);

comment on column transactions.user_id is 'Who recorded it, the owner of its balances; not a foreign key.';
comment on column transactions.group_id is 'The group of from_balance_id; not a foreign key.';
comment on column transactions.currency is 'Of amount and from_balance_id.';
comment on column transactions.to_currency is 'Of to_amount and to_balance_id.';
comment on column transactions.entries is 'Line items: [{entry_id, description, amount, category_id}]; none, or they add up to amount.';
comment on column transactions.category_ids is 'Its own category and those of its entries.';
comment on column transactions.search is 'All descriptions, lower case, without accents.';
comment on column transactions.transacted_on is 'The calendar day where the sender was.';

-- A list is one index, read in order from where its cursor points: by person or by group, in each of the four orders.
create index transactions_by_user_day on transactions (user_id, transacted_at, transaction_id);
create index transactions_by_user_amount on transactions (user_id, amount, transaction_id);
create index transactions_by_user_created on transactions (user_id, created_at, transaction_id);
create index transactions_by_user_updated on transactions (user_id, updated_at, transaction_id);
create index transactions_by_group_day on transactions (group_id, transacted_at, transaction_id);
create index transactions_by_group_amount on transactions (group_id, amount, transaction_id);
create index transactions_by_group_created on transactions (group_id, created_at, transaction_id);
create index transactions_by_group_updated on transactions (group_id, updated_at, transaction_id);
create index transactions_from_balance on transactions (from_balance_id, transacted_at, transaction_id);
create index transactions_to_balance on transactions (to_balance_id, transacted_at, transaction_id)
  where to_balance_id is not null;
create index transactions_pending on transactions (user_id, transacted_at, transaction_id)
  where approved_at is null and deleted_at is null;

-- Rare categories and words: found within one person's or group's rows, however many others there are.
create index transactions_content on transactions
  using gin (user_id, group_id, category_ids, search gin_trgm_ops)
  -- KiB that may wait to be sorted in: little, so that no single write has to sort in much.
  with (gin_pending_list_limit = 256);

-- Rare words must be known to be rare.
alter table transactions alter column search set statistics 1000;

create table outbox (
  id uuid primary key,
  seq bigint generated always as identity,
  event_type varchar(64) not null,
  aggregate_id uuid not null,
  payload jsonb not null,
  attempts integer not null default 0,
  last_error text,
  created_at timestamptz not null default now()
);

create unique index outbox_in_order on outbox (seq);

create table idempotency_keys (
  user_id uuid not null,
  key varchar(255) not null,
  fingerprint text not null,
  status integer not null,
  headers jsonb not null,
  body text not null,
  created_at timestamptz not null default now(),
  primary key (user_id, key)
);

create index idempotency_keys_by_age on idempotency_keys (created_at);

grant select on group_members to transactions_api, transactions_reader;
grant select, insert, update on balances, transactions to transactions_api;
grant insert on outbox to transactions_api;
grant select, insert, update, delete on idempotency_keys to transactions_api;
grant select, update, delete on outbox to transactions_relay;

-- Down Migration

drop table idempotency_keys;
drop table outbox;
drop table transactions;
drop table balances;
drop table group_members;
drop table groups;
drop extension btree_gin;
drop extension pg_trgm;
