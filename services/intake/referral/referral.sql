-- SPDX-License-Identifier: EUPL-1.2
-- Referrals: own, sent, received.

-- name: referral_insert :many
insert into referral (id, direction, requester, owner, citizen_id, enquiry_id, operation_id, course_id, programme, aim,
                      priority, authored_on, state, status_reason, reason, reasons, note, channel, partner, wishes,
                      consent_given, consent_on, contacting_subject_prohibited, sender, entered_by, answer_by)
values (:id, :direction, :requester, :owner, :citizen_id, :enquiry_id, :operation_id, :course_id, :programme, :aim,
        :priority, :authored_on, :state, :status_reason, :reason, :reasons, :note, :channel, :partner, :wishes::jsonb,
        :consent_given, :consent_on, :contacting_subject_prohibited, :sender, :entered_by, :answer_by);

-- name: referral_by_id
select * from referral_view where id = :id::uuid;

-- name: referral_shown
-- Masked for who entered it and may not see whom it is about: she was known here before, or a worker has her now.
select v.*, v.entered_by = :who and :reach <> 'organisation' and citizen_why(z, :reach, :who, :me, :today::date) is null
            as masked
from referral_view v join citizen z on z.id = v.citizen_id
where v.id = :id::uuid;

-- name: referral_page
-- Newest first; `next` of a page is the number of its last row. As course_page: a branch for each way to see a referral.
with page as (
    (select r.number from referral r
     where :reach = 'organisation' and r.number < :after::bigint and referral_fits(r, :state, :programme)
     order by r.number desc limit :limit::bigint)
    union
    (select r.number from referral r
     where :reach <> 'organisation' and r.entered_by = :who and r.number < :after::bigint
       and referral_fits(r, :state, :programme)
     order by r.number desc limit :limit::bigint)
    union
    (select r.number from referral r
     where :reach = 'posted' and r.entered_by is null and r.number < :after::bigint
       and referral_fits(r, :state, :programme)
     order by r.entered_by desc, r.number desc limit :limit::bigint)
    union -- all of them, as there
    (select r.number from referral r
     where :reach <> 'organisation' and r.worker = any (acts_for(:me, :today::date)) and r.direction <> 'sent'
       and r.number < :after::bigint and referral_fits(r, :state, :programme))
    union
    (select r.number from referral r
     where :reach <> 'organisation' and r.citizen_id = any (opened_by(:who)) and r.number < :after::bigint
       and referral_fits(r, :state, :programme))
    order by number desc limit :limit::bigint)
select v.*, v.entered_by = :who and :reach <> 'organisation' and citizen_why(z, :reach, :who, :me, :today::date) is null
            as masked
from page
join referral_view v on v.number = page.number
join citizen z on z.id = v.citizen_id
order by v.number desc;

-- name: referral_of_course :apart
-- Of a course that is older than this version.
select r.id, r.version, r.direction, r.requester, r.operation_id as operation, r.state
from course c join referral r on r.id = c.referral_id
where c.id = :course_id::uuid and c.version < :version::bigint;

-- name: referral_refused
-- The one whose own operation it is, not a later command on the course.
select r.id, r.version, r.direction, r.requester, r.state
from course c join referral r on r.id = c.referral_id
where c.id = :course_id::uuid and r.operation_id = :operation::uuid;

-- name: referral_set_state :many :one
-- The course stands first: what it changes of a referral and of its course is about the same thing.
update referral r set version = r.version + 1, state = v.state, status_reason = v.status_reason, reason = v.reason,
                      capacity = v.capacity, worker = v.worker
from (values (:course_id::uuid, :id::uuid, :state, :status_reason, :reason, :capacity, :worker))
  as v (course, id, state, status_reason, reason, capacity, worker)
where r.id = v.id;

-- name: referral_sender
select sender as id from referral where id = :id::uuid;

-- name: referral_sent_to
-- A referral that was sent, if that organisation is its receiver: nobody else has a say in it.
select id, operation_id as operation from referral
where id = :referral_id::uuid and direction = 'sent' and owner = :organisation;

-- name: referral_heard
-- What the receiver says of a referral that was sent; an older word changes nothing.
update referral set version = :version::bigint, state = :state, status_reason = :status_reason, reason = :reason,
                    capacity = :capacity, worker = :worker
where id = :referral_id::uuid and direction = 'sent' and (version < :version::bigint or state = 'requested');

-- name: referral_known :apart
select id, version, direction, requester, state, status_reason, reason, capacity, worker from referral where id = :id::uuid;
