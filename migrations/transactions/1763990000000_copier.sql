-- Up Migration

-- The read model of reports can be rebuilt from the ledger, and compared with it.
grant select on balances, transactions, groups, group_members, erased_users to transactions_copier;

-- Down Migration

revoke all on balances, transactions, groups, group_members, erased_users from transactions_copier;
