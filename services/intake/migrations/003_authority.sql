-- SPDX-License-Identifier: EUPL-1.2
-- Who may see which case: who entered it, whose it is, who leads or covers for whom, and who broke the glass.
--
-- Lists are read newest first, by number, so an index for one ends with the number. Each index costs every referral that
-- is posted, so those of referral and course say what they are for.

alter table citizen add column number bigint generated always as identity;
alter table citizen add column version bigint not null default 1;
alter table citizen add column entered_by text;
alter table citizen add column address text;
alter table citizen add column protected_address boolean not null default false;
comment on column citizen.number is 'Order of arrival, for paging.';
comment on column citizen.version is 'Counts corrections.';
comment on column citizen.entered_by is 'Who registered the citizen here; null: another organisation told of her.';
comment on column citizen.address is 'Address, if said.';
comment on column citizen.protected_address is 'Adressebeskyttelse: the address is masked, and each look at it is an act of its own.';

create table citizen_change (
    number bigint generated always as identity primary key,
    citizen_id uuid not null references citizen,
    version bigint not null,
    changed_at timestamptz not null default now(),
    entered_by text,
    field text not null,
    was text,
    becomes text
);
create index citizen_change_citizen on citizen_change (citizen_id, number);
comment on table citizen_change is 'Corrections of what is known of a citizen: who, when, from what to what.';
comment on column citizen_change.number is 'Order, for paging.';
comment on column citizen_change.citizen_id is 'Whose.';
comment on column citizen_change.version is 'The version that the correction made.';
comment on column citizen_change.changed_at is 'When.';
comment on column citizen_change.entered_by is 'Who corrected.';
comment on column citizen_change.field is 'Which field.';
comment on column citizen_change.was is 'Its value before; null: none.';
comment on column citizen_change.becomes is 'Its value since; null: none.';

alter table enquiry add column entered_by text;
create index enquiry_entered on enquiry (entered_by, number);
comment on column enquiry.entered_by is 'Who registered it; null: it came from another organisation.';

alter table operation add column entered_by text;
comment on column operation.entered_by is 'Who asked for it.';

alter table referral add column entered_by text;
alter table referral add column answer_by date;
-- What somebody entered, and what came from elsewhere (null).
create index referral_entered on referral (entered_by, number);
-- Whose it is. The worker of one that was sent works at the other organisation.
create index referral_worker on referral (worker, number) where direction <> 'sent';
-- All of a citizen: why somebody may see her, and the cases that were opened in need.
create index referral_citizen on referral (citizen_id);
-- Filter. Of a programme that is seldom asked for; a common one is found by the number alone.
create index referral_programme on referral (programme, number);
-- Filter, and notices. In the end nearly all are completed: those are found by the number alone.
create index referral_state on referral (state, number) where state <> 'completed';
comment on column referral.answer_by is 'Day by which the first answer is due, by priority; null: from before this was kept.';
comment on column referral.entered_by is 'Who referred, of this organisation; null: it came from another one.';

alter table course add column entered_by text;
alter table course add column citizen_id uuid;
update course c set citizen_id = r.citizen_id from referral r where r.id = c.referral_id;
alter table course alter column citizen_id set not null;
-- The order of the list.
create unique index course_number on course (number);
-- As with referrals.
create index course_entered on course (entered_by, number);
create index course_citizen on course (citizen_id);
create index course_programme on course (programme, number);
create index course_state on course (state, number) where state <> 'closed';
-- Filter, and whose it is; a closed one too.
drop index course_worker;
create index course_worker on course (worker, number);
comment on column course.entered_by is 'Who referred, of this organisation; null: another one did.';
comment on column course.citizen_id is 'Whose course: the citizen of its referral.';

alter table measurement add column number bigint generated always as identity;
alter table measurement add column entered_by text;
drop index measurement_course;
create index measurement_course on measurement (course_id, number);
comment on column measurement.number is 'Order of arrival, for paging.';
comment on column measurement.entered_by is 'Who entered it.';

alter table worker add column leaders text[] not null default '{}';
comment on column worker.leaders is 'Of a group: the workers who lead it, and so see its citizens.';

