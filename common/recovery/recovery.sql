-- SPDX-License-Identifier: EUPL-1.2
-- Recovery: what an operator asked for, how far each peer has told, what is told and not yet applied, and the new life.

-- name: recovery_get
select epoch, since, partner, signature from recovery;

-- name: recovery_peers
select peer, kind, after, done, epoch, since, acked, acked_chain, known_epoch, known_position, known_chain
from recovery_peer order by peer;

-- name: recovery_peer_insert
insert into recovery_peer (peer) values (:peer) on conflict do nothing;

-- name: recovery_peer_begin
-- With its first page: where the streams with it stood before anything of the snapshot was read.
update recovery_peer set epoch = :epoch::uuid, since = :since, partner = :partner,
       life_signature = nullif(:life_signature::bytea, ''), acked = :acked, acked_chain = :acked_chain,
       acked_signature = nullif(:acked_signature::bytea, ''),
       known_epoch = :known_epoch::uuid, known_position = :known_position, known_chain = :known_chain
where peer = :peer and epoch is null;

-- name: recovery_peer_go
update recovery_peer set kind = :kind, after = :after, done = :done::boolean where peer = :peer;

-- name: recovery_item_insert
insert into recovery_item (sender, type, entity, body) values (:sender, :type, coalesce(:entity, ''), coalesce(:body::bytea, ''));

-- name: recovery_item_next
select number, entity, body from recovery_item
where type = :type and sender = :sender and problem is null order by number limit :limit::bigint;

-- name: recovery_item_done
delete from recovery_item where number = :number;

-- name: recovery_item_fails
update recovery_item set problem = :problem where number = :number;

-- name: recovery_items_unknown
update recovery_item set problem = 'nothing of this type is recovered here' where sender = :peer and problem is null;

-- name: recovery_items_drop
-- Of those who were taken out of the registry meanwhile: they tell it again when they are back.
delete from recovery_item where problem is null;

-- name: recovery_counts
select (select count(*) from recovery_item where problem is null) as waiting,
       (select count(*) from recovery_item where problem is not null) as problems;

-- name: recovery_in_stream
-- Goes on where the sender knows that we were, for which it signs; or where we are, if that is further in the same life.
-- Not when it has not told all, or not all of that was applied: it would be passed over for good.
insert into bus_in_stream as s
    (sender, epoch, since, partner, life_signature, seq, chain, signed_seq, signed_chain, signature)
select peer, epoch, since, partner, life_signature, acked, acked_chain,
       case when acked_signature is null then 0 else acked end,
       case when acked_signature is not null then acked_chain end, acked_signature
from recovery_peer where peer = :peer and done
  and not exists (select from recovery_item where sender = :peer and problem is null)
on conflict (sender) do update set epoch = excluded.epoch, since = excluded.since, partner = excluded.partner,
    life_signature = excluded.life_signature, seq = excluded.seq, chain = excluded.chain,
    signed_seq = excluded.signed_seq, signed_chain = excluded.signed_chain, signature = excluded.signature, asked = false
where s.epoch <> excluded.epoch or s.seq < excluded.seq;

-- name: recovery_life
update life set epoch = r.epoch, since = r.since, partner = r.partner, signature = r.signature from recovery r;

-- name: recovery_end
with done as (delete from recovery returning 1) delete from recovery_peer;
