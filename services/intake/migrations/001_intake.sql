-- SPDX-License-Identifier: EUPL-1.2
-- An organisation's own node: its citizens, enquiries, referrals, courses (a copy of what caseload
-- and outcomes decide), accounts. Identity lives here and nowhere else.

create table citizen (
    id uuid primary key,
    name text,
    cpr text,
    phone text,
    gender text,
    birth_year integer,
    birth_date date,
    municipality text,
    languages text[] not null default '{}',
    setting text,
    residence text,
    occupation text,
    anonymous boolean not null default false,
    created_at timestamptz not null default now()
);
create unique index citizen_cpr on citizen (cpr) where cpr is not null;
comment on table citizen is 'People who were given help or asked for it, with what they chose to say.';
comment on column citizen.id is 'Own id; never leaves the node, others get pseudonyms.';
comment on column citizen.name is 'Name, if said.';
comment on column citizen.cpr is 'CPR number (10 digits), if said; replacement numbers are not stored here, since they match nobody.';
comment on column citizen.phone is 'Telephone, if said.';
comment on column citizen.gender is 'Code of list gender.';
comment on column citizen.birth_year is 'Year of birth where the date is not said; 0 when not said.';
comment on column citizen.birth_date is 'Date of birth, if said.';
comment on column citizen.municipality is 'Home municipality, four digits.';
comment on column citizen.languages is 'Languages the citizen speaks.';
comment on column citizen.setting is 'Setting of prostitution: code of list setting.';
comment on column citizen.residence is 'Basis of stay: code of list residence.';
comment on column citizen.occupation is 'Occupation in the citizen''s words.';
comment on column citizen.anonymous is 'The citizen wishes to stay anonymous.';
comment on column citizen.created_at is 'When the citizen became known here.';

create table enquiry (
    id uuid primary key,
    number bigint generated always as identity unique,
    version bigint not null default 1,
    received_on date not null,
    channel text not null,
    partner text,
    gender text,
    age integer,
    municipality text,
    occupation text,
    reasons text[] not null default '{}',
    thoughts_of_change text,
    setting text,
    programme text,
    note text,
    followed_by text not null,
    created_at timestamptz not null default now()
);
comment on table enquiry is 'Every enquiry (henvendelse), also when nothing follows.';
comment on column enquiry.id is 'Id, also towards reporting.';
comment on column enquiry.number is 'Order of registration, for paging.';
comment on column enquiry.version is 'Counts changes.';
comment on column enquiry.received_on is 'Day of the enquiry.';
comment on column enquiry.channel is 'How it came: code of list channel.';
comment on column enquiry.partner is 'Which partner referred, if one did.';
comment on column enquiry.gender is 'Code of list gender, if said.';
comment on column enquiry.age is 'Age, if said; 0 when not.';
comment on column enquiry.municipality is 'Home municipality, if said.';
comment on column enquiry.occupation is 'Occupation, if said.';
comment on column enquiry.reasons is 'Areas of need: codes of list area.';
comment on column enquiry.thoughts_of_change is 'Thoughts of change (forandringstanker), if said.';
comment on column enquiry.setting is 'Setting of prostitution, if said.';
comment on column enquiry.programme is 'Programme asked for, if any.';
comment on column enquiry.note is 'Free text; stays in this node.';
comment on column enquiry.followed_by is 'registered (nothing more) or referral.';
comment on column enquiry.created_at is 'When it was registered.';

create table duty_to_notify (
    id uuid primary key,
    enquiry_id uuid not null references enquiry,
    state text not null default 'open',
    raised_on date not null,
    legal_basis text not null,
    reason text not null
);
create index duty_to_notify_enquiry on duty_to_notify (enquiry_id);
comment on table duty_to_notify is 'Underretningspligt: stays open until someone says what was done.';
comment on column duty_to_notify.id is 'Id.';
comment on column duty_to_notify.enquiry_id is 'The enquiry it arose from.';
comment on column duty_to_notify.state is 'open or done.';
comment on column duty_to_notify.raised_on is 'Since when.';
comment on column duty_to_notify.legal_basis is 'The law that demands it.';
comment on column duty_to_notify.reason is 'Why it arose, in words.';

