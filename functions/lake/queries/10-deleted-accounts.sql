-- Deleted accounts
-- Accounts deleted by week: how many, how many of them had recorded nothing in the four weeks before, how many days the average one
-- was with us, and how many accounts there were at the end of the week. The last 52 weeks; one in
-- which nobody came or went has no row.
with sign_ups as (
  select user_id, min(happened_at) as signed_up_at
  from user_events
  where event_type = 'UserCreated'
  group by user_id
),
deletions as (
  select user_id, min(happened_at) as deleted_at
  from user_events
  where event_type = 'UserDeleted'
  group by user_id
),
lively as (
  select distinct deletions.user_id
  from deletions
  inner join transaction_events on transaction_events.user_id = deletions.user_id
  where transaction_events.event_type = 'TransactionCreated'
    and transaction_events.happened_at >= deletions.deleted_at - interval '28' day
    and transaction_events.day >= cast(cast(date_trunc('week', current_date) - interval '392' day as date) as varchar)
),
changes as (
  select
    date_trunc('week', signed_up_at) as week,
    1 as came,
    0 as deleted,
    0 as quiet,
    cast(null as double) as days
  from sign_ups
  union all
  select
    date_trunc('week', deletions.deleted_at) as week,
    0 as came,
    1 as deleted,
    case when lively.user_id is null then 1 else 0 end as quiet,
    cast(date_diff('day', cast(sign_ups.signed_up_at as date), cast(deletions.deleted_at as date)) as double) as days
  from deletions
  left join sign_ups on sign_ups.user_id = deletions.user_id
  left join lively on lively.user_id = deletions.user_id
),
weeks as (
  select
    changes.week,
    sum(deleted) as deleted,
    sum(quiet) as quiet_before,
    round(avg(days), 1) as days_with_us,
    sum(sum(came) - sum(deleted)) over (order by changes.week) as accounts_at_end
  from changes
  group by changes.week
)
select
  cast(weeks.week as date) as week,
  deleted,
  quiet_before,
  days_with_us,
  accounts_at_end
from weeks
where weeks.week >= date_trunc('week', current_date) - interval '364' day
order by weeks.week desc
