-- SPDX-License-Identifier: EUPL-1.2
-- What others are told of who are recovered, page by page in the order of keys; and what is taken from them.

-- name: snapshot_worker
select id as worker_id, version, kind as "worker.kind", programmes as "worker.programmes", cap as "worker.cap",
       languages as "worker.languages", gender as "worker.gender", competences as "worker.competences",
       active_from as "worker.active_from", active_to as "worker.active_to"
from worker where id > coalesce(:after::text, '')
order by id limit 200;

-- name: snapshot_course
-- Courses that caseload has decided on, or those that it was asked for and has not answered. A referral that a person
-- here has to accept first was not asked for. The citizen is the own id: it must become a pseudonym before it is told.
select c.id as "request.course_id", r.operation_id as "request.operation", r.citizen_id as "request.citizen",
       c.programme as "request.programme", c.aim as "request.aim", c.priority as "request.priority",
       c.requested_on as "request.requested_on", r.wishes as "request.wishes", r.id as "request.referral_id",
       c.id as "state.course_id", c.version as "state.version", c.programme as "state.programme",
       c.organisation as "state.organisation", c.aim as "state.aim", c.state as "state.state", c.worker as "state.worker",
       c.reason_code as "state.reason_code", c.reason as "state.reason", c.priority as "state.priority",
       c.requested_on as "state.requested_on", c.waiting_since as "state.waiting_since",
       c.waiting_number as "state.waiting_number", c.offered_on as "state.offered_on",
       c.enrolled_on as "state.enrolled_on", c.planned_end as "state.planned_end", c.shortened as "state.shortened",
       c.closed_on as "state.closed_on", c.end_reason as "state.end_reason", c.grant_key as "state.grant"
from course c join referral r on r.id = c.referral_id
where case when :requested::boolean
           then c.version = 0 and c.state = 'requested'
                and (r.direction = 'own' or c.programme = any (:accepting::text[]))
           else c.version > 0 end
  and c.id > coalesce(:after::uuid, '00000000-0000-0000-0000-000000000000')
order by c.id limit 200;

-- name: snapshot_measurement_known
select m.id as "answers.measurement_id", m.course_id as "answers.course_id", m.instrument as "answers.instrument",
       m.instrument_version as "answers.instrument_version", m.rater as "answers.rater",
       m.measured_on as "answers.measured_on", m.answers as "answers.answers", m.aim as "answers.aim",
       m.complete as "scored.complete", m.scores as "scored.scores"
from measurement m
where m.state = 'scored' and m.id > coalesce(:after::uuid, '00000000-0000-0000-0000-000000000000')
order by m.id limit 200;

-- name: snapshot_answers
-- Measurements that outcomes has not answered.
select m.id as measurement_id, m.course_id, m.operation_id as operation, m.instrument, m.instrument_version, m.rater,
       m.measured_on, m.answers, m.aim
from measurement m
where m.state = 'sent' and m.id > coalesce(:after::uuid, '00000000-0000-0000-0000-000000000000')
order by m.id limit 200;

-- name: snapshot_due
select id as course_id, due_version as version, due
from course where due_version > 0 and id > coalesce(:after::uuid, '00000000-0000-0000-0000-000000000000')
order by id limit 200;

-- name: snapshot_referral
-- Referrals between this organisation and another; or only those that were sent there and never answered. As in the
-- first message: the citizen and the note with consent only. Of a citizen whom this node has met again, what has come to
-- be known since is not told: not to whom the citizen was referred but name, number and telephone, and not back to who
-- referred but the number and the date of birth in it.
select r.id as "referral.referral_id", r.operation_id as "referral.operation",
       r.programme as "referral.referral.programme", r.aim as "referral.referral.aim",
       r.priority as "referral.referral.priority", r.authored_on as "referral.referral.authored_on",
       r.reasons as "referral.referral.reasons", r.wishes as "referral.referral.wishes",
       case when r.consent_given then r.note end as "referral.referral.note",
       r.consent_given as "referral.referral.consent.given", r.consent_on as "referral.referral.consent.on",
       r.contacting_subject_prohibited as "referral.referral.contacting_subject_prohibited",
       case when t.identity then z.name end as "referral.referral.citizen.name",
       case when r.consent_given then z.cpr end as "referral.referral.citizen.cpr",
       case when t.identity then z.phone end as "referral.referral.citizen.phone",
       case when t."all" then z.gender end as "referral.referral.citizen.gender",
       case when t."all" then nullif(z.birth_year, 0) end as "referral.referral.citizen.birth_year",
       case when t."all" or r.consent_given and z.cpr is not null then z.birth_date end
           as "referral.referral.citizen.birth_date",
       case when t."all" then z.municipality end as "referral.referral.citizen.municipality",
       case when t."all" then nullif(z.languages, '{}') end as "referral.referral.citizen.languages",
       case when t."all" then z.setting end as "referral.referral.citizen.setting",
       case when t."all" then z.residence end as "referral.referral.citizen.residence",
       case when t."all" then z.occupation end as "referral.referral.citizen.occupation",
       not r.consent_given or z.anonymous as "referral.referral.citizen.anonymous",
       r.id as "state.referral_id", r.operation_id as "state.operation", r.version as "state.version",
       r.state as "state.state", r.status_reason as "state.status_reason", r.reason as "state.reason",
       r.capacity as "state.capacity", r.worker as "state.worker"
