-- Up Migration

-- Who deleted their account: what comes late, from them or about them, is refused.
create table erased_users (
  user_id uuid primary key,
  erased_at timestamptz not null default now()
);

comment on table erased_users is 'Kept for good: an id that means nobody any more.';

-- Closed balances are looked for only when their owner is erased.
create index balances_closed_by_user on balances (user_id) where deleted_at is not null;

-- Nobody opens a balance after their erasure has begun, whoever writes: the lock orders the two, and each query of a volatile
-- function sees what was committed before it. Without a balance there are no transactions. To the writer it is a
-- conflict, which makes it decide anew.
create function refuse_erased_user() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock_shared(hashtextextended('erasure/' || new.user_id, 0));
  if exists (select from erased_users where user_id = new.user_id) then
    raise exception 'the user % is erased', new.user_id using errcode = 'serialization_failure';
  end if;
  return new;
end
$$;

create trigger balances_of_erased_users before insert on balances
  for each row execute function refuse_erased_user();

grant select on erased_users to transactions_api;
grant select, insert on erased_users to transactions_consumer;
grant select, insert, update on groups to transactions_consumer;
grant select, insert, delete on group_members to transactions_consumer;
grant select, update (deleted_at), delete on balances to transactions_consumer;
grant select, delete on transactions, idempotency_keys to transactions_consumer;

-- Down Migration

revoke all on groups, group_members, balances, transactions, idempotency_keys from transactions_consumer;
revoke update (deleted_at) on balances from transactions_consumer;
drop trigger balances_of_erased_users on balances;
drop function refuse_erased_user;
drop index balances_closed_by_user;
drop table erased_users;
