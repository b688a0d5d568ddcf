-- SPDX-License-Identifier: EUPL-1.2
-- Courses. Columns and parameters are the fields of CourseRow (proto/caseload.proto).

-- name: course_by_id
select * from course_row where "course.course_id" = :course_id::uuid;

-- name: course_first_waiting
-- The first in turn of a programme: priority class, then order of arrival.
select * from course_row
where "course.state" = 'waiting' and "course.programme" = :programme
order by array_position(array['stat', 'asap', 'urgent', 'routine'], "course.priority"), "course.waiting_number" limit 1;

-- name: waiting_number_next
select nextval('waiting_number') as waiting_number;

-- name: course_of_citizen :apart
-- The citizen's courses, and who has or had them.
select id as course_id, worker from course where citizen = :citizen::uuid and organisation = :organisation;

-- name: course_aim_told
-- By which measurement; what it changes of the course itself is a version of its own.
update course set aim_on = :measured_on, aim_by = :measurement_id where id = :course_id::uuid;

-- name: course_save :many :one
-- The citizen stands first: what it is about is what course_of_citizen asks for.
insert into course (citizen, id, version, node, referral_id, operation, organisation, programme, aim, state, worker,
                    reason_code, reason, priority, wishes, requested_on, waiting_since, waiting_number, offered_on,
                    enrolled_on, planned_end, shortened, closed_on, end_reason, grant_key, enrolled_by, closed_by)
values (:citizen, :course.course_id, :course.version, :node, :referral_id, :course.operation, :course.organisation,
        :course.programme, :course.aim, :course.state, :course.worker, :course.reason_code, :course.reason,
        :course.priority, :wishes::jsonb, :course.requested_on, :course.waiting_since, :course.waiting_number,
        :course.offered_on, :course.enrolled_on, :course.planned_end, :course.shortened, :course.closed_on,
        :course.end_reason, :course.grant, :enrolled_by::uuid, :closed_by::uuid)
on conflict (id) do update set
    version = excluded.version, operation = excluded.operation, aim = excluded.aim, state = excluded.state,
    worker = excluded.worker, reason_code = excluded.reason_code, reason = excluded.reason,
    waiting_since = excluded.waiting_since, waiting_number = excluded.waiting_number,
    offered_on = excluded.offered_on, enrolled_on = excluded.enrolled_on, planned_end = excluded.planned_end,
    shortened = excluded.shortened, closed_on = excluded.closed_on, end_reason = excluded.end_reason,
    grant_key = excluded.grant_key, enrolled_by = coalesce(excluded.enrolled_by, course.enrolled_by),
    closed_by = coalesce(excluded.closed_by, course.closed_by)
where course.version = excluded.version - 1;

-- name: course_told
-- What outcomes and reporting are told of a course (CourseState): not who the citizen is, not for whom it was done.
select id as course_id, version, programme, organisation, aim, state, worker, reason_code, reason, priority,
       requested_on, waiting_since, offered_on, enrolled_on, planned_end, shortened, closed_on, end_reason,
       grant_key as "grant", waiting_number
from course
where id > coalesce(:after::uuid, '00000000-0000-0000-0000-000000000000')
  and id between coalesce(:id::uuid, '00000000-0000-0000-0000-000000000000')
             and coalesce(:id::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
order by id limit 200;
