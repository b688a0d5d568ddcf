-- SPDX-License-Identifier: EUPL-1.2

-- name: enquiry_fact_put :many
insert into enquiry_fact as x (enquiry_id, organisation, version, received_on, channel, followed_by, programme,
  gender, setting, municipality, duty_to_notify)
values (:enquiry_id, :sender_organisation, :version, :received_on, :channel, :followed_by, :programme,
  :gender, :setting, :municipality, :duty_to_notify)
on conflict (organisation, enquiry_id) do update set
  version = excluded.version, received_on = excluded.received_on, channel = excluded.channel,
  followed_by = excluded.followed_by, programme = excluded.programme, gender = excluded.gender,
  setting = excluded.setting, municipality = excluded.municipality, duty_to_notify = excluded.duty_to_notify
where excluded.version > x.version;

-- Given are the first days of the periods in order, as an array literal, and the last day of the last period.
-- A cell for each channel that occurs and each period (zeros too), then the totals of both directions:
-- no period = total of the channel, no channel = total of the period, neither = total of all.
-- name: enquiry_fact_count
with asked as (
  select cast(:starts as date[]) as starts, cast(:to as date) as last_day, cast(:organisation as text) as organisation
), counted as (
  select f.channel, width_bucket(f.received_on, a.starts) as period, count(*) as n
  from enquiry_fact f cross join asked a
  where f.received_on >= a.starts[1] and f.received_on <= a.last_day
    and (a.organisation is null or f.organisation = a.organisation)
  group by 1, 2
), cell as (
  select channel, period, 0 as n
  from (select distinct channel from counted) c cross join asked a
    cross join generate_series(1, cardinality(a.starts)) as period
  union all
  select channel, period, n from counted
)
select channel, period, sum(n) as n
from cell
group by grouping sets ((channel, period), (channel), (period), ())
order by channel nulls last, period nulls last;
