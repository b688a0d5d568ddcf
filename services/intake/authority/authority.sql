-- SPDX-License-Identifier: EUPL-1.2
-- Of one record: whose citizen it is about, why somebody may see it (NULL: she may not), and who works on the case.
-- common/serving/authority.h says what the parameters mean.

-- name: authority_referral
select r.citizen_id as citizen, r.worker,
       case_why(:reach, :who, :me, :today::date, case when r.direction <> 'sent' then r.worker end, r.entered_by,
                r.citizen_id) as why
from referral r where r.id = :id::uuid;

-- name: authority_course
select c.citizen_id as citizen, c.worker,
       case_why(:reach, :who, :me, :today::date, c.worker, c.entered_by, c.citizen_id) as why
from course c where c.id = :id::uuid;

-- name: authority_measurement
select c.citizen_id as citizen, c.worker,
       case_why(:reach, :who, :me, :today::date, c.worker, c.entered_by, c.citizen_id) as why
from measurement m join course c on c.id = m.course_id where m.id = :id::uuid;

-- name: authority_enquiry
select null as citizen, null as worker,
       case_why(:reach, :who, :me, :today::date, null, e.entered_by, null) as why
from enquiry e where e.id = :id::uuid;

-- name: authority_operation
-- Its own state only: what it is about is asked for at its own address.
select null as citizen, null as worker,
       case_why(:reach, :who, :me, :today::date, null, o.entered_by, null) as why
from operation o where o.id = :id::uuid;

-- name: authority_citizen
-- By the best of her cases here.
select z.id as citizen, null as worker, citizen_why(z, :reach, :who, :me, :today::date) as why
from citizen z where z.id = :id::uuid;

-- name: authority_task
select t.citizen_id as citizen, null as worker, citizen_why(z, :reach, :who, :me, :today::date) as why
from task t join citizen z on z.id = t.citizen_id where t.id = :id::uuid;
