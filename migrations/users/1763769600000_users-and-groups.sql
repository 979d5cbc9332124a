-- Up Migration

create table users (
  user_id uuid primary key,
  email text,
  name text,
  status text not null default 'active' check (status in ('active', 'deleted')),
  default_currency varchar(8) not null default 'EUR',
  time_zone text not null default 'UTC',
  locale text not null default 'en',
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  check ((status = 'deleted') = (email is null)),
  check ((status = 'deleted') = (name is null))
);

comment on column users.user_id is 'The sub of the Cognito user.';
comment on column users.email is 'Null once the user is deleted.';

create table groups (
  group_id uuid primary key,
  name text not null,
  owner_id uuid not null references users (user_id),
  personal boolean not null default false,
  version bigint not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now()
);

comment on column groups.version is 'Counts every change of the group and its members; events carry it.';

create index groups_owner on groups (owner_id);

create table group_members (
  group_id uuid not null references groups (group_id) on delete cascade,
  user_id uuid not null references users (user_id),
  role text not null check (role in ('owner', 'admin', 'member')),
  joined_at timestamptz(3) not null default now(),
  primary key (group_id, user_id)
);

create unique index group_members_one_owner on group_members (group_id) where role = 'owner';
create index group_members_by_user on group_members (user_id, joined_at, group_id);
create index group_members_by_age on group_members (group_id, joined_at, user_id);

create table invites (
  invite_id uuid primary key,
  group_id uuid not null references groups (group_id) on delete cascade,
  inviter_id uuid not null references users (user_id),
  invitee_email text,
  role text not null default 'member' check (role in ('admin', 'member')),
  invite_code text not null unique,
  status text not null default 'pending' check (status in ('pending', 'accepted', 'revoked')),
  created_at timestamptz(3) not null default now(),
  expires_at timestamptz(3) not null default now() + interval '7 days',
  accepted_at timestamptz(3),
  check ((status = 'accepted') = (accepted_at is not null))
);

comment on column invites.invite_code is 'SHA-256 of the code, base64url; the code itself is only in the mail.';
comment on column invites.invitee_email is 'Lower case; null once that user is deleted.';

create unique index invites_one_pending on invites (group_id, invitee_email) where status = 'pending';
create index invites_by_email on invites (invitee_email);

create table outbox (
  id uuid primary key,
  seq bigint generated always as identity,
  event_type varchar(64) not null,
  aggregate_id uuid not null,
  payload jsonb not null,
  status text not null default 'pending' check (status in ('pending', 'sent')),
  attempts integer not null default 0,
  last_error text,
  created_at timestamptz not null default now(),
  sent_at timestamptz
);

create unique index outbox_pending on outbox (seq) where status = 'pending';

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

grant select, insert, update on users to users_api;
grant select, insert, update, delete on groups, group_members to users_api;
grant select, insert, update on invites to users_api;
grant insert on outbox to users_api;
grant select, insert, update, delete on idempotency_keys to users_api;
grant select, update on outbox to users_relay;

-- Down Migration

drop table idempotency_keys;
drop table outbox;
drop table invites;
drop table group_members;
drop table groups;
drop table users;
