-- SPDX-License-Identifier: EUPL-1.2
-- Measurements that were entered here.

-- name: measurement_insert
insert into measurement (id, course_id, operation_id, instrument, instrument_version, measured_on, rater, answers, aim)
values (:id, :course_id, :operation_id, :instrument, :instrument_version, :measured_on, :rater, :answers::jsonb, :aim);

-- name: measurement_scored
update measurement set state = 'scored', complete = :complete, scores = :scores::jsonb
where id = :measurement_id::uuid;

-- name: measurement_refused
update measurement set state = 'refused' where id = :measurement_id::uuid;

-- name: measurement_by_id
select m.id, m.course_id, m.instrument, m.instrument_version, m.measured_on, m.rater, m.answers, m.aim, m.state,
       m.complete, m.scores, m.operation_id as operation, c.due
from measurement m join course c on c.id = m.course_id where m.id = :id::uuid;

-- name: measurement_of_course
select id, course_id, instrument, instrument_version, measured_on, rater, answers, aim, state, complete, scores,
       operation_id as operation
from measurement where course_id = :course_id::uuid order by measured_on, instrument, id;