from referral r
join citizen z on z.id = r.citizen_id
cross join lateral (
    select r.consent_given and (r.direction = 'sent' or o.only) as identity, r.consent_given and o.only as "all"
    from (select not exists (select from referral o where o.citizen_id = r.citizen_id and o.id <> r.id) as only) o) t
where case when :unanswered::boolean then r.direction = 'sent' and r.state = 'requested'
           else r.direction = 'sent' and r.owner = :organisation
                or r.direction = 'received' and r.requester = :organisation end
  and r.id > coalesce(:after::uuid, '00000000-0000-0000-0000-000000000000')
order by r.id limit 200;

-- name: recover_worker
-- The name is known here only: where it is lost the id stands for it.
insert into worker (id, version, name, kind, programmes, cap, languages, gender, competences, active_from, active_to)
values (:worker_id, :version, :worker_id, :worker.kind, :worker.programmes, :worker.cap, :worker.languages,
        :worker.gender, :worker.competences, :worker.active_from, :worker.active_to)
on conflict (id) do update set version = excluded.version, kind = excluded.kind, programmes = excluded.programmes,
    cap = excluded.cap, languages = excluded.languages, gender = excluded.gender, competences = excluded.competences,
    active_from = excluded.active_from, active_to = excluded.active_to
where worker.version < excluded.version;

-- name: recover_enquiry
insert into enquiry (id, version, received_on, channel, followed_by, programme, gender, setting, municipality, note)
values (:enquiry_id, :version, :received_on, :channel, :followed_by, :programme, :gender, :setting, :municipality, :note)
on conflict (id) do nothing;

-- name: recover_measurement
insert into measurement (id, course_id, operation_id, instrument, instrument_version, measured_on, rater, answers, aim,
                         state, complete, scores)
select :measurement_id::uuid, :course_id::uuid, :operation_id::uuid, :instrument, :instrument_version::integer,
       :measured_on::date, :rater, :answers::jsonb, :aim, 'scored', :complete::boolean, :scores::jsonb
where exists (select from course where id = :course_id::uuid)
on conflict (id) do update set state = 'scored', complete = excluded.complete, scores = excluded.scores;

-- name: referral_recovered
update referral set recovered_on = :on where id = :id::uuid;

-- name: referral_lost
-- The referral whose citizen, note and requester are lost.
select id, version, state from referral where id = :id::uuid and recovered_on is not null;

-- name: referral_fill
-- Whoever referred has told what was lost. The course is the citizen's too.
with filled as (
update referral set direction = 'received', requester = :requester, citizen_id = :citizen_id,
       operation_id = :operation_id, reasons = :reasons, note = :note, channel = :channel, partner = :partner,
       wishes = :wishes::jsonb, consent_given = :consent_given, consent_on = :consent_on,
       contacting_subject_prohibited = :contacting_subject_prohibited, sender = :sender, recovered_on = null
where id = :id::uuid returning course_id)
update course set citizen_id = :citizen_id::uuid where id = (select course_id from filled);

-- name: citizen_forget
-- One who stood for somebody who is known again.
delete from citizen z where z.id = :id::uuid and not exists (select from referral r where r.citizen_id = z.id);

-- name: referral_citizen
select citizen_id as id from referral where id = :id::uuid;

-- name: referral_raise
update referral set version = greatest(version, :version::bigint) + case when :differs::boolean then 1 else 0 end
where id = :referral_id::uuid;

-- name: recover_operation_done
-- Their subject shows that they were done.
update operation o set state = 'done', decided_at = now()
where o.state = 'pending' and case o.kind
    when 'close' then exists (select from course c where c.id = o.subject and c.state = 'closed')
    when 'enrol' then exists (select from course c where c.id = o.subject and c.enrolled_on is not null)
    when 'refer' then exists (select from referral r where r.id = o.subject and r.state not in ('requested', 'rejected'))
    when 'measure' then exists (select from measurement m where m.id = o.subject and m.state = 'scored')
end;

-- name: recover_operation_refused
-- Nobody can show that they were done, and no word of theirs is still on its way. What is asked again is left pending.
update operation o set state = 'refused', problem = :problem::jsonb, decided_at = now()
where o.state = 'pending' and case o.kind
    when 'refer' then exists (select from referral r where r.id = o.subject and r.state = 'rejected')
    when 'measure' then exists (select from measurement m where m.id = o.subject and m.state = 'refused')
    else not exists (
        select from bus_out b left join recovery_peer p on p.peer = b.receiver and p.known_epoch = (select epoch from life)
        where b.entity = o.subject::text and b.seq > coalesce(p.known_position, 0))
end;