create table operation (
    id uuid primary key,
    kind text not null,
    state text not null,
    subject uuid not null,
    problem jsonb,
    created_at timestamptz not null default now(),
    decided_at timestamptz
);
comment on table operation is 'Commands that another daemon decides: pending, done or refused.';
comment on column operation.id is 'Id; echoed by whoever decides.';
comment on column operation.kind is 'refer, close, enrol, measure or worker.';
comment on column operation.state is 'pending, done or refused.';
comment on column operation.subject is 'Id of the referral, course or measurement.';
comment on column operation.problem is 'Why it was refused (RFC 9457).';
comment on column operation.created_at is 'When it was asked for.';
comment on column operation.decided_at is 'When the decision came home.';

create table referral (
    id uuid primary key,
    number bigint generated always as identity unique,
    version bigint not null default 1,
    direction text not null,
    requester text not null,
    owner text not null,
    citizen_id uuid not null references citizen,
    enquiry_id uuid not null references enquiry,
    operation_id uuid not null,
    course_id uuid,
    programme text not null,
    aim text not null,
    priority text not null,
    authored_on date not null,
    state text not null,
    status_reason text,
    reason text,
    capacity text,
    worker text,
    reasons text[] not null default '{}',
    note text,
    channel text not null,
    partner text,
    wishes jsonb,
    consent_given boolean not null default false,
    consent_on date,
    contacting_subject_prohibited boolean not null default false,
    recovered_on date,
    created_at timestamptz not null default now()
);
comment on table referral is 'Referrals (henvisninger): to the own organisation, sent to another, or received from one.';
comment on column referral.id is 'Id, the same on both sides.';
comment on column referral.number is 'Order of arrival, for paging.';
comment on column referral.version is 'Counts changes of state; of a sent one, the receiver''s count.';
comment on column referral.direction is 'own, sent or received.';
comment on column referral.requester is 'Organisation that refers.';
comment on column referral.owner is 'Organisation that provides.';
comment on column referral.citizen_id is 'Whom it is for.';
comment on column referral.enquiry_id is 'The enquiry it follows.';
comment on column referral.operation_id is 'The command that it began with, at the requester.';
comment on column referral.course_id is 'The course it became here; none where it was sent or rejected.';
comment on column referral.programme is 'Key of the programme.';
comment on column referral.aim is 'exit, improve or undecided.';
comment on column referral.priority is 'routine, urgent, asap or stat.';
comment on column referral.authored_on is 'Day of the referral.';
comment on column referral.state is 'State of the closed loop (list referral-state).';
comment on column referral.status_reason is 'Code of the reason.';
comment on column referral.reason is 'The reason in words.';
comment on column referral.capacity is 'Answer on capacity: capacity, no-capacity, waitlist.';
comment on column referral.worker is 'Worker at the owner.';
comment on column referral.reasons is 'Areas of need: codes of list area.';
comment on column referral.note is 'Free text; travels only with consent.';
comment on column referral.channel is 'How it came: code of list channel.';
comment on column referral.partner is 'Which partner referred, if one did.';
comment on column referral.wishes is 'What the citizen would like of the worker.';
comment on column referral.consent_given is 'The citizen agreed that identity and note travel to the owner.';
comment on column referral.consent_on is 'When.';
comment on column referral.contacting_subject_prohibited is 'Safety flag: the owner must not contact the citizen.';
comment on column referral.recovered_on is 'When it was put back from caseload, which knows the course only: citizen, note and requester are lost. None where nothing is.';
comment on column referral.created_at is 'When it was stored here.';

