-- SPDX-License-Identifier: EUPL-1.2
-- What others are told of who are recovered, page by page in the order of keys; and what is taken from them.

-- name: snapshot_worker
select id as worker_id, version, kind as "worker.kind", programmes as "worker.programmes", cap as "worker.cap",
       languages as "worker.languages", gender as "worker.gender", competences as "worker.competences",
       active_from as "worker.active_from", active_to as "worker.active_to"
from worker where organisation = :organisation and id > coalesce(:after::text, '')
order by id limit 200;

-- name: snapshot_course
-- Of one node.
select * from course_row
where node = :node and "course.course_id" > coalesce(:after::uuid, '00000000-0000-0000-0000-000000000000')
order by "course.course_id" limit 200;

-- name: course_raise
-- A newer version is known than the one here: what is saved next is that one.
update course set version = :version::bigint - 1 where id = :course_id::uuid and version < :version::bigint;

-- name: told_put
insert into told (course_id, node, version) values (:course_id, :node, :version)
on conflict (course_id, node) do update set version = excluded.version;

-- name: told_differently
-- Courses of which one of the others (the provider's node, outcomes, reporting) knows another version, or nothing. When
-- nothing is told, all was mended already.
select * from course_row c
where exists (select from told) and "course.course_id" > coalesce(:after::uuid, '00000000-0000-0000-0000-000000000000')
  and (select count(*) from told t where t.course_id = "course.course_id" and t.version = "course.version") < 3
order by "course.course_id" limit 200;

-- name: told_clear
delete from told;

-- name: waiting_number_raise
-- Nobody who comes gets a number that was given before.
select setval('waiting_number', greatest((select last_value from waiting_number), max(waiting_number), 1)) as waiting_number
from course;

-- name: course_claim
-- Whose course it is, says the node that asked for it.
update course set citizen = :citizen, referral_id = :referral_id, wishes = :wishes::jsonb
where id = :course_id::uuid and node = :node;
