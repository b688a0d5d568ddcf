-- SPDX-License-Identifier: EUPL-1.2
-- Streams out and in, parked messages, dead letters, idempotency.

-- name: life_epoch
select epoch from life;

-- name: out_stream_all
select receiver, seq, acked, chain from bus_out_stream;

-- name: out_stream_set :one
insert into bus_out_stream (receiver, seq, chain) values (:receiver, :seq::bigint, :chain)
on conflict (receiver) do update set seq = excluded.seq, chain = excluded.chain
where bus_out_stream.seq = :old_seq::bigint;

-- name: out_insert
insert into bus_out (receiver, seq, id, type, entity, salt, body)
values (:receiver, :seq, :id, :type, :entity, :salt, :body);

-- name: out_page
select id, type, entity, salt, body from bus_out
where receiver = :receiver and seq >= :first and seq < :first::bigint + :count::bigint order by seq;

-- name: out_first
select coalesce(min(seq), 0) as first from bus_out where receiver = :receiver;

-- name: out_acked
update bus_out_stream set acked = :seq where receiver = :receiver and acked < :seq;

-- name: out_trim
delete from bus_out where receiver = :receiver and seq <= :seq;

-- name: in_stream_all
select sender, epoch, seq, chain from bus_in_stream;

-- name: in_stream_begin :one
insert into bus_in_stream (sender, epoch, seq, chain) values (:sender, :epoch, :seq, :chain);

-- name: in_stream_advance :one
update bus_in_stream set seq = :seq, chain = :chain
where sender = :sender and epoch = :epoch and seq = :old_seq;

-- name: parked_insert :one
insert into bus_parked (sender, epoch, seq, id, type, entity, body)
values (:sender, :epoch, :seq, :id, :type, :entity, :body);

-- name: parked_entities
select sender, entity from bus_parked union select sender, entity from bus_dead;

-- name: parked_of
select sender, epoch, seq, id, type, entity, body from bus_parked
where :entity::text is null or entity = :entity order by sender, seq;

-- name: parked_take
-- `waits`: whether anything else of the sender still waits for the entity
with taken as (
    delete from bus_parked where sender = :sender and epoch = :epoch::uuid and seq = :seq::bigint returning entity
)
select t.entity,
       exists (select from bus_parked p where p.sender = :sender and p.entity = t.entity
               and (p.epoch, p.seq) <> (:epoch::uuid, :seq::bigint))
       or exists (select from bus_dead d where d.sender = :sender and d.entity = t.entity) as waits
from taken t;

-- name: dead_insert :one
insert into bus_dead (sender, epoch, seq, id, type, entity, body, error, rule)
values (:sender, :epoch, :seq, :id, :type, :entity, :body, :error, :rule);

-- name: delivery_counts
select (select count(*) from bus_out) as out, (select count(*) from bus_parked) as parked,
       (select count(*) from bus_dead) as dead;

-- name: idempotency_find
select encode(scope, 'hex') as scope, encode(body_hash, 'hex') as body_hash, subject
from idempotency where scope = any (:scopes::bytea[]);

-- name: idempotency_insert :one
insert into idempotency (scope, body_hash, subject) values (:scope, :body_hash, :subject);
