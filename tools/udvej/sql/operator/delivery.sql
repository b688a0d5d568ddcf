-- SPDX-License-Identifier: EUPL-1.2
-- What an operator looks at and mends in the database of a daemon. A body is shown only where that
-- is what was asked for: it may speak of people.

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
-- So much of an epoch tells two lives of one sender apart; show and the refusals name the whole.
select sender as "from", left(epoch::text, 13) as epoch, seq, type, entity, error, coalesce(rule, '') as rule,
       length(body) as bytes, to_char(died_at, 'YYYY-MM-DD HH24:MI:SS') as since
from bus_dead order by died_at, sender, seq limit 200;

-- name: operator_dead_find
-- The epochs in which the sender has such a letter.
select epoch from bus_dead
where sender = :sender and seq = :seq::bigint and starts_with(epoch::text, coalesce(:epoch, ''))
order by died_at, epoch;

-- name: operator_dead_show
select sender as "from", epoch, seq, id, type, entity, to_char(died_at, 'YYYY-MM-DD HH24:MI:SS') as since, error,
       coalesce(rule, '') as rule, length(body) as bytes
from bus_dead where sender = :sender and epoch = :epoch::uuid and seq = :seq::bigint;

-- name: operator_dead_body
select type, body from bus_dead where sender = :sender and epoch = :epoch::uuid and seq = :seq::bigint;

-- name: operator_dead_replay
-- Back to the parked ones, in its place: what came after it waits behind it and follows.
with taken as (
    delete from bus_dead where sender = :sender and epoch = :epoch::uuid and seq = :seq::bigint
    returning sender, epoch, seq, id, type, entity, body
)
insert into bus_parked (sender, epoch, seq, id, type, entity, body)
select sender, epoch, seq, id::uuid, type, entity, body from taken
returning sender as "from", epoch, seq, type, entity;

-- name: operator_dead_discard
-- For good: its effect will never happen. What came after it waits no longer.
delete from bus_dead where sender = :sender and epoch = :epoch::uuid and seq = :seq::bigint
returning sender as "from", epoch, seq, type, entity;

-- name: operator_retell_begin
-- One that has stopped goes on where it was; of one that goes on nothing changes.
insert into retell as r (receiver) values (:receiver)
on conflict (receiver) do update set problem = null where r.problem is not null
returning kind is not null as goes_on;

-- name: operator_retell
select receiver as "to", told as facts, coalesce(kind, 'not begun') as now,
       to_char(begun_at, 'YYYY-MM-DD HH24:MI:SS') as since, coalesce(problem, '') as "stopped, because"
from retell order by receiver;

-- name: operator_recover
-- What an earlier one could not apply is told again.
with earlier as (delete from recovery_item where not exists (select from recovery))
insert into recovery (epoch, since, partner, signature) values (:epoch, :since, :partner, :signature)
on conflict do nothing returning epoch;

-- name: operator_life
select since from life;

-- name: operator_recovery
select exists (select from recovery) as under_way,
       (select case when count(*) = 0 then 'the node has not asked the others yet'
                    else coalesce('waits for ' || string_agg(peer, ', ' order by peer) filter (where not done),
                                  'all have told') end
        from recovery_peer) as told,
       (select count(*) from recovery_item where problem is null) as waiting,
       (select count(*) from recovery_item where problem is not null) as problems;

-- name: operator_recovery_peers
select peer, case when done then 'all' when epoch is null then 'nothing yet' else 'some' end as told,
       (select count(*) from recovery_item i where i.sender = p.peer and problem is null) as "to apply"
from recovery_peer p where exists (select from recovery) order by peer;

-- name: operator_recovery_problems
select sender as "from", type, entity, problem, length(body) as bytes
from recovery_item where problem is not null order by number limit 50;

-- name: operator_verify_begin
-- The node goes on writing meanwhile.
set transaction isolation level repeatable read, read only;

-- name: operator_verify_out
select receiver, seq, chain, acked, acked_chain from bus_out_stream order by receiver;

-- name: operator_verify_page
select seq, id, type, entity, salt, body, chain from bus_out where receiver = :receiver and seq > :after::bigint
order by seq limit 100;

-- name: operator_verify_in
select sender, epoch, seq, signed_seq, signed_chain, signature from bus_in_stream order by sender;

-- name: operator_verify_log
select number, at_ms, who, role, use, coalesce(subject, '') as subject, outcome, status, coalesce(why, '') as why,
       coalesce(citizens, '{}') as citizens, searched, salt, commitment, chain
from audit_log where number > :after::bigint order by number limit 500;
