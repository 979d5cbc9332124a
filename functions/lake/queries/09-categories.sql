-- Most used categories
-- In how many transactions a category is used, and by how many people. Categories that people made themselves count together, as do
-- transactions without one. Movements have none. The last 52 weeks.
with used as (
  select distinct transaction_id, user_id, kind, category_id
  from transaction_events
  left join unnest(category_ids) as each_category (category_id) on true
  where event_type = 'TransactionCreated'
    and kind <> 'movement'
    and day >= cast(cast(date_trunc('week', current_date) - interval '364' day as date) as varchar)
)
select
  case when used.category_id is null then '(none)' else coalesce(categories.name, '(their own)') end as category,
  kind,
  count(distinct transaction_id) as transactions,
  count(distinct user_id) as people
from used
left join categories on categories.category_id = used.category_id
group by 1, 2
order by transactions desc, category, kind
limit 50
