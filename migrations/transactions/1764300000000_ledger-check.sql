-- Up Migration

-- The check that amounts of balances are what their transactions add up to: it sees amounts, and nothing that says whose they are for.
grant select (balance_id, user_id, opening_amount, amount) on balances to transactions_auditor;
grant select (type, amount, from_balance_id, to_balance_id, to_amount, approved_at, deleted_at) on transactions to transactions_auditor;
grant select (user_id) on erased_users to transactions_auditor;

-- Down Migration

revoke all (balance_id, user_id, opening_amount, amount) on balances from transactions_auditor;
revoke all (type, amount, from_balance_id, to_balance_id, to_amount, approved_at, deleted_at) on transactions from transactions_auditor;
revoke all (user_id) on erased_users from transactions_auditor;
