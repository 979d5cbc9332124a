-- Up Migration

-- All that is kept of a person, for that person. How codes of invites are hashed is nobody's business.
grant select on users, groups, group_members to users_exporter;
grant select (invite_id, group_id, inviter_id, invitee_email, role, status, created_at, expires_at, accepted_at)
  on invites to users_exporter;

-- What somebody sent out is found by who they are.
create index invites_by_inviter on invites (inviter_id);

-- Down Migration

drop index invites_by_inviter;
revoke all on users, groups, group_members, invites from users_exporter;
