-- Weekly active families
-- Families (groups that can be shared, not somebody's own) in which something was recorded, by week of recording, and the people
-- who did so. The last 26 weeks; the running one is not over yet.
select
  cast(date_trunc('week', happened_at) as date) as week,
  count(distinct case when not personal then group_id end) as active_families,
  count(distinct user_id) as active_people,
  count(distinct transaction_id) as transactions
from transaction_events
where event_type = 'TransactionCreated'
  and happened_at >= date_trunc('week', current_date) - interval '182' day
  and day >= cast(cast(date_trunc('week', current_date) - interval '182' day as date) as varchar)
group by 1
order by 1 desc
