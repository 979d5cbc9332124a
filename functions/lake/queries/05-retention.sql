-- Retention by cohort
-- Accounts by the week in which they were registered (the cohort), and how many of them recorded something 0, 1, 2 … weeks later. A
-- week in which nobody of a cohort did has no row. Cohorts of the last 52 weeks.
with sign_ups as (
  select user_id, date_trunc('week', min(happened_at)) as cohort
  from user_events
  where event_type = 'UserCreated'
  group by user_id
),
cohorts as (
  select cohort, count(*) as people
  from sign_ups
  group by cohort
),
active_weeks as (
  select distinct user_id, date_trunc('week', happened_at) as week
  from transaction_events
  where event_type = 'TransactionCreated'
    and day >= cast(cast(date_trunc('week', current_date) - interval '364' day as date) as varchar)
)
select
  cast(cohorts.cohort as date) as cohort,
  cohorts.people as people,
  cast(
    cast(date_diff('day', cast(cohorts.cohort as date), cast(active_weeks.week as date)) as double) / 7 as bigint
  ) as weeks_later,
  count(*) as active,
  round(cast(count(*) as double) / cohorts.people, 4) as retention
from sign_ups
inner join cohorts on cohorts.cohort = sign_ups.cohort
inner join active_weeks on active_weeks.user_id = sign_ups.user_id
where active_weeks.week >= sign_ups.cohort
  and sign_ups.cohort >= date_trunc('week', current_date) - interval '364' day
group by 1, 2, 3
order by 1 desc, 3
