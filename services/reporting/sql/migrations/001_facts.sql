-- SPDX-License-Identifier: EUPL-1.2
-- What reporting knows: codes, dates and numbers that other daemons have sent. No names, no words.
-- There are no foreign keys between facts of different senders: order across streams is not promised.

create table course_fact (
  course_id      uuid primary key,
  version        bigint not null,
  programme      text not null,
  organisation   text not null,
  aim            text,
  state          text not null,
  priority       text,
  reason_code    text,
  requested_on   date,
  waiting_since  date,
  offered_on     date,
  enrolled_on    date,
  planned_end    date,
  shortened      boolean not null,
  closed_on      date,
  end_reason     text,
  grant_code     text
);
comment on table course_fact is 'A course as caseload last told it (CourseState); one row a course.';
comment on column course_fact.course_id is 'Pseudonym of the course, made by its provider.';
comment on column course_fact.version is 'Version of the course at caseload; a lower or equal one is ignored.';
comment on column course_fact.programme is 'Code of the programme.';
comment on column course_fact.organisation is 'The provider.';
comment on column course_fact.aim is 'Sub-target group when the place was asked for: exit or improve.';
comment on column course_fact.state is 'waiting, offered, enrolled or closed.';
comment on column course_fact.priority is 'routine, urgent, asap or stat.';
comment on column course_fact.reason_code is 'Why the course is in its state, as a code.';
comment on column course_fact.requested_on is 'Day on which a place was asked for.';
comment on column course_fact.waiting_since is 'First day on the waiting list; null when it never waited.';
comment on column course_fact.offered_on is 'Day on which a place was offered.';
comment on column course_fact.enrolled_on is 'Day of enrolment.';
comment on column course_fact.planned_end is 'Planned last day.';
comment on column course_fact.shortened is 'Whether the end of funding cut the course short at enrolment.';
comment on column course_fact.closed_on is 'Day of closing.';
comment on column course_fact.end_reason is 'Why it was closed, as a code.';
comment on column course_fact.grant_code is 'The grant whose rules it was enrolled under.';

create table measurement_fact (
  measurement_id     uuid primary key,
  course_id          uuid not null,
  instrument         text not null,
  instrument_version integer not null,
  rater              text,
  measured_on        date not null,
  complete           boolean not null,
  aim                text
);
create index on measurement_fact (course_id);
comment on table measurement_fact is 'A measurement that outcomes has scored (MeasurementScored). It never changes.';
comment on column measurement_fact.measurement_id is 'Id of the measurement, made by the intake node.';
comment on column measurement_fact.course_id is 'The course it belongs to; its fact may come later.';
comment on column measurement_fact.instrument is 'Code of the instrument.';
comment on column measurement_fact.instrument_version is 'Version of the instrument file that it was scored by.';
comment on column measurement_fact.rater is 'Who rated: citizen or worker. Different raters are never compared.';
comment on column measurement_fact.measured_on is 'Day of the measurement.';
comment on column measurement_fact.complete is 'Whether every item was answered.';
comment on column measurement_fact.aim is 'Answer to the purpose question: exit, improve or undecided.';

create table score_fact (
  measurement_id uuid not null references measurement_fact,
  area           text not null,
  value          integer,
  band           text,
  change         integer,
  development    text,
  primary key (measurement_id, area)
);
comment on table score_fact is 'One score of a measurement: the whole instrument, or one area of it.';
comment on column score_fact.measurement_id is 'The measurement.';
comment on column score_fact.area is 'Area of the instrument; empty for the whole.';
comment on column score_fact.value is 'The score; null when too few items were answered.';
comment on column score_fact.band is 'Band or stage that the score lies in.';
comment on column score_fact.change is 'Difference from the first measurement by the same rater; null when there is none.';
comment on column score_fact.development is 'positive, unchanged or negative, by the change that counts.';

create table course_due (
  course_id uuid primary key,
  version   bigint not null,
  due       jsonb not null
);
comment on table course_due is 'The measurements that are due on a course, as outcomes told them last.';
comment on column course_due.course_id is 'The course; its fact may come later.';
comment on column course_due.version is 'Version of the list at outcomes; a lower or equal one is ignored.';
comment on column course_due.due is 'The list (Due of proto/messages.proto).';

create view due_fact as
select distinct c.course_id, d.due ->> 'instrument' as instrument, (d.due ->> 'dueOn')::date as due_on,
       d.due ->> 'kind' as kind
from course_due c cross join lateral jsonb_array_elements(c.due) as d (due);
comment on view due_fact is
  'A measurement that is due on a course: shown beside results, so that drop-out cannot hide.';

create table enquiry_fact (
  organisation   text not null,
  enquiry_id     uuid not null,
  version        bigint not null,
  received_on    date not null,
  channel        text not null,
  followed_by    text,
  programme      text,
  gender         text,
  setting        text,
  municipality   text,
  duty_to_notify boolean not null,
  primary key (organisation, enquiry_id)
);
create index on enquiry_fact (received_on);
comment on table enquiry_fact is 'An enquiry as codes (EnquiryFact); one row an enquiry.';
comment on column enquiry_fact.organisation is 'Organisation of the node that sent it, by the registry; never what a message says.';
comment on column enquiry_fact.enquiry_id is 'Id of the enquiry, made by its intake node.';
comment on column enquiry_fact.version is 'Version of the enquiry there; a lower or equal one is ignored.';
comment on column enquiry_fact.received_on is 'Day of the enquiry.';
comment on column enquiry_fact.channel is 'How it came.';
comment on column enquiry_fact.followed_by is 'What followed: registered or referral.';
comment on column enquiry_fact.programme is 'Programme that was asked for.';
comment on column enquiry_fact.gender is 'Gender, if said.';
comment on column enquiry_fact.setting is 'Setting of prostitution, if said.';
comment on column enquiry_fact.municipality is 'Code of the home municipality, if said.';
comment on column enquiry_fact.duty_to_notify is 'Whether the enquiry raised the duty to notify.';
