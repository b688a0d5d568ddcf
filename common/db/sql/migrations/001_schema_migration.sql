-- SPDX-License-Identifier: EUPL-1.2
create table schema_migration (
    component  text not null,
    number     integer not null check (number > 0),
    name       text not null,
    applied_at timestamptz not null default now(),
    primary key (component, number)
);
comment on table schema_migration is 'Migrations that this database has seen; written in the transaction of each.';
comment on column schema_migration.component is 'The part of the program that the migration belongs to.';
comment on column schema_migration.number is 'Number of the migration in its component.';
comment on column schema_migration.name is 'Its title, compared with the program at start.';
comment on column schema_migration.applied_at is 'When it was applied.';
