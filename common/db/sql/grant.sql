-- SPDX-License-Identifier: EUPL-1.2
-- What the daemon's role may do, and how it is found out that it may do more.

-- name: db_backend
select pg_backend_pid();

-- name: db_holds_fence
-- Whether that session, which holds a fence, is one of the database that this one is in.
select exists (
    select from pg_locks
    where locktype = 'advisory' and granted and pid = :backend::integer
      and database = (select oid from pg_database where datname = current_database())
);

-- name: db_close_schema
-- Whoever may create in a schema can put there what others run unawares.
revoke create on schema public from public;

-- name: db_grant_to
-- A name cannot be a parameter of a grant: db_grant reads these two.
select set_config('udvej.role', :role, false), set_config('udvej.append_only', :append_only, false);

-- name: db_grant
-- All of it or nothing, each time anew. A table that is only added to may not be there yet.
do $$
declare
    role constant text := current_setting('udvej.role');
    append_only text;
begin
    execute format('grant usage on schema public to %I', role);
    execute format('grant select, insert, update, delete on all tables in schema public to %I', role);
    execute format('grant usage, select, update on all sequences in schema public to %I', role);
    execute format('grant execute on all functions in schema public to %I', role);
    foreach append_only in array current_setting('udvej.append_only')::text[] loop
        if to_regclass(format('public.%I', append_only)) is not null then
            execute format('revoke all on table public.%I from %I', append_only, role);
            execute format('grant select, insert on table public.%I to %I', append_only, role);
        end if;
    end loop;
end
$$;

-- name: db_role_fault
-- The first thing that this session could do and must not, by itself or as any role that it may take on; and the remedy.
with mine as (
    select oid, rolname, rolsuper, rolcreaterole from pg_roles where pg_has_role(session_user, oid, 'member')
), append_only as (
    select to_regclass(format('public.%I', name)) as id from unnest(:append_only::text[]) name
), fault as (
    select 1 as rank, 'is a superuser, or may become one' as what, 'let it be an ordinary one' as remedy
    from mine where rolsuper
    union all
    select 2, 'may make roles, and so itself a member of any', 'take createrole from it' from mine where rolcreaterole
    union all
    select 3, format('is a member of %I, the role of `database_owner`', rolname), 'revoke that'
    from mine where rolname = :owner
    union all
    select 4, format('owns %s, and must own nothing', pg_describe_object(classid, objid, objsubid)),
           format('give all that it owns to %I', :owner)
    from pg_shdepend, pg_database here
    where here.datname = current_database() and deptype = 'o' and refclassid = 'pg_authid'::regclass
      and refobjid in (select oid from mine)
      and (dbid = here.oid or (classid = 'pg_database'::regclass and objid = here.oid))
    union all
    select 5, 'may create in schema public', 'revoke create on schema public from it, and from public'
    from mine where has_schema_privilege(oid, 'public', 'create')
    union all
    select 6, format('may change %s, which is only ever added to', id), 'revoke update, delete and truncate on it'
    from append_only, mine
    where has_table_privilege(mine.oid, id, 'delete, truncate') or has_any_column_privilege(mine.oid, id, 'update')
)
select what, remedy from fault order by rank, what limit 1;