create table cover (
    id uuid primary key,
    number bigint generated always as identity unique,
    worker text not null references worker,
    covered_by text not null references worker,
    from_day date not null,
    to_day date not null,
    entered_by text,
    check (worker <> covered_by),
    check (from_day <= to_day)
);
create index cover_by on cover (covered_by, from_day);
comment on table cover is 'Cover (vikar): somebody else sees and serves a worker''s citizens; no case moves.';
comment on column cover.id is 'Id.';
comment on column cover.number is 'Order, for paging.';
comment on column cover.worker is 'Whose citizens.';
comment on column cover.covered_by is 'Who covers.';
comment on column cover.from_day is 'First day.';
comment on column cover.to_day is 'Last day; access ends by itself.';
comment on column cover.entered_by is 'Who said so.';

create table break_glass (
    id uuid primary key,
    number bigint generated always as identity unique,
    citizen_id uuid not null references citizen,
    who text not null,
    role text not null,
    reason text not null,
    opened_at timestamptz not null default now(),
    until timestamptz not null default now() + interval '1 hour',
    seen_by text,
    seen_at timestamptz
);
create index break_glass_who on break_glass (who, until);
create index break_glass_unseen on break_glass (number) where seen_at is null;
comment on table break_glass is 'Somebody opened a case that is not hers, in need, for an hour: the lead is told.';
comment on column break_glass.id is 'Id.';
comment on column break_glass.number is 'Order, for paging.';
comment on column break_glass.citizen_id is 'Whose case.';
comment on column break_glass.who is 'Who opened it.';
comment on column break_glass.role is 'In which role.';
comment on column break_glass.reason is 'Why, in words.';
comment on column break_glass.opened_at is 'When.';
comment on column break_glass.until is 'When it closes by itself.';
comment on column break_glass.seen_by is 'Which lead has seen it.';
comment on column break_glass.seen_at is 'When.';

create table task (
    id uuid primary key,
    number bigint generated always as identity unique,
    version bigint not null default 1,
    kind text not null,
    state text not null default 'open',
    citizen_id uuid not null references citizen,
    referral_id uuid references referral,
    said jsonb not null,
    raised_on date not null,
    done_on date,
    done_by text,
    outcome text,
    note text
);
create index task_open on task (number) where state = 'open';
create index task_citizen on task (citizen_id);
comment on table task is 'Something that a person of this organisation has to decide about a citizen.';
comment on column task.id is 'Id.';
comment on column task.number is 'Order, for paging.';
comment on column task.version is 'Counts changes.';
comment on column task.kind is 'Code of list task-kind.';
comment on column task.state is 'open or done.';
comment on column task.citizen_id is 'Whom it is about.';
comment on column task.referral_id is 'The referral by which it arose.';
comment on column task.said is 'What was said of the citizen there, that differs from what is known.';
comment on column task.raised_on is 'Since when.';
comment on column task.done_on is 'When it was decided.';
comment on column task.done_by is 'Who decided.';
comment on column task.outcome is 'What was decided: code of list task-outcome.';
comment on column task.note is 'Why, in words.';

-- --- whose case it is ---

create function acts_for(me text, today date) returns text[] language sql stable as $$
    select array(
        select me where me is not null
        union select id from worker where me = any (leaders)
        union select worker from cover where covered_by = me and today between from_day and to_day)
$$;
comment on function acts_for is 'The workers and groups whose cases somebody sees as a worker today: her own, those she leads, those she covers for.';

create function opened_by(who text) returns uuid[] language sql stable as $$
    select array(select b.citizen_id from break_glass b where b.who = opened_by.who and b.until > now())
$$;
comment on function opened_by is 'The citizens whose cases somebody has opened in need, now.';

create function case_why(reach text, who text, me text, today date, case_worker text, case_entered_by text,
                         case_citizen uuid) returns text language sql stable as $$
    select case
        when case_worker = me then 'own'
        when case_worker = any (acts_for(me, today)) then
            case when exists (select from worker w where w.id = case_worker and me = any (w.leaders)) then 'group'
                 else 'cover' end
        when reach = 'organisation' then 'organisation'
        when case_entered_by = who then 'entered'
        when reach = 'posted' and case_entered_by is null then 'addressed'
        when case_citizen = any (opened_by(who)) then 'break-glass'
    end
$$;
comment on function case_why is 'Why somebody may see a case (code of list why-allowed); null: she may not.';

