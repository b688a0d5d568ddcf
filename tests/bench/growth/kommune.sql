-- SPDX-License-Identifier: EUPL-1.2
-- As if so many referrals (:rows) had been posted, decided and closed over the years.
-- Ids are a time and a hash of a number: in order of time, as the daemons make them, and the same in all databases.
-- Only the hashes of idempotency have none.
set session_replication_role = replica;
create function pg_temp.id(kind text, n integer) returns uuid language sql immutable as $$
    select (lpad(to_hex(1483228800000 + n * 25000::bigint), 12, '0') || '7' || substr(md5(kind || n::text), 1, 3) || '8' ||
            substr(md5(kind || n::text), 4, 15))::uuid
$$;

insert into citizen (id, name, phone, gender, birth_year, municipality, languages, setting, residence)
select pg_temp.id('citizen', n), 'Test Person', '+4512345678', 'woman', 1988, '0101', '{da,th}', 'clinic', 'danish'
from generate_series(1, :rows) n;

insert into enquiry (id, received_on, channel, partner, gender, age, municipality, reasons, setting, programme,
       followed_by)
select pg_temp.id('enquiry', n), date '2017-01-01' + n % 3000, 'partner', 'reden', 'woman', 0, '0101',
       '{housing,economy,network}', 'clinic', 'cti', 'referral'
from generate_series(1, :rows) n;

insert into operation (id, kind, state, subject, decided_at)
select pg_temp.id('operation', n), 'refer', 'done', pg_temp.id('referral', n), now()
from generate_series(1, :rows) n;

insert into referral (id, version, direction, requester, owner, citizen_id, enquiry_id, operation_id, course_id,
       programme, aim, priority, authored_on, state, reason, capacity, worker, reasons, note, channel, partner)
select pg_temp.id('referral', n), 4, 'own', 'kommune', 'kommune', pg_temp.id('citizen', n), pg_temp.id('enquiry', n),
       pg_temp.id('operation', n), pg_temp.id('course', n), 'cti', 'exit', 'routine', date '2017-01-01' + n % 3000,
       'completed', 'least loaded of those who have room', 'capacity', 'w-' || n % 50, '{housing,economy,network}',
       'Ønsker hjælp til bolig og økonomi; har talt med Redens opsøgende medarbejder to gange i efteråret.',
       'partner', 'reden'
from generate_series(1, :rows) n;

insert into course (id, version, referral_id, citizen_id, organisation, programme, aim, state, worker, reason_code,
       reason, priority, requested_on, offered_on, enrolled_on, planned_end, closed_on, end_reason, grant_key)
select pg_temp.id('course', n), 3, pg_temp.id('referral', n), pg_temp.id('citizen', n), 'kommune', 'cti', 'exit', 'closed',
       'w-' || n % 50, 'least-loaded', 'least loaded of those who have room', 'routine', day, day, day, day + 365,
       day + 365, 'completed', 'ordinary'
from (select n, date '2017-01-01' + n % 3000 as day from generate_series(1, :rows) n) days;

insert into idempotency (scope, body_hash, subject)
select decode(md5('scope' || n) || md5('epocs' || n), 'hex'), decode(md5('body' || n) || md5('ydob' || n), 'hex'),
       pg_temp.id('operation', n)::text
from generate_series(1, :rows) n order by 1;
