-- SPDX-License-Identifier: EUPL-1.2

-- name: course_fact_put :many
insert into course_fact as x (course_id, version, programme, organisation, aim, state, priority, reason_code,
  requested_on, waiting_since, offered_on, enrolled_on, planned_end, shortened, closed_on, end_reason, grant_code)
values (:course_id, :version, :programme, :organisation, :aim, :state, :priority, :reason_code,
  :requested_on, :waiting_since, :offered_on, :enrolled_on, :planned_end, :shortened, :closed_on, :end_reason, :grant)
on conflict (course_id) do update set
  version = excluded.version, programme = excluded.programme, organisation = excluded.organisation,
  aim = excluded.aim, state = excluded.state, priority = excluded.priority, reason_code = excluded.reason_code,
  requested_on = excluded.requested_on, waiting_since = excluded.waiting_since, offered_on = excluded.offered_on,
  enrolled_on = excluded.enrolled_on, planned_end = excluded.planned_end, shortened = excluded.shortened,
  closed_on = excluded.closed_on, end_reason = excluded.end_reason, grant_code = excluded.grant_code
where excluded.version > x.version;

-- Everything is told from dates, so that any day can be asked for. What happens on a day belongs to it.
-- The row without a programme is the total.
-- name: course_fact_status
with asked as (
  select cast(:on as date) as day, cast(:organisation as text) as organisation, cast(:programme as text) as programme
), standing as (
  select c.programme, c.organisation,
    coalesce(c.enrolled_on <= a.day, false) as entered,
    coalesce(c.closed_on <= a.day, false) as ended,
    coalesce(c.offered_on <= a.day, false) as offered,
    coalesce(c.waiting_since <= a.day, false) as listed,
    coalesce(c.enrolled_on > cast(a.day - interval '12 months' as date) and c.enrolled_on <= a.day, false) as new
  from course_fact c cross join asked a
  where (a.organisation is null or c.organisation = a.organisation)
    and (a.programme is null or c.programme = a.programme)
)
select programme, organisation,
  count(*) filter (where entered and not ended) as enrolled,
  count(*) filter (where offered and not entered and not ended) as in_clarification,
  count(*) filter (where listed and not offered and not entered and not ended) as waiting,
  count(*) filter (where entered and ended) as closed,
  count(*) filter (where not entered and ended) as not_entered,
  count(*) filter (where (entered or offered) and not ended) as attached,
  round(count(*) filter (where new) / 12.0, 1) as intake_per_month
from standing
where entered or ended or offered or listed
group by grouping sets ((programme, organisation), ())
order by programme nulls last, organisation;
