-- SPDX-License-Identifier: EUPL-1.2
-- What others are told of who are recovered, page by page in the order of keys; and what is taken from them.

-- name: snapshot_measurement_known
select m.id as "answers.measurement_id", m.course_id as "answers.course_id", m.instrument as "answers.instrument",
       m.instrument_version as "answers.instrument_version", m.rater as "answers.rater",
       m.measured_on as "answers.measured_on", m.answers as "answers.answers", m.aim as "answers.aim",
       m.complete as "scored.complete", m.scores as "scored.scores"
from measurement m join course c on c.id = m.course_id
where c.node = :node and m.id > coalesce(:after::uuid, '00000000-0000-0000-0000-000000000000')
order by m.id limit 200;

-- name: snapshot_scored_of_open
-- What caseload goes by: complete measurements may enrol; the aim of the latest day counts, others are not repeated.
select m.id as measurement_id, m.course_id, m.instrument, m.instrument_version, m.rater, m.measured_on, m.complete,
       m.scores, case when m.id = l.last then m.aim end as aim
from course c
join measurement m on m.course_id = c.id
left join lateral (select id as last from measurement where course_id = c.id and aim is not null
                   order by measured_on desc, id desc limit 1) l on true
where c.state <> 'closed' and (m.complete or m.id = l.last)
  and m.id > coalesce(:after::uuid, '00000000-0000-0000-0000-000000000000')
order by m.id limit 200;

-- name: snapshot_due
-- The lists of dues as they were told last: of the courses of a node.
select id as course_id, due_version as version, due_text::jsonb -> 'due' as due
from course
where due_version > 0 and node = :node
  and id > coalesce(:after::uuid, '00000000-0000-0000-0000-000000000000')
order by id limit 200;

-- name: snapshot_course
select id as course_id, version, programme, organisation, state, requested_on, offered_on, enrolled_on, planned_end,
       closed_on
from course where id > coalesce(:after::uuid, '00000000-0000-0000-0000-000000000000')
order by id limit 200;

-- name: told_put
insert into told (course_id, node, version) values (:course_id, :node, :version)
on conflict (course_id, node) do update set version = excluded.version;

-- name: told_differently
-- The provider's node and reporting must have been told the same list, or none: else they are told anew. When nothing is
-- told, all was mended already.
update course c set due_text = '?'
where exists (select from told) and (c.due_version > 0 or exists (select from told t where t.course_id = c.id and t.node <> :caseload))
  and (select count(*) from told t where t.course_id = c.id and t.node <> :caseload and t.version = c.due_version) < 2;

-- name: recover_course
-- Courses that something may be due on, or that were closed since: caseload told of those.
select * from course_row
where ("course.state" in ('offered', 'enrolled') or coalesce(due_text, '{}') <> '{}'
       or exists (select from told t where t.course_id = "course.course_id" and t.node = :caseload))
  and "course.course_id" > coalesce(:after::uuid, '00000000-0000-0000-0000-000000000000')
order by "course.course_id" limit 200;

-- name: told_clear
delete from told;
