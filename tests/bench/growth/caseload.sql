-- SPDX-License-Identifier: EUPL-1.2
-- The same courses at caseload: each had a worker, all are closed.
-- Ids are a time and a hash of a number: in order of time, as the daemons make them, and the same in all databases.
-- Pseudonyms have no order: their index is made afterwards, so that loading does not take hours.
set session_replication_role = replica;
create function pg_temp.id(kind text, n integer) returns uuid language sql immutable as $$
    select (lpad(to_hex(1483228800000 + n * 25000::bigint), 12, '0') || '7' || substr(md5(kind || n::text), 1, 3) || '8' ||
            substr(md5(kind || n::text), 4, 15))::uuid
$$;
drop index course_citizen;

insert into course (id, version, node, citizen, referral_id, organisation, programme, aim, state, worker, reason_code,
       reason, priority, requested_on, offered_on, enrolled_on, planned_end, closed_on, end_reason, grant_key)
select pg_temp.id('course', n), 3, 'kommune', md5('pseudonym' || n)::uuid, pg_temp.id('referral', n), 'kommune', 'cti', 'exit',
       'closed', 'w-' || n % 50, 'least-loaded', 'least loaded of those who have room', 'routine', day, day, day, day + 365,
       day + 365, 'completed', 'ordinary'
from (select n, date '2017-01-01' + n % 3000 as day from generate_series(1, :rows) n) days;

create index course_citizen on course (citizen);
