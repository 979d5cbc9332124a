-- Up Migration

-- The place that a dead letter had in the outbox: a replay moves it back there.
alter table outbox_dead_letters
  add column xid xid8 not null default pg_current_xact_id(),
  add column seq bigint not null default nextval(pg_get_serial_sequence('outbox', 'seq'));
alter table outbox_dead_letters alter column xid drop default, alter column seq drop default;

-- Who deletes their account is erased from here, too.
grant select (aggregate_id, payload), delete on outbox_dead_letters to users_api;

-- What is kept of published events has nothing personal any more; the relay sees to it from now on.
update outbox
set payload = jsonb_set(payload, '{data}', (payload -> 'data') - '{code,invite_code,email,invitee_email,inviter_name,name,previous}'::text[])
where status = 'sent';

-- Down Migration

revoke all on outbox_dead_letters from users_api;
alter table outbox_dead_letters drop column xid, drop column seq;
