-- SPDX-License-Identifier: EUPL-1.2
-- A node as after many years: so many (:rows) citizens, enquiries, referrals, courses and looks. What is rare (a state,
-- a programme, a worker, who entered it) is also the oldest: the page that shows it is the hardest to find.
set session_replication_role = replica;
-- A time and a hash of a number: in order of time, as the daemons make them.
create function pg_temp.id(kind text, n integer) returns uuid language sql immutable as $$
    select (lpad(to_hex(1483228800000 + n * 25000::bigint), 12, '0') || '7' || substr(md5(kind || n), 1, 3) || '8' ||
            substr(md5(kind || n), 4, 15))::uuid
$$;

insert into citizen (id, name, gender, birth_year, entered_by)
select pg_temp.id('citizen', n), 'Test Person', 'woman', 1988, 'journal' from generate_series(1, :rows) n;

insert into enquiry (id, received_on, channel, followed_by, programme, entered_by)
select pg_temp.id('enquiry', n), date '2017-01-01' + n % 3000, 'partner', 'referral', 'common',
       case n % 3 when 0 then null when 1 then 'journal' else 'worker-' || n % 50 end
from generate_series(1, :rows) n;
update enquiry set entered_by = 'rare' where number between 1 and 20;

insert into referral (id, direction, requester, owner, citizen_id, enquiry_id, operation_id, course_id, programme, aim,
       priority, authored_on, state, worker, channel, entered_by)
select pg_temp.id('referral', n), 'own', 'reden', 'reden', pg_temp.id('citizen', n), pg_temp.id('enquiry', n),
       pg_temp.id('operation', n), pg_temp.id('course', n), 'common', 'exit', 'routine', date '2017-01-01' + n % 3000,
       'completed', 'worker-' || n % 50, 'partner', case n % 3 when 0 then null when 1 then 'journal' else 'worker-' || n % 50 end
from generate_series(1, :rows) n;
update referral set state = (array['requested', 'accepted', 'rejected', 'in-progress'])[1 + number % 4],
       programme = 'rare', worker = 'rare', entered_by = 'rare' where number between 1 and 20;

insert into course (id, version, referral_id, citizen_id, organisation, programme, aim, state, worker, priority,
       requested_on, entered_by)
select pg_temp.id('course', n), 3, pg_temp.id('referral', n), pg_temp.id('citizen', n), 'reden', 'common', 'exit',
       'closed', 'worker-' || n % 50, 'routine', date '2017-01-01' + n % 3000,
       case n % 3 when 0 then null when 1 then 'journal' else 'worker-' || n % 50 end
from generate_series(1, :rows) n;
update course set state = (array['requested', 'waiting', 'offered', 'enrolled'])[1 + number % 4],
       programme = 'rare', worker = 'rare', entered_by = 'rare', waiting_number = number where number between 1 and 20;

insert into audit_log (number, at_ms, who, role, use, outcome, status, citizens, commitment, chain)
select n, 1483228800000 + n * 25000::bigint, case when n <= 20 then 'rare' else 'worker-' || n % 50 end, 'worker',
       'GET /api/v1/courses', case when n <= 20 then (array['refused', 'repeated'])[1 + n % 2] when n % 3 = 0 then 'done' else 'shown' end,
       200, array[pg_temp.id('citizen', n), pg_temp.id('citizen', n + 1)], '', '' from generate_series(1, :rows) n;

insert into worker (id, name, kind, programmes, leaders)
select 'worker-' || n, 'Test', 'worker', array['common'], array[]::text[] from generate_series(0, 49) n
union all select 'rare', 'Test', 'worker', '{rare}', '{}'
union all select 'group', 'Test', 'group', '{common}', '{leader}';
insert into cover (id, worker, covered_by, from_day, to_day, entered_by)
select gen_random_uuid(), 'worker-1', 'rare', '2020-01-01', '2099-01-01', 'lead';
insert into break_glass (id, citizen_id, who, role, reason, until)
select gen_random_uuid(), pg_temp.id('citizen', 7), 'worker-2', 'worker', 'need', '2099-01-01';
insert into duty_to_notify (id, enquiry_id, state, raised_on, legal_basis, reason)
select gen_random_uuid(), id, 'done', '2020-01-01', 'law', 'because' from enquiry where number % 20 = 0;
insert into task (id, kind, state, citizen_id, said, raised_on)
select gen_random_uuid(), 'other-identity', 'done', pg_temp.id('citizen', 200 * n), '{}', '2020-01-01'
from generate_series(1, :rows / 200) n;
update task set state = 'open' where number between 1 and 20;
insert into citizen_change (citizen_id, version, field)
select pg_temp.id('citizen', n), 2, 'phone' from generate_series(1, :rows) n;
insert into contact (id, course_id, held_on, kind, minutes)
select pg_temp.id('contact', n), pg_temp.id('course', n), '2020-01-01', 'phone', 5 from generate_series(1, :rows) n;
insert into measurement (id, course_id, operation_id, instrument, instrument_version, measured_on, rater, answers)
select pg_temp.id('measurement', n), pg_temp.id('course', n), pg_temp.id('operation', n), 'who5', 1, '2020-01-01',
       'citizen', '{}' from generate_series(1, :rows) n;
set session_replication_role = origin;
vacuum analyze;
