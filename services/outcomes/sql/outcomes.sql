-- SPDX-License-Identifier: EUPL-1.2
-- Courses, measurements, dues.

-- name: course_by_id :apart
select * from course_row where "course.course_id" = :course_id::uuid;

-- name: course_apply :many
insert into course (id, version, node, programme, organisation, state, requested_on, offered_on, enrolled_on,
                    planned_end, closed_on, due_version, due_text)
values (:course_id, :version, :node, :programme, :organisation, :state, :requested_on, :offered_on, :enrolled_on,
        :planned_end, :closed_on, :due_version, :due_text)
on conflict (id) do update set version = excluded.version, state = excluded.state, offered_on = excluded.offered_on,
    enrolled_on = excluded.enrolled_on, planned_end = excluded.planned_end, closed_on = excluded.closed_on,
    due_version = excluded.due_version, due_text = excluded.due_text
where course.version < excluded.version;

-- name: course_told_due :one
update course set due_version = :due_version, due_text = :due_text where id = :course_id::uuid;

-- name: measurement_insert
insert into measurement (id, course_id, instrument, instrument_version, rater, measured_on, answers, aim, complete,
                         scores)
values (:measurement_id, :course_id, :instrument, :instrument_version, :rater, :measured_on, :answers::jsonb, :aim,
        :complete, :scores::jsonb);

-- name: measurement_of_course :apart
select instrument, measured_on, complete from measurement where course_id = :course_id::uuid;

-- name: measurement_first
-- The earliest scores by area: the first measurement of the course by this rater in which each area was answered.
select coalesce(json_agg(score order by score ->> 'area'), '[]')::jsonb as scores
from (
    select distinct on (s ->> 'area') s as score
    from measurement m cross join lateral jsonb_array_elements(m.scores) s
    where m.course_id = :course_id::uuid and m.instrument = :instrument and m.rater = :rater
      and m.measured_on <= :measured_on::date
    order by s ->> 'area', m.measured_on, m.number
) as first;

-- name: lost_forget
delete from lost where course_id = :course_id::uuid;

-- name: lost_insert
insert into lost (course_id, instrument, due_on) values (:course_id::uuid, :instrument, :due_on)
on conflict (course_id, instrument) do nothing;

-- name: measurement_by_id :apart
select id as measurement_id, course_id, instrument, instrument_version, rater, measured_on, aim, complete, scores
from measurement where id = :measurement_id::uuid;

-- name: measurement_told
-- What reporting is told of a measurement (MeasurementScored), with the list of dues of its course as it is told now.
select m.id as measurement_id, m.course_id, m.instrument, m.instrument_version, m.rater, m.measured_on, m.complete,
       m.scores, m.aim, c.due_text::jsonb -> 'due' as due, c.due_version
from measurement m join course c on c.id = m.course_id
where m.id > coalesce(:after::uuid, '00000000-0000-0000-0000-000000000000')
  and m.id between coalesce(:id::uuid, '00000000-0000-0000-0000-000000000000')
               and coalesce(:id::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
order by m.id limit 200;

-- name: due_told
-- What reporting is told to be due on a course (MeasurementDue): the list as it was told last.
select id as course_id, due_version as version, due_text::jsonb -> 'due' as due
from course
where due_version > 0 and id > coalesce(:after::uuid, '00000000-0000-0000-0000-000000000000')
  and id between coalesce(:id::uuid, '00000000-0000-0000-0000-000000000000')
             and coalesce(:id::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
order by id limit 200;
