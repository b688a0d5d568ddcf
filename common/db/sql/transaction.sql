-- SPDX-License-Identifier: EUPL-1.2

-- name: db_begin
begin;

-- name: db_commit
commit;

-- name: db_rollback
rollback;
