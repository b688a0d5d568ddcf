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
-- Newest first; `next` of a page is the number of its last row. What is about a citizen is found as a whole first: her
-- index knows no order, and the planner would rather search the log from its end.
with about as materialized (
    select number, who, outcome from audit_log where citizens @> array[:citizen::uuid]),
page as (
    (select number from audit_log
     where :citizen::uuid is null and number < :after::bigint and (:by::text is null or who = :by)
       and (:outcome::text is null or outcome = :outcome)
     order by number desc limit :limit::bigint)
    union all
    (select number from about
     where :citizen::uuid is not null and number < :after::bigint and (:by::text is null or who = :by)
       and (:outcome::text is null or outcome = :outcome)
     order by number desc limit :limit::bigint))
select l.number, to_char(to_timestamp(l.at_ms / 1000.0) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at, l.who,
       l.role, l.use, l.subject, l.outcome, l.status, l.why, l.citizens, encode(l.searched, 'base64') as searched
from page join audit_log l on l.number = page.number
order by l.number desc;
