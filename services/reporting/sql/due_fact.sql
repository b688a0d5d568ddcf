-- SPDX-License-Identifier: EUPL-1.2

-- name: course_due_get
select course_id, version from course_due where course_id = :course_id;

-- name: course_due_put :one
insert into course_due (course_id, version) values (:course_id, :version)
on conflict (course_id) do update set version = excluded.version;

-- name: due_fact_clear
delete from due_fact where course_id = :course_id;

-- name: due_fact_put
insert into due_fact (course_id, instrument, due_on, kind) values (:course_id, :instrument, :due_on, :kind)
on conflict do nothing;
