-- Up Migration

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

-- Who deleted their account: what comes late, from them or about them, is refused.
create table erased_users (
  user_id uuid primary key,
  erased_at timestamptz not null default now()
);

comment on table erased_users is 'Kept for good: an id that means nobody any more.';

create table balances (
  balance_id uuid primary key,
  user_id uuid not null,
  group_id uuid not null,
  currency varchar(8) not null,
  opening_amount numeric(18, 2) not null,
  closed_on date,
  closing_amount numeric(18, 2),
  version bigint not null,
  constraint closed_with_an_amount check ((closed_on is null) = (closing_amount is null))
);

comment on column balances.closed_on is 'The day, in UTC, on which it was closed.';
comment on column balances.closing_amount is 'What was in it then.';

create index balances_by_user on balances (user_id, balance_id);
create index balances_by_group on balances (group_id, balance_id);

-- What the newest version of each transaction has added to the roll-ups, so that it can be taken back.
create table facts (
  transaction_id uuid primary key,
  user_id uuid not null,
  version bigint not null,
  day date,
  kind varchar(8) check (kind in ('expense', 'income', 'movement')),
  group_id uuid,
  currency varchar(8),
  balance_id uuid,
  amount numeric(18, 2),
  to_balance_id uuid,
  to_amount numeric(18, 2),
  categories uuid[],
  parts numeric[],
  constraint effect_is_whole check (num_nulls(day, kind, group_id, currency, balance_id, amount, categories, parts) in (0, 8)),
  constraint movement_has_target check ((kind = 'movement') is true = (num_nonnulls(to_balance_id, to_amount) = 2)),
  constraint parts_have_categories check (cardinality(categories) = cardinality(parts))
);

comment on column facts.version is 'Of the transaction; older events of it change nothing.';
comment on column facts.day is 'The calendar day of the sender; null, with all that follows, while the transaction has no effect.';
comment on column facts.categories is 'Of the parts, in the same order, each once; null for none. Movements have no parts.';

create index facts_by_user on facts (user_id);

-- Income and expense by category: each day, week (ISO), month and year has a row of its own, so that a report of any range reads few.
create table category_rollups (
  user_id uuid not null,
  group_id uuid not null,
  grain varchar(5) not null check (grain in ('day', 'week', 'month', 'year')),
  period date not null,
  kind varchar(8) not null check (kind in ('expense', 'income')),
  currency varchar(8) not null,
  category_id uuid,
  amount numeric not null,
  count integer not null
)
-- Room on each page for new versions of its rows: sums change all the time.
with (fillfactor = 80);

comment on column category_rollups.period is 'Its first day.';
comment on column category_rollups.category_id is 'Null for none.';
comment on column category_rollups.count is 'Transactions with something in this category.';

create unique index category_rollups_of_user on category_rollups
  (user_id, grain, currency, period, kind, group_id, category_id) nulls not distinct;
create index category_rollups_of_group on category_rollups (group_id, grain, currency, period, kind);

-- What came into each balance and went out of it.
create table balance_rollups (
  balance_id uuid not null,
  grain varchar(5) not null check (grain in ('day', 'month', 'year')),
  period date not null,
  income numeric not null,
  expense numeric not null,
  moved numeric not null,
  incomes integer not null,
  expenses integer not null,
  movements integer not null,
  primary key (balance_id, grain, period)
)
with (fillfactor = 80);

comment on column balance_rollups.moved is 'What movements brought, less what they took.';
comment on column balance_rollups.incomes is 'How many transactions; so expenses and movements.';

-- Users are spread over 64 locks: who writes down events shares those of their users, who erases or rebuilds one holds it alone.
create function lock_of(user_id uuid) returns integer language sql immutable parallel safe
  return hashtext(user_id::text) & 63;

create function share_users(users uuid[]) returns void language plpgsql as $$
begin
  perform pg_advisory_xact_lock_shared(1, slot)
  from (select distinct lock_of(id) as slot from unnest(users) as id order by slot) as slots;
end
$$;

create function hold_user(user_id uuid) returns void language sql
  return pg_advisory_xact_lock(1, lock_of(user_id));

-- Takes in the newest states of balances and transactions: rows of these tables, as JSON. Older ones than known change nothing, so
-- states may come again, late and in any order. What a fact had added is subtracted, what it adds now added, all at once.
-- Rows are locked in the order of their keys, so that calls which run side by side never wait for each other in a circle.
create function take_in(new_balances jsonb, new_facts jsonb) returns void language plpgsql as $$
declare
  incoming facts[];
  added facts[];
  outdated facts[];
