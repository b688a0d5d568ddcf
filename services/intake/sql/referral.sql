-- SPDX-License-Identifier: EUPL-1.2
-- Referrals: own, sent, received.

-- name: referral_insert :many
insert into referral (id, direction, requester, owner, citizen_id, enquiry_id, operation_id, course_id, programme, aim,
                      priority, authored_on, state, status_reason, reason, reasons, note, channel, partner, wishes,
                      consent_given, consent_on, contacting_subject_prohibited)
values (:id, :direction, :requester, :owner, :citizen_id, :enquiry_id, :operation_id, :course_id, :programme, :aim,
        :priority, :authored_on, :state, :status_reason, :reason, :reasons, :note, :channel, :partner, :wishes::jsonb,
        :consent_given, :consent_on, :contacting_subject_prohibited);

-- name: referral_by_id
select * from referral_view where id = :id::uuid;

-- name: referral_page
-- Newest first; `next` of a page is the number of its last row.
select * from referral_view
where (:after::bigint = 0 or number < :after::bigint)
  and (:state::text is null or state = :state) and (:programme::text is null or programme = :programme)
order by number desc limit :limit::bigint;

-- name: referral_by_course
select id, version, direction, requester, operation_id as operation, state from referral where course_id = :course_id::uuid;

-- name: referral_by_operation
select id, version, direction, requester, state from referral
where operation_id = :operation::uuid and direction <> 'sent';

-- name: referral_set_state :one
update referral set version = version + 1, state = :state, status_reason = :status_reason, reason = :reason,
                    capacity = :capacity, worker = :worker
where id = :id::uuid;

-- name: referral_heard
-- What the receiver says of a referral that was sent; an older word changes nothing.
update referral set version = :version::bigint, state = :state, status_reason = :status_reason, reason = :reason,
                    capacity = :capacity, worker = :worker
where id = :referral_id::uuid and direction = 'sent' and (version < :version::bigint or state = 'requested');
