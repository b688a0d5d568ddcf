-- SPDX-License-Identifier: EUPL-1.2
-- The log of use.

-- name: audit_last
select number, chain from audit_log order by number desc limit 1;

-- name: audit_insert :late
insert into audit_log (number, at_ms, who, role, use, subject, outcome, status, why, citizens, searched, salt, commitment,
                       chain)
values (:number, :at_ms, :who, :role, :use, :subject, :outcome, :status, :why, :citizens,
        :searched, :salt, :commitment, :chain);

-- name: audit_page
-- Newest first; `next` of a page is the number of its last row.
select number, to_char(to_timestamp(at_ms / 1000.0) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at, who, role,
       use, subject, outcome, status, why, citizens,
       encode(searched, 'base64') as searched
from audit_log
where (:after::bigint = 0 or number < :after::bigint) and (:by::text is null or who = :by)
  and (:citizen::uuid is null or citizens @> array[:citizen::uuid])
  and (:outcome::text is null or outcome = :outcome)
order by number desc limit :limit::bigint;
