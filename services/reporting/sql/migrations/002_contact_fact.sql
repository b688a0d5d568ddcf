-- SPDX-License-Identifier: EUPL-1.2
-- Contacts during courses, as intake nodes tell of them.

create table contact_fact (
    contact_id uuid not null,
    organisation text not null,
    version bigint not null,
    course_id uuid not null,
    held_on date not null,
    kind text not null,
    minutes integer not null,
    primary key (organisation, contact_id)
);
create index contact_fact_course on contact_fact (course_id);
comment on table contact_fact is 'Contacts with citizens during courses.';
comment on column contact_fact.contact_id is 'Id at the intake node.';
comment on column contact_fact.organisation is 'Whose node told of it.';
comment on column contact_fact.version is 'Version at that node: an older one changes nothing.';
comment on column contact_fact.course_id is 'The course it belongs to.';
comment on column contact_fact.held_on is 'Day of the contact.';
comment on column contact_fact.kind is 'Code of list contact-kind.';
comment on column contact_fact.minutes is 'How long it took.';
