-- SPDX-License-Identifier: EUPL-1.2
-- The copy of the own courses.

-- name: course_insert :many
insert into course (id, referral_id, citizen_id, organisation, programme, aim, state, priority, requested_on)
values (:id, :referral_id, :citizen_id, :organisation, :programme, :aim, 'requested', :priority, :authored_on);

-- name: course_by_id
select id, version, referral_id, organisation, programme, aim, state, worker, worker_name, reason_code, reason, priority,
       requested_on, waiting_since, waiting_position, offered_on, enrolled_on, planned_end, shortened, closed_on,
       end_reason, due, "grant", number
from course_view where id = :id::uuid;

-- name: course_version
select id, version from course where id = :id::uuid;

-- name: course_page
-- Waiting courses in their order, others newest first; `next` of a page counts the rows before the following one.
select id, version, referral_id, organisation, programme, aim, state, worker, worker_name, reason_code, reason, priority,
       requested_on, waiting_since, waiting_position, offered_on, enrolled_on, planned_end, shortened, closed_on,
       end_reason, due, "grant", number
from course_view
where (:state::text is null or state = :state) and (:programme::text is null or programme = :programme)
  and (:worker::text is null or worker = :worker)
order by state <> 'waiting',
         case when state = 'waiting' then array_position(array['stat', 'asap', 'urgent', 'routine'], priority) end,
         case when state = 'waiting' then waiting_number end, number desc
limit :limit::bigint offset :after::bigint;

-- name: course_apply :one
update course set version = :version, aim = :aim, state = :state, worker = :worker, reason_code = :reason_code,
                  reason = :reason, priority = :priority, waiting_since = :waiting_since,
                  waiting_number = :waiting_number, offered_on = :offered_on, enrolled_on = :enrolled_on,
                  planned_end = :planned_end, shortened = :shortened, closed_on = :closed_on,
                  end_reason = :end_reason, grant_key = :grant,
                  due = case when :state = 'closed' then null else due end
where id = :course_id::uuid and version < :version::bigint;

-- name: course_never_began
update course set state = 'closed', reason = :reason, end_reason = 'withdrew', closed_on = requested_on
where referral_id = :referral_id::uuid and state = 'requested';

-- name: course_set_due
update course set due = :due::jsonb, due_version = :due_version
where id = :course_id::uuid and due_version < :due_version::bigint;
