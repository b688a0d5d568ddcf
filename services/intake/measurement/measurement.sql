-- SPDX-License-Identifier: EUPL-1.2
-- Measurements that were entered here.

-- name: measurement_insert
insert into measurement (id, course_id, operation_id, instrument, instrument_version, measured_on, rater, answers, aim,
                         entered_by)
values (:id, :course_id, :operation_id, :instrument, :instrument_version, :measured_on, :rater, :answers::jsonb, :aim,
        :entered_by);

-- name: measurement_scored
update measurement set state = 'scored', complete = :complete, scores = :scores::jsonb
where id = :measurement_id::uuid;

-- name: measurement_refused
update measurement set state = 'refused' where id = :measurement_id::uuid;

-- name: measurement_by_id
select m.id, m.course_id, m.instrument, m.instrument_version, m.measured_on, m.rater, m.answers, m.aim, m.state,
       m.complete, m.scores, m.operation_id as operation, c.due, m.number, c.citizen_id, m.entered_by
from measurement m join course c on c.id = m.course_id where m.id = :id::uuid;

-- name: measurement_page
-- Of a course, newest first; `next` of a page is the number of its last row.
select m.id, m.course_id, m.instrument, m.instrument_version, m.measured_on, m.rater, m.answers, m.aim, m.state,
       m.complete, m.scores, m.operation_id as operation, m.number, c.citizen_id, m.entered_by
from measurement m join course c on c.id = m.course_id
where m.course_id = :id::uuid and m.number < :after::bigint
order by m.number desc limit :limit::bigint;
