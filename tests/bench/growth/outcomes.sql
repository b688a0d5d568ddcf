-- SPDX-License-Identifier: EUPL-1.2
-- The same courses at outcomes, closed.
-- In the order of the ids, without the other indexes: so that loading does not take hours.
set session_replication_role = replica;

insert into course (id, version, node, programme, organisation, state, requested_on, offered_on, enrolled_on,
       planned_end, closed_on, due_version, due_text)
select md5('course' || n)::uuid, 3, 'kommune', 'cti', 'kommune', 'closed', day, day, day, day + 365, day + 365, 2, ''
from (select n, date '2017-01-01' + n % 3000 as day from generate_series(1, :rows) n) days order by 1;

vacuum analyze;
