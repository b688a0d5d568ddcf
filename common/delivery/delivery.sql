-- SPDX-License-Identifier: EUPL-1.2
-- Streams out and in, parked messages, dead letters.

-- name: life
select epoch, since, partner, signature from life;

-- name: out_stream_all
select receiver, seq, acked, chain, acked_chain, receipt from bus_out_stream;

-- name: out_stream_seq
select seq from bus_out_stream where receiver = :receiver;

-- name: out_stream_set :one
insert into bus_out_stream (receiver, seq, chain) values (:receiver, :seq::bigint, :chain)
on conflict (receiver) do update set seq = excluded.seq, chain = excluded.chain
where bus_out_stream.seq = :old_seq::bigint;

-- name: out_insert :late
insert into bus_out (receiver, seq, id, type, entity, salt, body, chain)
values (:receiver, :seq, :id, :type, :entity, :salt, :body, :chain);

-- name: out_page
-- As many as fit into a frame, at least one. 192: id, salt and what letter_bytes() counts beside the words.
select seq, id, type, entity, salt, body, chain from (
    select seq, id, type, entity, salt, body, chain,
           sum(s.size) over (order by seq) - s.size as before
    from bus_out, lateral (select octet_length(body) + octet_length(type) + octet_length(entity) + 192 as size) s
    where receiver = :receiver and seq >= :first and seq < :first::bigint + :count::bigint
) page where before < :bytes::bigint order by seq;

-- name: out_chain
select chain from bus_out where receiver = :receiver and seq = :seq::bigint;

-- name: out_acked
update bus_out_stream set acked = :seq, acked_chain = :chain, receipt = nullif(:receipt::bytea, '')
where receiver = :receiver and acked < :seq;

-- name: out_trim
-- From where it was trimmed last: what was deleted before still lies in the index.
delete from bus_out where receiver = :receiver and seq > :after and seq <= :seq;

-- A new life of this database (anew.c).
-- name: out_anew_page
select seq, id, type, entity, salt, body from bus_out where receiver = :receiver and seq > :after::bigint
order by seq limit 100;

-- name: out_anew_move
update bus_out set seq = :seq, chain = :chain where receiver = :receiver and seq = :old_seq;

-- name: out_anew_drop
delete from bus_out where receiver = :receiver and seq <= :seq::bigint;

-- name: out_anew_stream
-- Numbered anew: nothing of the new life is acknowledged.
update bus_out_stream set seq = :seq, chain = :chain, acked = 0, acked_chain = :nothing, receipt = null
where receiver = :receiver;

-- name: in_stream_all
select sender, epoch, seq, chain, signed_seq, signed_chain, signature, since, partner, life_signature, asked
from bus_in_stream;

-- name: in_stream_seq
select epoch, seq from bus_in_stream where sender = :sender;

-- name: in_stream_begin
insert into bus_in_stream (sender, epoch, since, partner, life_signature, seq, chain, signed_seq, signed_chain, signature)
values (:sender, :epoch, :since, :partner, nullif(:life_signature::bytea, ''), :seq, :chain, :signed_seq, :signed_chain, :signature);

-- name: in_stream_advance :one
update bus_in_stream set seq = :seq, chain = :chain, asked = false,
       signed_seq = :signed_seq, signed_chain = :signed_chain, signature = :signature
where sender = :sender and epoch = :epoch and seq = :old_seq;

-- name: in_stream_asked :one
-- The sender asks to be recovered from what is known here.
update bus_in_stream set asked = true where sender = :sender and epoch = :epoch and seq = :old_seq;

-- name: in_stream_renew :one
-- The sender's database begins a new life.
update bus_in_stream set epoch = :epoch, since = :since, partner = :partner,
       life_signature = nullif(:life_signature::bytea, ''), seq = 0, chain = :chain,
       signed_seq = 0, signed_chain = null, signature = null, asked = false
where sender = :sender and epoch = :old_epoch and seq = :old_seq and since < :since;

-- What peers send may be empty, and empty is NULL for a parameter.
-- name: parked_insert
insert into bus_parked (sender, epoch, since, seq, id, type, entity, body)
values (:sender, :epoch, :since, :seq, :id, coalesce(:type, ''), coalesce(:entity, ''), :body);

-- name: parked_entities
-- In pages after a place.
select sender, entity from (select sender, entity from bus_parked union select sender, entity from bus_dead) waiting
where (sender, entity) > (coalesce(:sender, ''), coalesce(:entity, '')) or :first::boolean
order by sender, entity limit 10000;

-- name: parked_of
select sender, epoch, seq, id, type, entity, body, since from bus_parked
where entity = :entity order by sender, since, epoch, seq limit 64;

-- name: parked_page
-- The next few after a place, to look at all of them without holding all of them.
select sender, epoch, seq, id, type, entity, body, since from bus_parked
where (sender, since, epoch, seq) > (coalesce(:sender, ''), :since::bigint, :epoch::uuid, :seq::bigint)
order by sender, since, epoch, seq limit 64;

-- name: parked_look
-- `waits`: an earlier message of the same sender and entity is parked, be it of an earlier life, or is dead.
select exists (select from bus_parked where sender = :sender and epoch = :epoch::uuid and seq = :seq::bigint) as is_there,
       exists (select from bus_parked where sender = :sender and entity = coalesce(:entity, '')
               and (since < :since::bigint or epoch = :epoch::uuid and seq < :seq::bigint))
       or exists (select from bus_dead where sender = :sender and entity = coalesce(:entity, '')
                  and (epoch <> :epoch::uuid or seq < :seq::bigint)) as waits;

-- name: parked_take
-- `others`: whether anything else of the sender still waits for the entity
with taken as (
    delete from bus_parked where sender = :sender and epoch = :epoch::uuid and seq = :seq::bigint returning entity
)
select exists (select from bus_parked p where p.sender = :sender and p.entity = t.entity
               and (p.epoch, p.seq) <> (:epoch::uuid, :seq::bigint))
       or exists (select from bus_dead d where d.sender = :sender and d.entity = t.entity) as others
from taken t;

-- name: parked_remove
delete from bus_parked where sender = :sender and epoch = :epoch::uuid and seq = :seq::bigint;

-- name: dead_insert
insert into bus_dead (sender, epoch, seq, id, type, entity, body, error, rule)
values (:sender, :epoch, :seq, coalesce(:id, ''), coalesce(:type, ''), coalesce(:entity, ''), :body, :error, :rule);

-- name: delivery_counts
select (select coalesce(sum(seq - acked), 0)::bigint from bus_out_stream) as out, (select count(*) from bus_parked) as parked,
       (select count(*) from bus_dead) as dead,
       (select coalesce(extract(epoch from now() - min(parked_at)), 0)::bigint from bus_parked) as parked_seconds;