create table course (
    id uuid primary key,
    number bigint generated always as identity,
    version bigint not null default 0,
    referral_id uuid not null references referral,
    organisation text not null,
    programme text not null,
    aim text not null,
    state text not null,
    worker text,
    reason_code text,
    reason text,
    priority text not null,
    requested_on date not null,
    waiting_since date,
    waiting_number bigint not null default 0,
    offered_on date,
    enrolled_on date,
    planned_end date,
    shortened boolean not null default false,
    closed_on date,
    end_reason text,
    grant_key text,
    due jsonb,
    due_version bigint not null default 0
);
create index course_waiting on course (programme, array_position(array['stat', 'asap', 'urgent', 'routine'], priority),
    waiting_number) where state = 'waiting';
create index course_worker on course (worker) where state in ('offered', 'enrolled');
comment on table course is 'Own courses (forløb): a copy of what caseload and outcomes decided, so that reading needs nobody else.';
comment on column course.id is 'Id, shared with caseload, outcomes and reporting.';
comment on column course.number is 'Order of arrival, for paging.';
comment on column course.version is 'The version at caseload that this copy shows; 0: not heard yet.';
comment on column course.referral_id is 'The referral it came from.';
comment on column course.organisation is 'Provider.';
comment on column course.programme is 'Key of the programme.';
comment on column course.aim is 'exit, improve or undecided.';
comment on column course.state is 'requested (caseload has not answered), waiting, offered, enrolled or closed.';
comment on column course.worker is 'Worker or group who has the place.';
comment on column course.reason_code is 'Why this worker, or why none: code.';
comment on column course.reason is 'The same in words.';
comment on column course.priority is 'Class on the waiting list.';
comment on column course.requested_on is 'Day of the referral.';
comment on column course.waiting_since is 'When it came on the waiting list.';
comment on column course.waiting_number is 'Order on the waiting list within its class.';
comment on column course.offered_on is 'When a place was given.';
comment on column course.enrolled_on is 'When the citizen was enrolled.';
comment on column course.planned_end is 'Last planned day.';
comment on column course.shortened is 'The end of funding makes it shorter than the programme.';
comment on column course.closed_on is 'When it was closed.';
comment on column course.end_reason is 'Why: code of list end-reason.';
comment on column course.grant_key is 'Grant that pays.';
comment on column course.due is 'Measurements that are due.';
comment on column course.due_version is 'Version of that list at outcomes.';

create table measurement (
    id uuid primary key,
    course_id uuid not null references course,
    operation_id uuid not null,
    instrument text not null,
    instrument_version integer not null,
    measured_on date not null,
    rater text not null,
    answers jsonb not null,
    aim text,
    state text not null default 'sent',
    complete boolean not null default false,
    scores jsonb
);
create index measurement_course on measurement (course_id);
comment on table measurement is 'Measurements that were entered here, with the scores that outcomes gave them.';
comment on column measurement.id is 'Id, shared with outcomes.';
comment on column measurement.course_id is 'The course that was measured.';
comment on column measurement.operation_id is 'The command that entered it.';
comment on column measurement.instrument is 'Key of the instrument.';
comment on column measurement.instrument_version is 'Version of the instrument that was answered.';
comment on column measurement.measured_on is 'Day of the measurement.';
comment on column measurement.rater is 'citizen or worker; different raters are never compared.';
comment on column measurement.answers is 'Answers by item.';
comment on column measurement.aim is 'Answer to the purpose question.';
comment on column measurement.state is 'sent, scored or refused.';
comment on column measurement.complete is 'Enough answers for a complete measurement.';
comment on column measurement.scores is 'Scores, bands and change.';

