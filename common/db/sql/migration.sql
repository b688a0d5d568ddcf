-- SPDX-License-Identifier: EUPL-1.2

-- name: db_migration_lock
select pg_advisory_lock(hashtext('udvej migrations'));

-- name: db_migration_unlock
select pg_advisory_unlock(hashtext('udvej migrations'));

-- name: db_migration_patience
-- a migration of a large table may take its time
select set_config('statement_timeout', '0', true);

-- name: db_migration_known
select to_regclass('public.schema_migration') is not null;

-- name: db_migration_list
select number, name from schema_migration where component = :component order by number;

-- name: db_migration_add
insert into schema_migration (component, number, name) values (:component, :number, :name);
