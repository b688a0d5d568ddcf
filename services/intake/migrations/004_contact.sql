-- SPDX-License-Identifier: EUPL-1.2
-- Contacts with a citizen during a course.

create table contact (
    id uuid primary key,
    number bigint generated always as identity unique,
    course_id uuid not null references course,
    held_on date not null,
    kind text not null,
    minutes integer not null,
    entered_by text,
    created_at timestamptz not null default now()
);
create index contact_course on contact (course_id, number);
comment on table contact is 'Contacts (kontakter): somebody was called, met or visited during a course.';
comment on column contact.id is 'Id, also towards reporting.';
comment on column contact.number is 'Order of arrival, for paging.';
comment on column contact.course_id is 'The course it belongs to.';
comment on column contact.held_on is 'Day of the contact.';
comment on column contact.kind is 'Code of list contact-kind.';
comment on column contact.minutes is 'How long it took.';
comment on column contact.entered_by is 'Who entered it.';
comment on column contact.created_at is 'When it was entered.';
