-- SPDX-License-Identifier: EUPL-1.2
-- The same courses as facts at reporting, with their enquiries and the closing measurements that are due.
-- Ids are a time and a hash of a number: in order of time, as the daemons make them, and the same in all databases.
set session_replication_role = replica;
create function pg_temp.id(kind text, n integer) returns uuid language sql immutable as $$
    select (lpad(to_hex(1483228800000 + n * 25000::bigint), 12, '0') || '7' || substr(md5(kind || n::text), 1, 3) || '8' ||
            substr(md5(kind || n::text), 4, 15))::uuid
$$;

insert into course_fact (course_id, version, programme, organisation, aim, state, priority, reason_code, requested_on,
       offered_on, enrolled_on, planned_end, shortened, closed_on, end_reason, grant_code)
select pg_temp.id('course', n), 3, 'cti', 'kommune', 'exit', 'closed', 'routine', 'least-loaded', day, day, day,
       day + 365, false, day + 365, 'completed', 'ordinary'
from (select n, date '2017-01-01' + n % 3000 as day from generate_series(1, :rows) n) days;

insert into course_due (course_id, version, due)
select pg_temp.id('course', n), 2, '[]' from generate_series(1, :rows) n;

insert into enquiry_fact (organisation, enquiry_id, version, received_on, channel, followed_by, programme, gender,
       setting, municipality, duty_to_notify)
select 'kommune', pg_temp.id('enquiry', n), 1, date '2017-01-01' + n % 3000, 'partner', 'referral', 'cti',
       'woman', 'clinic', '0101', false
from generate_series(1, :rows) n;
