-- SPDX-License-Identifier: EUPL-1.2
-- The same courses as facts at reporting, with their enquiries and the closing measurements that are due.
-- In the order of the ids, without the other indexes: so that loading does not take hours.
set session_replication_role = replica;

insert into course_fact (course_id, version, programme, organisation, aim, state, priority, reason_code, requested_on,
       offered_on, enrolled_on, planned_end, shortened, closed_on, end_reason, grant_code)
select md5('course' || n)::uuid, 3, 'cti', 'kommune', 'exit', 'closed', 'routine', 'least-loaded', day, day, day,
       day + 365, false, day + 365, 'completed', 'ordinary'
from (select n, date '2017-01-01' + n % 3000 as day from generate_series(1, :rows) n) days order by 1;

insert into course_due (course_id, version, due)
select md5('course' || n)::uuid, 2, '[]' from generate_series(1, :rows) n order by 1;

insert into enquiry_fact (organisation, enquiry_id, version, received_on, channel, followed_by, programme, gender,
       setting, municipality, duty_to_notify)
select 'kommune', md5('enquiry' || n)::uuid, 1, date '2017-01-01' + n % 3000, 'partner', 'referral', 'cti',
       'woman', 'clinic', '0101', false
from generate_series(1, :rows) n order by 2;

vacuum analyze;
