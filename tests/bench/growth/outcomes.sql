-- SPDX-License-Identifier: EUPL-1.2
-- The same courses at outcomes, closed.
-- Ids are a time and a hash of a number: in order of time, as the daemons make them, and the same in all databases.
set session_replication_role = replica;
create function pg_temp.id(kind text, n integer) returns uuid language sql immutable as $$
    select (lpad(to_hex(1483228800000 + n * 25000::bigint), 12, '0') || '7' || substr(md5(kind || n::text), 1, 3) || '8' ||
            substr(md5(kind || n::text), 4, 15))::uuid
$$;

insert into course (id, version, node, programme, organisation, state, requested_on, offered_on, enrolled_on,
       planned_end, closed_on, due_version, due_text)
select pg_temp.id('course', n), 3, 'kommune', 'cti', 'kommune', 'closed', day, day, day, day + 365, day + 365, 2, ''
from (select n, date '2017-01-01' + n % 3000 as day from generate_series(1, :rows) n) days;
