-- SPDX-License-Identifier: EUPL-1.2
-- The log of use: who did or saw what, when, of whom, and why that was allowed. The daemon may add to it, no more.

create table audit_log (
    number bigint primary key,
    at_ms bigint not null,
    who text not null,
    role text not null,
    use text not null,
    subject text,
    outcome text not null,
    status integer not null,
    why text,
    citizens uuid[],
    searched bytea,
    salt bytea,
    commitment bytea not null,
    chain bytea not null
);
create index audit_log_who on audit_log (who, number);
create index audit_log_citizens on audit_log using gin (citizens);
-- What is shown and done is most of the log, and found by the number alone.
create index audit_log_outcome on audit_log (outcome, number) where outcome not in ('shown', 'done');
comment on table audit_log is 'The log of use: one row for each request that did or showed something of a citizen, or was refused.';
comment on column audit_log.number is 'Order, without gaps.';
comment on column audit_log.at_ms is 'When, of the real clock: Unix milliseconds.';
comment on column audit_log.who is 'Who: the worker, or the name of the system.';
comment on column audit_log.role is 'In which role.';
comment on column audit_log.use is 'What: method and address, as in the table of routes.';
comment on column audit_log.subject is 'The id in the address; erased with the citizen.';
comment on column audit_log.outcome is 'shown, done, repeated or refused.';
comment on column audit_log.status is 'Status of HTTP.';
comment on column audit_log.why is 'Why it was allowed (code of list why-allowed), or the name of the refusal.';
comment on column audit_log.citizens is 'All citizens that were shown or changed; erased with them.';
comment on column audit_log.searched is 'What was searched for, sealed with a key of the node; erased with the citizen.';
comment on column audit_log.salt is 'Random; without it the commitment says nothing of the row. Null: the row was erased.';
comment on column audit_log.commitment is 'BLAKE2b over salt and row: stays when the row is erased.';
comment on column audit_log.chain is 'Hash chain over the commitments up to this row.';
