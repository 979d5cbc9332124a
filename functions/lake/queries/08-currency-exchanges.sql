-- Movements between currencies
-- From which currency into which money is moved: how often, by how many people, how much in all, and the average rate of it. As first
-- recorded, and approved. The last 52 weeks.
with movements as (
  select distinct
    transaction_id,
    user_id,
    currency,
    to_currency,
    cast(amount as decimal(18, 2)) as amount,
    cast(to_amount as decimal(18, 2)) as to_amount
  from transaction_events
  where event_type = 'TransactionCreated'
    and approved
    and kind = 'movement'
    and to_currency <> currency
    and day >= cast(cast(date_trunc('week', current_date) - interval '364' day as date) as varchar)
)
select
  currency as from_currency,
  to_currency,
  count(*) as movements,
  count(distinct user_id) as people,
  sum(amount) as amount,
  sum(to_amount) as to_amount,
  round(cast(sum(to_amount) as double) / nullif(cast(sum(amount) as double), 0), 4) as average_rate
from movements
group by currency, to_currency
order by movements desc, from_currency, to_currency
