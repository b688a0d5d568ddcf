-- SPDX-License-Identifier: EUPL-1.2
-- What can be asked of any database, before anything is taken for granted.

-- name: look_tables
select to_regclass('bus_in_stream') is not null as of_a_node, to_regclass('token') is not null as of_an_intake_node;

-- name: look_fence
-- Whether the node runs: it holds this lock of its database as long as it does. The 64 bits of its number stand in two
-- halves.
select exists (
    select from pg_locks
    where locktype = 'advisory' and granted and objsubid = 1
      and database = (select oid from pg_database where datname = current_database())
      and (classid::bigint << 32 | objid::bigint) = hashtext(:node)::bigint
) as runs;
