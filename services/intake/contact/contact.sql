-- SPDX-License-Identifier: EUPL-1.2
-- Contacts with a citizen during a course.

-- name: contact_insert
insert into contact (id, course_id, held_on, kind, minutes, entered_by)
values (:id, :course_id, :held_on, :kind, :minutes, :entered_by);

-- name: contact_by_id
select k.id, k.course_id, c.citizen_id, k.held_on, k.kind, k.minutes, k.entered_by, k.number
from contact k join course c on c.id = k.course_id where k.id = :id::uuid;

-- name: contact_page
-- Of a course, newest first; `next` of a page is the number of its last row.
select k.id, k.course_id, c.citizen_id, k.held_on, k.kind, k.minutes, k.entered_by, k.number
from contact k join course c on c.id = k.course_id
where k.course_id = :id::uuid and k.number < :after::bigint
order by k.number desc limit :limit::bigint;

-- name: contact_fact
-- What reporting is told of a contact (ContactFact). It is never changed, so its version is 1.
select k.id as contact_id, 1 as version, k.course_id, k.held_on, k.kind, k.minutes
from contact k
where k.id > coalesce(:after::uuid, '00000000-0000-0000-0000-000000000000')
  and k.id between coalesce(:id::uuid, '00000000-0000-0000-0000-000000000000')
               and coalesce(:id::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
order by k.id limit 200;
