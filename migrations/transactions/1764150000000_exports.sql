-- Up Migration

-- Files for people: lists of what they may see, and all that is kept of them.
grant select on transactions, balances, group_members to transactions_exporter;

-- Down Migration

revoke all on transactions, balances, group_members from transactions_exporter;
