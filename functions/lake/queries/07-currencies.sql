-- Currencies used
-- In which currencies things are recorded: by how many people and families, how often, and what an expense comes to on average. As first
-- recorded, and approved. The last 52 weeks.
with recorded as (
  select distinct transaction_id, user_id, group_id, personal, kind, currency, cast(amount as decimal(18, 2)) as amount
  from transaction_events
  where event_type = 'TransactionCreated'
    and approved
    and day >= cast(cast(date_trunc('week', current_date) - interval '364' day as date) as varchar)
)
select
  currency,
  count(distinct user_id) as people,
  count(distinct case when not personal then group_id end) as families,
  count(*) as transactions,
  round(avg(case when kind = 'expense' then cast(amount as double) end), 2) as average_expense
from recorded
group by currency
order by transactions desc, currency
