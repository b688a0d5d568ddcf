-- SPDX-License-Identifier: EUPL-1.2
-- What every daemon with a database needs to lose nothing and apply nothing twice.

create table life (
    one boolean primary key default true check (one),
    epoch uuid not null default gen_random_uuid(),
    began_at timestamptz not null default now()
);
comment on table life is 'The life of this database: a new one is a new epoch of every stream it sends.';
comment on column life.one is 'Keeps it to one row.';
comment on column life.epoch is 'Names this life to the receivers.';
comment on column life.began_at is 'When this life began.';
insert into life default values;

create table bus_out_stream (
    receiver text primary key,
    seq bigint not null default 0,
    chain bytea not null,
    acked bigint not null default 0,
    acked_chain bytea not null default decode(repeat('00', 32), 'hex')
);
comment on table bus_out_stream is 'One row for each node that this one sends to.';
comment on column bus_out_stream.receiver is 'Name of the receiving node in the registry.';
comment on column bus_out_stream.seq is 'Number of the last message written to the stream; no gaps.';
comment on column bus_out_stream.chain is 'Hash chain over the commitments up to seq.';
comment on column bus_out_stream.acked is 'Everything up to here is committed at the receiver.';
comment on column bus_out_stream.acked_chain is 'Hash chain up to acked: what was trimmed can still be compared.';

create table bus_out (
    receiver text not null,
    seq bigint not null,
    id uuid not null,
    type text not null,
    entity text not null,
    salt bytea not null,
    body bytea not null,
    chain bytea not null,
    primary key (receiver, seq)
);
comment on table bus_out is 'Outbox: messages not yet known to be committed at their receiver.';
comment on column bus_out.receiver is 'The stream.';
comment on column bus_out.seq is 'Place in the stream.';
comment on column bus_out.id is 'Derived from what caused the message.';
comment on column bus_out.type is 'Name of the protobuf message in body.';
comment on column bus_out.entity is 'What the message speaks of.';
comment on column bus_out.salt is 'Random, so that the commitment says nothing of the body.';
comment on column bus_out.body is 'The packed message.';
comment on column bus_out.chain is 'Hash chain up to this message, to compare with what the receiver has.';

create table bus_in_stream (
    sender text primary key,
    epoch uuid not null,
    seq bigint not null,
    chain bytea not null,
    signed_seq bigint not null default 0,
    signed_chain bytea,
    signature bytea
);
comment on table bus_in_stream is 'One row for each node heard from: the position moves with the effects, in one transaction.';
comment on column bus_in_stream.sender is 'Name of the sending node in the registry.';
comment on column bus_in_stream.epoch is 'The sender''s database life that seq counts in.';
comment on column bus_in_stream.seq is 'Everything up to here is applied here.';
comment on column bus_in_stream.chain is 'Hash chain up to seq, computed from what was received.';
comment on column bus_in_stream.signed_seq is 'Where the last frame ended that is applied: its sender signed up to here; 0: none yet.';
comment on column bus_in_stream.signed_chain is 'Hash chain up to signed_seq.';
comment on column bus_in_stream.signature is 'Ed25519 of the sender over stream, epoch, signed_seq and signed_chain: it cannot deny what it sent.';

create table bus_parked (
    sender text not null,
    epoch uuid not null,
    seq bigint not null,
    id uuid not null,
    type text not null,
    entity text not null,
    body bytea not null,
    parked_at timestamptz not null default now(),
    primary key (sender, epoch, seq)
);
create index bus_parked_entity on bus_parked (entity);
comment on table bus_parked is 'Messages that wait for the entity they speak of, or behind a dead one of the same entity.';
comment on column bus_parked.sender is 'Who sent it.';
comment on column bus_parked.epoch is 'In which life of the sender''s database.';
comment on column bus_parked.seq is 'Its place in that stream.';
comment on column bus_parked.id is 'Id of the message.';
comment on column bus_parked.type is 'Name of the protobuf message in body.';
comment on column bus_parked.entity is 'The entity that has to come first.';
comment on column bus_parked.body is 'The packed message.';
comment on column bus_parked.parked_at is 'Since when it waits; overdue ones alert.';

create table bus_dead (
    sender text not null,
    epoch uuid not null,
    seq bigint not null,
    id text not null,
    type text not null,
    entity text not null,
    body bytea not null,
    error text not null,
    rule text,
    died_at timestamptz not null default now(),
    primary key (sender, epoch, seq)
);
comment on table bus_dead is 'Dead letters: messages that can never be applied, with the reason, for an operator.';
comment on column bus_dead.sender is 'Who sent it.';
comment on column bus_dead.epoch is 'In which life of the sender''s database.';
comment on column bus_dead.seq is 'Its place in that stream.';
comment on column bus_dead.id is 'Id of the message as it was claimed.';
comment on column bus_dead.type is 'Type as it was claimed.';
comment on column bus_dead.entity is 'What it speaks of: later messages of it wait parked.';
comment on column bus_dead.body is 'The packed message.';
comment on column bus_dead.error is 'Name of the error.';
comment on column bus_dead.rule is 'The rule that it broke, in words.';
comment on column bus_dead.died_at is 'When it was put here.';

create table idempotency (
    scope bytea primary key,
    body_hash bytea not null,
    subject text,
    used_at timestamptz not null default now()
);
comment on table idempotency is 'Answers to HTTP commands by token, route and key: the same command again finds its first outcome.';
comment on column idempotency.scope is 'Hash of token, route and Idempotency-Key.';
comment on column idempotency.body_hash is 'Hash of the body: the same key with another body is refused.';
comment on column idempotency.subject is 'Id of what the command made, if anything lasts.';
comment on column idempotency.used_at is 'When it was used first.';
