-- Families with more than one member
-- The families there are now, by how many are in them, and the share of those that more than one person is in. Somebody's own group
-- is no family.
with ranked as (
  select
    group_id,
    event_type,
    members,
    row_number() over (
      partition by group_id
      order by case when event_type = 'GroupDeleted' then 1 else 0 end desc, version desc, happened_at desc
    ) as newest
  from user_events
  where not personal
),
families as (
  select group_id, members
  from ranked
  where newest = 1 and event_type <> 'GroupDeleted'
),
sizes as (
  select members, count(*) as families
  from families
  group by members
)
select
  members,
  families,
  round(cast(families as double) / sum(families) over (), 4) as share,
  round(
    cast(sum(case when members > 1 then families else 0 end) over () as double) / sum(families) over (), 4
  ) as share_of_shared
from sizes
order by members
