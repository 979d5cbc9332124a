-- Transactions per family and week
-- Of the families in which something was recorded in a week: how much, on average and at most, and how many people took part in the
-- average one. The last 26 weeks.
with family_weeks as (
  select
    cast(date_trunc('week', happened_at) as date) as week,
    group_id,
    count(distinct transaction_id) as transactions,
    count(distinct user_id) as people
  from transaction_events
  where event_type = 'TransactionCreated'
    and not personal
    and happened_at >= date_trunc('week', current_date) - interval '182' day
    and day >= cast(cast(date_trunc('week', current_date) - interval '182' day as date) as varchar)
  group by 1, 2
)
select
  week,
  count(*) as families,
  sum(transactions) as transactions,
  round(avg(cast(transactions as double)), 2) as transactions_per_family,
  max(transactions) as most_transactions,
  round(avg(cast(people as double)), 2) as people_per_family
from family_weeks
group by week
order by week desc
