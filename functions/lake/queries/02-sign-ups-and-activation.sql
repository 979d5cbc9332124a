-- Sign-ups and activation
-- Accounts registered by week, and those of them whose first transaction was recorded within seven days: activated. Of the last
-- week or two some still have time. The last 52 weeks.
with sign_ups as (
  select user_id, min(happened_at) as signed_up_at
  from user_events
  where event_type = 'UserCreated'
  group by user_id
),
first_transactions as (
  select user_id, min(happened_at) as recorded_at
  from transaction_events
  where event_type = 'TransactionCreated'
    and day >= cast(cast(date_trunc('week', current_date) - interval '364' day as date) as varchar)
  group by user_id
)
select
  cast(date_trunc('week', sign_ups.signed_up_at) as date) as week,
  count(*) as sign_ups,
  count(*) filter (where recorded_at < signed_up_at + interval '7' day) as activated,
  round(
    cast(count(*) filter (where recorded_at < signed_up_at + interval '7' day) as double) / count(*), 4
  ) as activation_rate
from sign_ups
left join first_transactions on first_transactions.user_id = sign_ups.user_id
where signed_up_at >= date_trunc('week', current_date) - interval '364' day
group by 1
order by 1 desc
