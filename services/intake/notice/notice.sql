-- SPDX-License-Identifier: EUPL-1.2
-- What a person should look at: of her own cases, or of the organisation's. Each part begins with what is open.

-- name: notice_all
select n.kind, n.subject, n.since, n.due, n.who, n.citizen_id
from (
    select 'break-glass' as kind, '/api/v1/break-glass/' || b.id as subject, b.opened_at::date as since,
           b.opened_at::date as due, b.who, b.citizen_id
    from break_glass b where b.seen_at is null and :reach = 'organisation' and :sees_content::boolean
    union all
    select 'task', '/api/v1/tasks/' || t.id, t.raised_on, t.raised_on, null, t.citizen_id
    from task t join citizen z on z.id = t.citizen_id
    where t.state = 'open' and citizen_why(z, :reach, :who, :me, :today::date) is not null and :sees_content::boolean
    union all
    select 'duty', '/api/v1/enquiries/' || d.enquiry_id, d.raised_on, d.raised_on, e.entered_by, null
    from duty_to_notify d join enquiry e on e.id = d.enquiry_id
    where d.state = 'open' and (:reach = 'organisation' or e.entered_by = :who)
    union all
    select 'answer', '/api/v1/referrals/' || r.id, r.authored_on, r.answer_by,
           case r.direction when 'received' then r.requester else r.owner end, r.citizen_id
    from referral r
    where r.state = 'requested' and r.answer_by <= :today::date and (:reach = 'organisation' or r.entered_by = :who)
    union all
    select 'measurement', '/api/v1/courses/' || c.id, min((d ->> 'dueOn')::date), min((d ->> 'dueOn')::date), c.worker,
           c.citizen_id
    from course c cross join lateral jsonb_array_elements(c.due) d
    where c.state in ('offered', 'enrolled') and (d ->> 'dueOn')::date <= :today::date
      and (:reach = 'organisation' and :sees_content::boolean
           or c.worker = any ((select acts_for(:me, :today::date))::text[]))
    group by c.id) n
order by n.due, n.since, n.subject
limit 500;
