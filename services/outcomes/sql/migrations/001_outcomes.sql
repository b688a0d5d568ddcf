-- SPDX-License-Identifier: EUPL-1.2
-- Measurements, scores and what is due, by course. No name, no free text.

create table course (
    id uuid primary key,
    version bigint not null,
    node text not null,
    programme text not null,
    organisation text not null,
    state text not null,
    requested_on date not null,
    offered_on date,
    enrolled_on date,
    planned_end date,
    closed_on date,
    due_version bigint not null default 0,
    due_text text
);
comment on table course is 'Courses, as caseload tells of them.';
comment on column course.id is 'Id, shared with caseload, the provider''s node and reporting.';
comment on column course.version is 'Version at caseload; an older word changes nothing.';
comment on column course.node is 'Intake node of the provider, which alone may send measurements.';
comment on column course.programme is 'Key of the programme: its schedule tells what is due.';
comment on column course.organisation is 'Provider.';
comment on column course.state is 'waiting, offered, enrolled or closed.';
comment on column course.requested_on is 'Day of the referral.';
comment on column course.offered_on is 'When the place was given; nothing is measured before it.';
comment on column course.enrolled_on is 'When the citizen was enrolled: rounds count from here.';
comment on column course.planned_end is 'Last planned day: the closing measurement is due.';
comment on column course.closed_on is 'When it was closed.';
comment on column course.due_version is 'Counts the lists of dues that were told.';
comment on column course.due_text is 'The list as it was told last.';

create table measurement (
    id uuid primary key,
    number bigint generated always as identity,
    course_id uuid not null references course,
    instrument text not null,
    instrument_version integer not null,
    rater text not null,
    measured_on date not null,
    answers jsonb not null,
    aim text,
    complete boolean not null,
    scores jsonb not null
);
create index measurement_course on measurement (course_id, instrument, rater, measured_on);
comment on table measurement is 'Measurements with their scores.';
comment on column measurement.id is 'Id, shared with the provider''s node.';
comment on column measurement.number is 'Order of arrival, to tell two of one day apart.';
comment on column measurement.course_id is 'The course that was measured.';
comment on column measurement.instrument is 'Key of the instrument.';
comment on column measurement.instrument_version is 'Version that was answered.';
comment on column measurement.rater is 'citizen or worker; different raters are never compared.';
comment on column measurement.measured_on is 'Day of the measurement.';
comment on column measurement.answers is 'Answers by item.';
comment on column measurement.aim is 'Answer to the purpose question.';
comment on column measurement.complete is 'Enough answers for a complete measurement.';
comment on column measurement.scores is 'Scores, bands and change against the first.';

create table lost (
    course_id uuid not null references course,
    instrument text not null,
    due_on date not null,
    primary key (course_id, instrument)
);
comment on table lost is 'Closing measurements that a closed course went without: shown beside every result.';
comment on column lost.course_id is 'The course.';
comment on column lost.instrument is 'Key of the instrument.';
comment on column lost.due_on is 'Day of the close.';

create table told (
    course_id uuid not null,
    node text not null,
    version bigint not null,
    primary key (course_id, node)
);
comment on table told is 'While this node is recovered: which list of dues others were told last, and which courses caseload closed since. Empty otherwise.';
comment on column told.course_id is 'The course.';
comment on column told.node is 'Who told.';
comment on column told.version is 'The version of the list that is known there; of caseload, of the course.';

create view course_row as
select id as "course.course_id", version as "course.version", programme as "course.programme",
       organisation as "course.organisation", state as "course.state", requested_on as "course.requested_on",
       offered_on as "course.offered_on", enrolled_on as "course.enrolled_on", planned_end as "course.planned_end",
       closed_on as "course.closed_on", node, due_version, due_text
from course;
comment on view course_row is 'A course as the daemon reads it (OutcomesCourse).';
