-- SPDX-License-Identifier: EUPL-1.2
-- The copy of the own courses.

-- name: course_insert :many
insert into course (id, referral_id, citizen_id, organisation, programme, aim, state, priority, requested_on, entered_by)
values (:id, :referral_id, :citizen_id, :organisation, :programme, :aim, 'requested', :priority, :authored_on,
        :entered_by);

-- name: course_by_id
select id, version, referral_id, organisation, programme, aim, state, worker, worker_name, reason_code, reason, priority,
       requested_on, waiting_since, waiting_position, offered_on, enrolled_on, planned_end, shortened, closed_on,
       end_reason, due, "grant", number, citizen_id, entered_by
from course_view where id = :id::uuid;

-- name: course_version
select id, version from course where id = :id::uuid;

-- name: course_page
-- Newest first; `next` of a page is the number of its last row. Each way to see a course is a branch that reads one index.
-- Only what is shown is joined with names and waiting positions.
with page as (
    (select c.number from course c
     where :reach = 'organisation' and c.number < :after::bigint and course_fits(c, :state, :programme, :worker)
     order by c.number desc limit :limit::bigint)
    union
    (select c.number from course c
     where :reach <> 'organisation' and c.entered_by = :who and c.number < :after::bigint
       and course_fits(c, :state, :programme, :worker)
     order by c.number desc limit :limit::bigint)
    union -- by the index of entered_by, backwards: null comes first
    (select c.number from course c
     where :reach = 'posted' and c.entered_by is null and c.number < :after::bigint
       and course_fits(c, :state, :programme, :worker)
     order by c.entered_by desc, c.number desc limit :limit::bigint)
    union -- all of them: few are hers, and the planner would rather look for a page of them among everybody's
    (select c.number from course c
     where :reach <> 'organisation' and c.worker = any (acts_for(:me, :today::date))
       and c.number < :after::bigint and course_fits(c, :state, :programme, :worker))
    union
    (select c.number from course c
     where :reach <> 'organisation' and c.citizen_id = any (opened_by(:who)) and c.number < :after::bigint
       and course_fits(c, :state, :programme, :worker))
    order by number desc limit :limit::bigint)
select v.id, v.version, v.referral_id, v.organisation, v.programme, v.aim, v.state, v.worker, v.worker_name,
       v.reason_code, v.reason, v.priority, v.requested_on, v.waiting_since, v.waiting_position, v.offered_on,
       v.enrolled_on, v.planned_end, v.shortened, v.closed_on, v.end_reason, v.due, v."grant", v.number, v.citizen_id,
       v.entered_by
from page join course_view v on v.number = page.number
order by v.number desc;

-- name: course_waiting
-- The waiting list of a programme, in the order in which it is served.
select v.id, v.version, v.referral_id, v.organisation, v.programme, v.aim, v.state, v.worker, v.worker_name,
       v.reason_code, v.reason, v.priority, v.requested_on, v.waiting_since, v.waiting_position, v.offered_on,
       v.enrolled_on, v.planned_end, v.shortened, v.closed_on, v.end_reason, v.due, v."grant", v.number, v.citizen_id,
       v.entered_by
from course_view v
where v.state = 'waiting' and v.programme = :programme
  and (:reach = 'organisation' or v.entered_by = :who or :reach = 'posted' and v.entered_by is null
       or v.worker = any ((select acts_for(:me, :today::date))::text[])
       or v.citizen_id = any ((select opened_by(:who))::uuid[]))
order by array_position(array['stat', 'asap', 'urgent', 'routine'], v.priority), v.waiting_number
limit 1000;

-- name: course_apply :many :one
update course c set version = v.version, aim = v.aim, state = v.state, worker = v.worker, reason_code = v.reason_code,
                    reason = v.reason, priority = v.priority, waiting_since = v.waiting_since,
                    waiting_number = v.waiting_number, offered_on = v.offered_on, enrolled_on = v.enrolled_on,
                    planned_end = v.planned_end, shortened = v.shortened, closed_on = v.closed_on,
                    end_reason = v.end_reason, grant_key = v.grant_key,
                    due = case when v.state = 'closed' then null else c.due end
from (values (:course_id::uuid, :version::bigint, :aim, :state, :worker, :reason_code, :reason, :priority,
              :waiting_since::date, :waiting_number::bigint, :offered_on::date, :enrolled_on::date, :planned_end::date,
              :shortened::boolean, :closed_on::date, :end_reason, :grant))
  as v (id, version, aim, state, worker, reason_code, reason, priority, waiting_since, waiting_number, offered_on,
        enrolled_on, planned_end, shortened, closed_on, end_reason, grant_key)
where c.id = v.id and c.version < v.version;

-- name: course_never_began
update course set state = 'closed', reason = :reason, end_reason = 'withdrew', closed_on = requested_on
where id = :course_id::uuid and state = 'requested';

-- name: course_set_due :many
-- On a closed course nothing is due, whatever outcomes said before it heard of the closing.
update course c set due = case when c.state <> 'closed' then v.due end, due_version = v.due_version
from (values (:course_id::uuid, :due::jsonb, :due_version::bigint)) as v (id, due, due_version)
where c.id = v.id and c.due_version < v.due_version;
