-- SPDX-License-Identifier: EUPL-1.2
-- What an operator looks at and mends in the database of a daemon. Bodies are never shown: they may speak of people.

-- name: operator_streams_out
select receiver as "to", seq as sent, acked, seq - acked as waiting,
       pg_size_pretty(coalesce((select sum(length(body)) from bus_out b where b.receiver = s.receiver), 0)) as bytes
from bus_out_stream s order by receiver;

-- name: operator_streams_in
select sender as "from", seq as applied, left(epoch::text, 8) as epoch,
       (select count(*) from bus_parked p where p.sender = s.sender) as parked,
       (select count(*) from bus_dead d where d.sender = s.sender) as dead
from bus_in_stream s order by sender;

-- name: operator_parked
select sender as "from", type, entity, count(*) as messages, to_char(min(parked_at), 'YYYY-MM-DD HH24:MI:SS') as since
from bus_parked group by sender, type, entity order by min(parked_at) limit 50;

-- name: operator_dead
select sender as "from", seq, type, entity, error, coalesce(rule, '') as rule, length(body) as bytes,
       to_char(died_at, 'YYYY-MM-DD HH24:MI:SS') as since
from bus_dead order by died_at, sender, seq limit 200;

-- name: operator_dead_replay
-- Back to the parked ones, in its place: what came after it waits behind it and follows.
with taken as (
    delete from bus_dead where sender = :sender and seq = :seq::bigint
    returning sender, epoch, seq, id, type, entity, body
)
insert into bus_parked (sender, epoch, seq, id, type, entity, body)
select sender, epoch, seq, id::uuid, type, entity, body from taken
returning sender as "from", seq, type, entity;

-- name: operator_dead_discard
-- For good: its effect will never happen. What came after it waits no longer.
delete from bus_dead where sender = :sender and seq = :seq::bigint
returning sender as "from", seq, type, entity;
