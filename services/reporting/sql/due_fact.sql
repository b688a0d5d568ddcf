-- SPDX-License-Identifier: EUPL-1.2

-- A list of dues replaces the older one of its course.
-- name: course_due_put :many
insert into course_due as x (course_id, version, due)
values (:course_id, :version, coalesce(:due::jsonb, '[]'))
on conflict (course_id) do update set version = excluded.version, due = excluded.due
where excluded.version > x.version;
