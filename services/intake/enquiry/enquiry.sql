-- SPDX-License-Identifier: EUPL-1.2
-- Enquiries, and the duties to notify that arise from them.

-- name: enquiry_insert :many
-- That of a referral has its id from the referral's: registered again after a recovery, it is the same enquiry.
insert into enquiry (id, received_on, channel, partner, gender, age, municipality, occupation, reasons,
                     thoughts_of_change, setting, programme, note, followed_by, entered_by)
values (:id, :received_on, :channel, :partner, :gender, :age, :municipality, :occupation, :reasons,
        :thoughts_of_change, :setting, :programme, :note, :followed_by, :entered_by)
on conflict (id) do nothing;

-- name: enquiry_by_id
select e.id, e.version, e.received_on, e.channel, e.partner, e.gender, e.age, e.municipality, e.occupation, e.reasons,
       e.thoughts_of_change, e.setting, e.programme, e.note, e.followed_by,
       to_char(e.created_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as created_at,
       d.id as "duty_to_notify.id", d.state as "duty_to_notify.state", d.raised_on as "duty_to_notify.raised_on",
       d.legal_basis as "duty_to_notify.legal_basis", d.reason as "duty_to_notify.reason", e.number, e.entered_by
from enquiry e left join duty_to_notify d on d.enquiry_id = e.id
where e.id = :id::uuid;

-- name: enquiry_page
-- Newest first; `next` of a page is the number of its last row. As course_page: a branch for each way to see an enquiry.
with page as (
    (select e.number from enquiry e
     where :reach = 'organisation' and e.number < :after::bigint
     order by e.number desc limit :limit::bigint)
    union
    (select e.number from enquiry e
     where :reach <> 'organisation' and e.entered_by = :who and e.number < :after::bigint
     order by e.number desc limit :limit::bigint)
    union
    (select e.number from enquiry e
     where :reach = 'posted' and e.entered_by is null and e.number < :after::bigint
     order by e.entered_by desc, e.number desc limit :limit::bigint)
    order by number desc limit :limit::bigint)
select e.id, e.version, e.received_on, e.channel, e.partner, e.gender, e.age, e.municipality, e.occupation, e.reasons,
       e.thoughts_of_change, e.setting, e.programme, e.note, e.followed_by,
       to_char(e.created_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as created_at,
       d.id as "duty_to_notify.id", d.state as "duty_to_notify.state", d.raised_on as "duty_to_notify.raised_on",
       d.legal_basis as "duty_to_notify.legal_basis", d.reason as "duty_to_notify.reason", e.number, e.entered_by
from page
join enquiry e on e.number = page.number
left join duty_to_notify d on d.enquiry_id = e.id
order by e.number desc;

-- name: duty_insert
insert into duty_to_notify (id, enquiry_id, raised_on, legal_basis, reason)
select :id::uuid, :enquiry_id::uuid, :raised_on::date, :legal_basis, :reason
where not exists (select from duty_to_notify where enquiry_id = :enquiry_id::uuid);

-- name: enquiry_fact
-- What reporting is told of an enquiry (EnquiryFact): codes only.
select e.id as enquiry_id, e.version, e.received_on, e.channel, e.followed_by, e.programme, e.gender, e.setting,
       e.municipality, exists (select from duty_to_notify d where d.enquiry_id = e.id) as duty_to_notify
from enquiry e
where e.id > coalesce(:after::uuid, '00000000-0000-0000-0000-000000000000')
  and e.id between coalesce(:id::uuid, '00000000-0000-0000-0000-000000000000')
               and coalesce(:id::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
order by e.id limit 200;
