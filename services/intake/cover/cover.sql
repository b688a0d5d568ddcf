-- SPDX-License-Identifier: EUPL-1.2
-- Who covers for whom.

-- name: cover_insert
insert into cover (id, worker, covered_by, from_day, to_day, entered_by)
values (:id, :worker, :covered_by, :from, :to, :entered_by);

-- name: cover_by_id
select id, worker, covered_by, from_day as "from", to_day as "to", entered_by, number from cover where id = :id::uuid;

-- name: cover_page
select id, worker, covered_by, from_day as "from", to_day as "to", entered_by, number
from cover where number < :after::bigint
order by number desc limit :limit::bigint;
