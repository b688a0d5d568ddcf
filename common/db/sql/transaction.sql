-- SPDX-License-Identifier: EUPL-1.2

-- name: db_begin
begin;

-- name: db_commit
commit;

-- name: db_rollback
rollback;

-- name: db_one
-- The frame of every statement with the mark `:one`: it divides by zero unless that touches as many rows as it is given.
with touched as (:statement returning 1) select 1 / (count(*) = :rows)::int as one from touched;
