-- SPDX-License-Identifier: EUPL-1.2
-- Cases that were opened in need. Times are of the real clock.

-- name: break_glass_insert
insert into break_glass (id, citizen_id, who, role, reason) values (:id, :citizen_id, :who, :role, :reason);

-- name: break_glass_citizen
select z.id, citizen_why(z, :reach, :who, :me, :today::date) as why from citizen z where z.id = :id::uuid;

-- name: break_glass_by_id
select id, citizen_id, who, role, reason, to_char(opened_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as opened_at,
       to_char(until, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as until, seen_by,
       to_char(seen_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as seen_at, number
from break_glass where id = :id::uuid;

-- name: break_glass_page
select id, citizen_id, who, role, reason, to_char(opened_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as opened_at,
       to_char(until, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as until, seen_by,
       to_char(seen_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as seen_at, number
from break_glass where number < :after::bigint
order by number desc limit :limit::bigint;

-- name: break_glass_see
update break_glass set seen_by = :entered_by, seen_at = now() where id = :id::uuid and seen_at is null;