begin
  perform share_users(array(
    select (value ->> 'user_id')::uuid from jsonb_array_elements(new_balances || new_facts)
  ));

  insert into balances as known (
    balance_id, user_id, group_id, currency, opening_amount, closed_on, closing_amount, version
  )
  select distinct on (balance_id)
    balance_id, user_id, group_id, currency, opening_amount, closed_on, closing_amount, version
  from jsonb_populate_recordset(null::balances, new_balances)
  where user_id not in (select e.user_id from erased_users e)
  order by balance_id, version desc
  on conflict (balance_id) do update
  set opening_amount = excluded.opening_amount,
      closed_on = excluded.closed_on,
      closing_amount = excluded.closing_amount,
      version = excluded.version
  where known.version < excluded.version;

  incoming := array(
    select distinct on (fact.transaction_id) fact
    from jsonb_populate_recordset(null::facts, new_facts) as fact
    where not exists (select from erased_users e where e.user_id = fact.user_id)
    order by fact.transaction_id, fact.version desc
  );
  if cardinality(incoming) = 0 then
    return;
  end if;

  with inserted as (
    insert into facts
    select * from unnest(incoming) order by transaction_id
    on conflict (transaction_id) do nothing
    returning facts
  )
  select array_agg(inserted.facts) into added from inserted;

  outdated := array(
    select known
    from facts known
    join unnest(incoming) as new on new.transaction_id = known.transaction_id
    where known.version < new.version
    order by known.transaction_id
    for update of known
  );

  with changed as (
    update facts known
    set version = new.version,
        day = new.day,
        kind = new.kind,
        group_id = new.group_id,
        currency = new.currency,
        balance_id = new.balance_id,
        amount = new.amount,
        to_balance_id = new.to_balance_id,
        to_amount = new.to_amount,
        categories = new.categories,
        parts = new.parts
    from unnest(incoming) as new
    where known.transaction_id = new.transaction_id
      and known.transaction_id = any (array(select old.transaction_id from unnest(outdated) as old))
    returning known
  )
  select coalesce(added, '{}') || coalesce(array_agg(changed.known), '{}') into added from changed;

  perform add_to_categories(added, outdated);
  perform add_to_balances(added, outdated);
end
$$;

create function add_to_categories(added facts[], taken_back facts[]) returns void language plpgsql as $$
begin
  insert into category_rollups as known (user_id, group_id, grain, period, kind, currency, category_id, amount, count)
  select
    user_id, group_id, grain, date_trunc(grain, day::timestamp)::date as period, kind, currency, category_id,
    sum(sign * part), sum(sign)
  from (
    select 1 as sign, * from unnest(added)
    union all
    select -1, * from unnest(taken_back)
  ) as fact
  cross join unnest(fact.categories, fact.parts) as parted (category_id, part)
  cross join (values ('day'), ('week'), ('month'), ('year')) as grains (grain)
  group by user_id, group_id, grain, period, kind, currency, category_id
  having sum(sign * part) <> 0 or sum(sign) <> 0
  order by user_id, grain, currency, period, kind, group_id, category_id
  on conflict (user_id, grain, currency, period, kind, group_id, category_id) do update
  set amount = known.amount + excluded.amount,
      count = known.count + excluded.count;
end
$$;

create function add_to_balances(added facts[], taken_back facts[]) returns void language plpgsql as $$
begin
  insert into balance_rollups as known (balance_id, grain, period, income, expense, moved, incomes, expenses, movements)
  select
    side.balance_id, grain, date_trunc(grain, day::timestamp)::date as period,
    coalesce(sum(sign * side.amount) filter (where kind = 'income'), 0),
    coalesce(sum(sign * side.amount) filter (where kind = 'expense'), 0),
    coalesce(sum(sign * side.amount) filter (where kind = 'movement'), 0),
    coalesce(sum(sign) filter (where kind = 'income'), 0),
    coalesce(sum(sign) filter (where kind = 'expense'), 0),
    coalesce(sum(sign) filter (where kind = 'movement'), 0)
  from (
    select 1 as sign, * from unnest(added)
    union all
    select -1, * from unnest(taken_back)
  ) as fact
  cross join lateral (
    values
      (fact.balance_id, case when kind = 'movement' then -fact.amount else fact.amount end),
      (fact.to_balance_id, fact.to_amount)
  ) as side (balance_id, amount)
  cross join (values ('day'), ('month'), ('year')) as grains (grain)
  where side.balance_id is not null
  group by side.balance_id, grain, period
  order by side.balance_id, grain, period
  on conflict (balance_id, grain, period) do update
  set income = known.income + excluded.income,
      expense = known.expense + excluded.expense,
      moved = known.moved + excluded.moved,
      incomes = known.incomes + excluded.incomes,
      expenses = known.expenses + excluded.expenses,
      movements = known.movements + excluded.movements;
end
$$;

grant select on group_members, balances, category_rollups, balance_rollups to analytics_api;
grant select, insert on erased_users to analytics_consumer;
grant select, insert, update on groups to analytics_consumer;
grant select, insert, delete on group_members to analytics_consumer;
grant select, insert, update, delete on balances, facts, category_rollups, balance_rollups to analytics_consumer;

-- Down Migration

drop function take_in;
drop function add_to_balances;
drop function add_to_categories;
drop function hold_user;
drop function share_users;
drop function lock_of;
drop table balance_rollups;
drop table category_rollups;
drop table facts;
drop table balances;
drop table erased_users;
drop table group_members;
drop table groups;
