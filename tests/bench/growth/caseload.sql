-- SPDX-License-Identifier: EUPL-1.2
-- The same courses at caseload: each had a worker, all are closed.
-- In the order of the ids, without the other indexes: so that loading does not take hours.
set session_replication_role = replica;
drop index course_citizen;

insert into course (id, version, node, citizen, organisation, programme, aim, state, worker, reason_code, reason,
       priority, requested_on, offered_on, enrolled_on, planned_end, closed_on, end_reason, grant_key)
select md5('course' || n)::uuid, 3, 'kommune', md5('pseudonym' || n)::uuid, 'kommune', 'cti', 'exit', 'closed',
       'w-' || n % 50, 'least-loaded', 'least loaded of those who have room', 'routine', day, day, day, day + 365,
       day + 365, 'completed', 'ordinary'
from (select n, date '2017-01-01' + n % 3000 as day from generate_series(1, :rows) n) days order by 1;

create index course_citizen on course (citizen);
vacuum analyze;
