-- SPDX-License-Identifier: EUPL-1.2
-- As if so many referrals (:rows) had been posted, decided and closed over the years.
-- Ids are made of numbers, so that they are the same in the other databases.
-- In the order of the ids, without the other indexes: so that loading does not take hours.
set session_replication_role = replica;

insert into citizen (id, name, phone, gender, birth_year, municipality, languages, setting, residence)
select md5('citizen' || n)::uuid, 'Test Person', '+4512345678', 'woman', 1988, '0101', '{da,th}', 'clinic', 'danish'
from generate_series(1, :rows) n order by 1;

insert into enquiry (id, received_on, channel, partner, gender, age, municipality, reasons, setting, programme,
       followed_by)
select md5('enquiry' || n)::uuid, date '2017-01-01' + n % 3000, 'partner', 'reden', 'woman', 0, '0101',
       '{housing,economy,network}', 'clinic', 'cti', 'referral'
from generate_series(1, :rows) n order by 1;

insert into operation (id, kind, state, subject, decided_at)
select md5('operation' || n)::uuid, 'refer', 'done', md5('referral' || n)::uuid, now()
from generate_series(1, :rows) n order by 1;

insert into referral (id, version, direction, requester, owner, citizen_id, enquiry_id, operation_id, course_id,
       programme, aim, priority, authored_on, state, reason, capacity, worker, reasons, note, channel, partner)
select md5('referral' || n)::uuid, 4, 'own', 'kommune', 'kommune', md5('citizen' || n)::uuid, md5('enquiry' || n)::uuid,
       md5('operation' || n)::uuid, md5('course' || n)::uuid, 'cti', 'exit', 'routine', date '2017-01-01' + n % 3000,
       'completed', 'least loaded of those who have room', 'capacity', 'w-' || n % 50, '{housing,economy,network}',
       'Ønsker hjælp til bolig og økonomi; har talt med Redens opsøgende medarbejder to gange i efteråret.',
       'partner', 'reden'
from generate_series(1, :rows) n order by 1;

insert into course (id, version, referral_id, organisation, programme, aim, state, worker, reason_code,
       reason, priority, requested_on, offered_on, enrolled_on, planned_end, closed_on, end_reason, grant_key)
select md5('course' || n)::uuid, 3, md5('referral' || n)::uuid, 'kommune', 'cti', 'exit', 'closed',
       'w-' || n % 50, 'least-loaded', 'least loaded of those who have room', 'routine', day, day, day, day + 365,
       day + 365, 'completed', 'ordinary'
from (select n, date '2017-01-01' + n % 3000 as day from generate_series(1, :rows) n) days order by 1;

insert into idempotency (scope, body_hash, subject)
select decode(md5('scope' || n) || md5('epocs' || n), 'hex'), decode(md5('body' || n) || md5('ydob' || n), 'hex'),
       md5('operation' || n)
from generate_series(1, :rows) n order by 1;

vacuum analyze;
