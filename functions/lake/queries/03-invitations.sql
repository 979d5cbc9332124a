-- Invitations sent and accepted
-- Invitations by the week in which they were sent, how many of these were accepted at any time, and after how many days on average.
with sent as (
  select invite_id, min(happened_at) as sent_at
  from user_events
  where event_type = 'UserInvitedGroup'
  group by invite_id
),
accepted as (
  select invite_id, min(happened_at) as accepted_at
  from user_events
  where event_type = 'UserJoinedGroup'
  group by invite_id
)
select
  cast(date_trunc('week', sent_at) as date) as week,
  count(*) as sent,
  count(accepted_at) as accepted,
  round(cast(count(accepted_at) as double) / count(*), 4) as acceptance_rate,
  round(avg(cast(date_diff('day', cast(sent_at as date), cast(accepted_at as date)) as double)), 1) as days_until_accepted
from sent
left join accepted on accepted.invite_id = sent.invite_id
group by 1
order by 1 desc