create table worker (
    id text primary key,
    version bigint not null default 1,
    name text not null,
    kind text not null,
    programmes text[] not null,
    cap integer not null default 0,
    languages text[] not null default '{}',
    gender text,
    competences text[] not null default '{}',
    active_from date,
    active_to date
);
comment on table worker is 'Workers and groups of this organisation. Names stay here.';
comment on column worker.id is 'Short id, unique in the organisation; others see it with the organisation in front.';
comment on column worker.version is 'Counts changes.';
comment on column worker.name is 'Name, for colleagues.';
comment on column worker.kind is 'worker or group.';
comment on column worker.programmes is 'Programmes they take citizens in.';
comment on column worker.cap is 'Own cap where it is lower than the programme''s; 0: the programme''s.';
comment on column worker.languages is 'Languages spoken.';
comment on column worker.gender is 'Gender, for the citizens'' wishes.';
comment on column worker.competences is 'Special knowledge.';
comment on column worker.active_from is 'First day they take citizens.';
comment on column worker.active_to is 'Last day.';

create table token (
    id uuid primary key default gen_random_uuid(),
    hash bytea not null unique,
    role text not null,
    name text not null,
    worker text,
    created_at timestamptz not null default now(),
    revoked_at timestamptz
);
comment on table token is 'Bearer tokens of systems and people. Only the hash is kept.';
comment on column token.id is 'Id; idempotency keys are scoped to it.';
comment on column token.hash is 'BLAKE2b-256 of the token, which is 256 random bits.';
comment on column token.role is 'Role that it gives.';
comment on column token.name is 'Which system or person.';
comment on column token.worker is 'The worker that the person is.';
comment on column token.created_at is 'When it was made.';
comment on column token.revoked_at is 'When it stopped being valid.';

create function waiting_position(c course) returns bigint language sql stable as $$
    select case when c.state = 'waiting' then (
        select count(*) from course o
        where o.state = 'waiting' and o.programme = c.programme
          and (array_position(array['stat', 'asap', 'urgent', 'routine'], o.priority), o.waiting_number)
              <= (array_position(array['stat', 'asap', 'urgent', 'routine'], c.priority), c.waiting_number))
    end
$$;
comment on function waiting_position is 'Place on the waiting list, from 1: by priority class, then order of arrival.';

create view referral_view as
select r.id, r.version, r.direction, r.requester, r.owner, r.programme, r.aim, r.priority, r.authored_on, r.state,
       r.status_reason, r.reason, r.capacity, r.course_id, c.state as course_state, r.worker, w.name as worker_name,
       waiting_position(c) as waiting_position, r.reasons, r.note, r.channel, r.partner, r.wishes,
       r.contacting_subject_prohibited, r.operation_id as operation, r.enquiry_id,
       to_char(r.created_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as created_at, r.number,
       z.name as "citizen.name", z.cpr as "citizen.cpr", z.phone as "citizen.phone", z.gender as "citizen.gender",
       nullif(z.birth_year, 0) as "citizen.birth_year", z.birth_date as "citizen.birth_date",
       z.municipality as "citizen.municipality", nullif(z.languages, '{}') as "citizen.languages",
       z.setting as "citizen.setting", z.residence as "citizen.residence", z.occupation as "citizen.occupation",
       z.anonymous as "citizen.anonymous",
       d.id as "duty_to_notify.id", d.state as "duty_to_notify.state", d.raised_on as "duty_to_notify.raised_on",
       d.legal_basis as "duty_to_notify.legal_basis", d.reason as "duty_to_notify.reason"
from referral r
join citizen z on z.id = r.citizen_id
left join course c on c.id = r.course_id
left join worker w on w.id = r.worker and r.direction <> 'sent'
left join duty_to_notify d on d.enquiry_id = r.enquiry_id;
comment on view referral_view is 'A referral as the API shows it.';

create view course_view as
select c.id, c.version, c.referral_id, c.organisation, c.programme, c.aim, c.state, c.worker, w.name as worker_name,
       c.reason_code, c.reason, c.priority, c.requested_on, c.waiting_since, waiting_position(c) as waiting_position,
       c.offered_on, c.enrolled_on, c.planned_end, c.shortened, c.closed_on, c.end_reason, c.due,
       c.grant_key as "grant", c.number, c.waiting_number
from course c
left join worker w on w.id = c.worker;
comment on view course_view is 'A course as the API shows it.';
