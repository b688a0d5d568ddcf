-- SPDX-License-Identifier: EUPL-1.2
-- Who takes citizens, who has whom, who waits. By pseudonym: no name, no free text.

create table worker (
    organisation text not null,
    id text not null,
    version bigint not null,
    kind text not null,
    programmes text[] not null,
    cap integer not null,
    languages text[] not null default '{}',
    gender text,
    competences text[] not null default '{}',
    active_from date,
    active_to date,
    open integer not null default 0,
    primary key (organisation, id)
) with (fillfactor = 50);
comment on table worker is 'Workers and groups that can take citizens, as their organisations said.';
comment on column worker.organisation is 'Whose they are.';
comment on column worker.id is 'Short id within the organisation.';
comment on column worker.version is 'Version at the organisation''s node; an older word changes nothing.';
comment on column worker.kind is 'worker or group.';
comment on column worker.programmes is 'Programmes they take citizens in.';
comment on column worker.cap is 'Own cap; 0: the programme''s.';
comment on column worker.languages is 'Languages spoken.';
comment on column worker.gender is 'Gender, for wishes.';
comment on column worker.competences is 'Special knowledge.';
comment on column worker.active_from is 'First day they take citizens.';
comment on column worker.active_to is 'Last day.';
comment on column worker.open is 'Courses that hold a place now; kept by triggers of course.';

create sequence waiting_number;

create table course (
    id uuid primary key,
    version bigint not null,
    node text not null,
    citizen uuid not null,
    referral_id uuid not null,
    enrolled_by uuid,
    closed_by uuid,
    aim_on date,
    aim_by uuid,
    operation uuid,
    organisation text not null,
    programme text not null,
    aim text not null,
    state text not null,
    worker text,
    reason_code text,
    reason text,
    priority text not null,
    wishes jsonb,
    requested_on date not null,
    waiting_since date,
    waiting_number bigint not null default 0,
    offered_on date,
    enrolled_on date,
    planned_end date,
    shortened boolean not null default false,
    closed_on date,
    end_reason text,
    grant_key text
);
create index course_waiting on course (programme, array_position(array['stat', 'asap', 'urgent', 'routine'], priority),
    waiting_number) where state = 'waiting';
create index course_citizen on course (citizen);
comment on table course is 'Courses (forløb): the truth about place, worker and dates.';
comment on column course.id is 'Id, shared with the provider''s node, outcomes and reporting.';
comment on column course.version is 'Counts changes; receivers ignore lower ones.';
comment on column course.node is 'Intake node of the provider, which hears of every change.';
comment on column course.citizen is 'Pseudonym made for caseload alone.';
comment on column course.enrolled_by is 'The command that enrolled: the same one again is answered, another one refused.';
comment on column course.closed_by is 'The command that closed.';
comment on column course.aim_on is 'Day of the measurement that told the aim; null: it is that of the request.';
comment on column course.aim_by is 'That measurement.';
comment on column course.referral_id is 'Id of the referral at the provider''s node; it finds it again by this when it is recovered.';
comment on column course.operation is 'The command that caused the last change; none when it came of itself.';
comment on column course.organisation is 'Provider.';
comment on column course.programme is 'Key of the programme.';
comment on column course.aim is 'exit, improve or undecided.';
comment on column course.state is 'waiting, offered, enrolled or closed.';
comment on column course.worker is 'Who has the citizen, from offer on.';
comment on column course.reason_code is 'Why this worker, or why none: code.';
comment on column course.reason is 'The same in words.';
comment on column course.priority is 'Class on the waiting list: stat, asap, urgent, routine.';
comment on column course.wishes is 'What the citizen would like of the worker.';
comment on column course.requested_on is 'Day of the referral.';
comment on column course.waiting_since is 'When it came on the waiting list.';
comment on column course.waiting_number is 'Order of arrival on it.';
comment on column course.offered_on is 'When the place was given; it counts for the cap from here.';
comment on column course.enrolled_on is 'When the citizen was enrolled.';
comment on column course.planned_end is 'Last planned day.';
comment on column course.shortened is 'The end of funding makes it shorter than the programme.';
comment on column course.closed_on is 'When it was closed; the place is free from here.';
comment on column course.end_reason is 'Why: code of list end-reason.';
comment on column course.grant_key is 'Grant that pays.';

-- Counting them for each referral would take longer the more there are.
create function worker_count() returns trigger language plpgsql as $$
begin
    if tg_op <> 'INSERT' and old.state in ('offered', 'enrolled') then
        update worker set open = open - 1 where organisation = old.organisation and id = old.worker;
    end if;
    if tg_op <> 'DELETE' and new.state in ('offered', 'enrolled') then
        update worker set open = open + 1 where organisation = new.organisation and id = new.worker;
    end if;
    return null;
end
$$;
comment on function worker_count is 'Keeps worker.open, whoever changes a course.';
create trigger course_begins after insert on course for each row
    when (new.state in ('offered', 'enrolled')) execute function worker_count();
create trigger course_moves after update on course for each row
    when ((old.state in ('offered', 'enrolled'), old.organisation, old.worker)
          is distinct from (new.state in ('offered', 'enrolled'), new.organisation, new.worker))
    execute function worker_count();
create trigger course_goes after delete on course for each row
    when (old.state in ('offered', 'enrolled')) execute function worker_count();

create table told (
    course_id uuid not null,
    node text not null,
    version bigint not null,
    primary key (course_id, node)
);
comment on table told is 'While this node is recovered: what the others know of its courses. Empty otherwise.';
comment on column told.course_id is 'The course.';
comment on column told.node is 'Who told.';
comment on column told.version is 'The version that is known there.';

create view course_row as
select id as "course.course_id", version as "course.version",
       programme as "course.programme",
       organisation as "course.organisation",
       aim as "course.aim",
       state as "course.state",
       worker as "course.worker",
       reason_code as "course.reason_code",
       reason as "course.reason",
       priority as "course.priority",
       requested_on as "course.requested_on",
       waiting_since as "course.waiting_since",
       waiting_number as "course.waiting_number",
       offered_on as "course.offered_on",
       enrolled_on as "course.enrolled_on",
       planned_end as "course.planned_end",
       shortened as "course.shortened",
       closed_on as "course.closed_on",
       end_reason as "course.end_reason",
       grant_key as "course.grant", node, citizen, wishes, referral_id, enrolled_by, closed_by,
       aim_on, aim_by
from course;
comment on view course_row is 'A course as the daemon reads it (CourseRow).';
