-- SPDX-License-Identifier: EUPL-1.2
-- What every daemon with a database needs to lose nothing and apply nothing twice.

create table life (
    one boolean primary key default true check (one),
    epoch uuid not null default gen_random_uuid(),
    since bigint not null default 0,
    partner text,
    signature bytea
);
comment on table life is 'The life of this database: a new one is a new epoch of every stream it sends.';
comment on column life.one is 'Keeps it to one row.';
comment on column life.epoch is 'Names this life to the receivers.';
comment on column life.since is 'When an operator opened it, in Unix milliseconds; 0: the database''s first life.';
comment on column life.partner is 'The partner who signed for it.';
comment on column life.signature is 'The partner''s Ed25519 signature over node, epoch, since and partner.';
insert into life default values;

create table bus_out_stream (
    receiver text primary key,
    seq bigint not null default 0,
    chain bytea not null,
    acked bigint not null default 0,
    acked_chain bytea not null default decode(repeat('00', 32), 'hex'),
    receipt bytea
);
comment on table bus_out_stream is 'One row for each node that this one sends to.';
comment on column bus_out_stream.receiver is 'Name of the receiving node in the registry.';
comment on column bus_out_stream.seq is 'Number of the last message written to the stream; no gaps.';
comment on column bus_out_stream.chain is 'Hash chain over the commitments up to seq.';
comment on column bus_out_stream.acked is 'Everything up to here is committed at the receiver.';
comment on column bus_out_stream.acked_chain is 'Hash chain up to acked: what was trimmed can still be compared.';
comment on column bus_out_stream.receipt is 'Ed25519 of the receiver over stream, epoch, acked and acked_chain: it cannot deny what it has. Null: none.';

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
    since bigint not null default 0,
    partner text,
    life_signature bytea,
    seq bigint not null,
    chain bytea not null,
    signed_seq bigint not null default 0,
    signed_chain bytea,
    signature bytea
);
comment on table bus_in_stream is 'One row for each node heard from: the position moves with the effects, in one transaction.';
comment on column bus_in_stream.sender is 'Name of the sending node in the registry.';
comment on column bus_in_stream.epoch is 'The sender''s database life that seq counts in.';
comment on column bus_in_stream.since is 'When an operator of the sender opened that life, in Unix milliseconds: an earlier one never comes back.';
comment on column bus_in_stream.partner is 'The partner who signed for that life; null: it is the first.';
comment on column bus_in_stream.life_signature is 'The partner''s Ed25519 signature over sender, epoch, since and partner: proves to the sender that it had this life.';
comment on column bus_in_stream.seq is 'Everything up to here is applied here.';
comment on column bus_in_stream.chain is 'Hash chain up to seq, computed from what was received.';
comment on column bus_in_stream.signed_seq is 'Where the last frame ended that is applied: its sender signed up to here; 0: none yet.';
comment on column bus_in_stream.signed_chain is 'Hash chain up to signed_seq.';
comment on column bus_in_stream.signature is 'Ed25519 of the sender over stream, epoch, signed_seq and signed_chain: it cannot deny what it sent.';

create table bus_parked (
    sender text not null,
    epoch uuid not null,
    since bigint not null default 0,
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
comment on column bus_parked.since is 'When an operator of the sender opened that life, in Unix milliseconds: what it sent in an earlier one goes first.';
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

create table recovery (
    one boolean primary key default true check (one),
    epoch uuid not null,
    since bigint not null,
    partner text not null,
    signature bytea not null
);
comment on table recovery is 'An operator''s word to recover this node from what the others know: the life that begins when it is done.';
comment on column recovery.one is 'Keeps it to one row.';
comment on column recovery.epoch is 'Epoch of the new life.';
comment on column recovery.since is 'When the operator said so, in Unix milliseconds.';
comment on column recovery.partner is 'The partner who signed for it.';
comment on column recovery.signature is 'The partner''s Ed25519 signature over node, epoch, since and partner.';

create table recovery_peer (
    peer text primary key,
    kind integer not null default 0,
    after text,
    done boolean not null default false,
    epoch uuid,
    since bigint not null default 0,
    partner text,
    life_signature bytea,
    acked bigint not null default 0,
    acked_chain bytea,
    acked_signature bytea,
    known_epoch uuid,
    known_position bigint not null default 0,
    known_chain bytea
);
comment on table recovery_peer is 'How far each other node has told what it knows, and where the streams with it stood as it began.';
comment on column recovery_peer.peer is 'Name of the node in the registry.';
comment on column recovery_peer.kind is 'The kind of entity that it tells of now.';
comment on column recovery_peer.after is 'The key after which it goes on.';
comment on column recovery_peer.done is 'It has told all.';
comment on column recovery_peer.epoch is 'Its life; null: nothing heard yet.';
comment on column recovery_peer.since is 'When an operator opened that life, in Unix milliseconds; 0: it is its first.';
comment on column recovery_peer.partner is 'The partner who signed for that life.';
comment on column recovery_peer.life_signature is 'The partner''s Ed25519 signature over peer, epoch, since and partner.';
comment on column recovery_peer.acked is 'What this node has acknowledged of its stream, as it remembers.';
comment on column recovery_peer.acked_chain is 'Hash chain of that stream up to there.';
comment on column recovery_peer.acked_signature is 'Ed25519 of the peer over stream, epoch, acked and acked_chain: it cannot deny what it sent.';
comment on column recovery_peer.known_epoch is 'The life by which it knows this node.';
comment on column recovery_peer.known_position is 'What it has applied of that life.';
comment on column recovery_peer.known_chain is 'Hash chain up to there, as it computed it.';

create table recovery_item (
    number bigint generated always as identity primary key,
    sender text not null,
    type text not null,
    entity text not null,
    body bytea not null,
    problem text
);
create index recovery_item_turn on recovery_item (type, sender, number) where problem is null;
comment on table recovery_item is 'What others know, told but not yet applied.';
comment on column recovery_item.number is 'Order of arrival.';
comment on column recovery_item.sender is 'Who told it.';
comment on column recovery_item.type is 'Name of the protobuf message in body.';
comment on column recovery_item.entity is 'What it speaks of.';
comment on column recovery_item.body is 'The packed message.';
comment on column recovery_item.problem is 'Why it could not be applied; it is kept for an operator.';