create function citizen_why(citizen citizen, reach text, who text, me text, today date) returns text
language sql stable as $$
    select k.why
    from (select case_why(reach, who, me, today, null,
                          case when reach <> 'posted' and exists (
                              select from referral r where r.citizen_id = citizen.id and r.worker is not null
                                                       and r.direction <> 'sent') then ''
                               else coalesce(citizen.entered_by, '') end, citizen.id) as why
          union all
          select case_why(reach, who, me, today, case when r.direction <> 'sent' then r.worker end,
                          case when r.direction <> 'received' then '' end, citizen.id)
          from referral r where r.citizen_id = citizen.id) k
    where k.why is not null
    order by array_position(array['own', 'group', 'cover', 'organisation', 'addressed', 'entered', 'break-glass'], k.why)
    limit 1
$$;
comment on function citizen_why is 'The same of a citizen, by the best of her cases here. Who noted her first may see her until a worker has her. A referral alone opens nothing to who entered it: else a CPR number would. An empty name is nobody''s.';

create function course_fits(c course, state text, programme text, worker text) returns boolean language sql immutable as $$
    select (course_fits.state is null or c.state = course_fits.state)
       and (course_fits.programme is null or c.programme = course_fits.programme)
       and (course_fits.worker is null or c.worker = course_fits.worker)
$$;
comment on function course_fits is 'The filters of the list of courses; null: any. The planner puts it in where it stands, so indexes serve.';

create function referral_fits(r referral, state text, programme text) returns boolean language sql immutable as $$
    select (referral_fits.state is null or r.state = referral_fits.state)
       and (referral_fits.programme is null or r.programme = referral_fits.programme)
$$;
comment on function referral_fits is 'The same of the list of referrals.';

create function fold(t text) returns text language sql immutable as $$
    select lower(regexp_replace(normalize(t, NFD), '[\u0300-\u036f\s]', '', 'g'))
$$;
comment on function fold is 'A name as it is compared: without accents, spaces and capitals.';

create function digits(t text) returns text language sql immutable as $$
    select regexp_replace(t, '[^0-9]', '', 'g')
$$;
comment on function digits is 'A telephone number as it is compared.';

create index citizen_folded on citizen (fold(name)) where name is not null;
create index citizen_digits on citizen (digits(phone)) where phone is not null;

create view citizen_view as
select z.id, z.version, z.name as "citizen.name", z.cpr as "citizen.cpr", z.phone as "citizen.phone",
       z.gender as "citizen.gender", nullif(z.birth_year, 0) as "citizen.birth_year",
       z.birth_date as "citizen.birth_date", z.municipality as "citizen.municipality",
       nullif(z.languages, '{}') as "citizen.languages", z.setting as "citizen.setting",
       z.residence as "citizen.residence", z.occupation as "citizen.occupation", z.anonymous as "citizen.anonymous",
       case when not z.protected_address then z.address end as address, z.protected_address,
       z.protected_address and z.address is not null as address_masked, z.entered_by,
       to_char(z.created_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as created_at, z.number
from citizen z;
comment on view citizen_view is 'A citizen as the API shows her: a protected address is masked.';

drop view referral_view;
create view referral_view as
select r.id, r.version, r.direction, r.requester, r.owner, r.programme, r.aim, r.priority, r.authored_on, r.state,
       r.status_reason, r.reason, r.capacity, r.course_id, c.state as course_state, r.worker, w.name as worker_name,
       case when c.state = 'waiting' then waiting_position(c) end as waiting_position, r.reasons, r.note, r.channel, r.partner, r.wishes,
       r.contacting_subject_prohibited, r.operation_id as operation, r.enquiry_id,
       to_char(r.created_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as created_at, r.number, r.citizen_id, r.entered_by,
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

drop view course_view;
create view course_view as
select c.id, c.version, c.referral_id, c.organisation, c.programme, c.aim, c.state, c.worker, w.name as worker_name,
       c.reason_code, c.reason, c.priority, c.requested_on, c.waiting_since,
       case when c.state = 'waiting' then waiting_position(c) end as waiting_position, c.offered_on, c.enrolled_on, c.planned_end, c.shortened, c.closed_on, c.end_reason, c.due,
       c.grant_key as "grant", c.number, c.waiting_number, c.citizen_id, c.entered_by
from course c
left join worker w on w.id = c.worker;
comment on view course_view is 'A course as the API shows it.';
