-- SPDX-License-Identifier: EUPL-1.2
-- What others are told of who are recovered, page by page in the order of keys.

-- name: snapshot_course
select course_id, version, programme, organisation, aim, state, priority, reason_code, requested_on, waiting_since,
  offered_on, enrolled_on, planned_end, shortened, closed_on, end_reason, grant_code as "grant"
from course_fact
where course_id > coalesce(cast(:after as uuid), '00000000-0000-0000-0000-000000000000')
order by course_id
limit 200;

-- name: snapshot_due
select course_id, version, due
from course_due
where version > 0 and course_id > coalesce(cast(:after as uuid), '00000000-0000-0000-0000-000000000000')
order by course_id
limit 200;

-- name: snapshot_enquiry
select enquiry_id, version, received_on, channel, followed_by, programme, gender, setting, municipality, duty_to_notify
from enquiry_fact
where organisation = :organisation
  and enquiry_id > coalesce(cast(:after as uuid), '00000000-0000-0000-0000-000000000000')
order by enquiry_id
limit 200;
