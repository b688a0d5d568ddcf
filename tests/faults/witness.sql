-- SPDX-License-Identifier: EUPL-1.2
-- Put into every daemon's database before the faults begin: notes each version of a record as it becomes the valid
-- one, in the transaction that makes it so. There is one writer, so numbers tell the order.

create table witness (
    number bigint generated always as identity primary key,
    kind text not null,
    id uuid not null,
    version bigint not null,
    state text not null,
    worker text
);
comment on table witness is 'Every version of every record that was valid here.';
comment on column witness.number is 'The order.';
comment on column witness.kind is 'Table of the record.';
comment on column witness.id is 'Its id.';
comment on column witness.version is 'The version that became valid.';
comment on column witness.state is 'Its state.';
comment on column witness.worker is 'Who has the citizen, where the table knows.';

-- As its owner: the daemon has no right on a table that was made after its start.
create function witness_note() returns trigger language plpgsql security definer set search_path = public as $$
declare
    fresh jsonb := to_jsonb(new);
begin
    insert into witness (kind, id, version, state, worker)
    values (tg_table_name, (fresh->>tg_argv[0])::uuid, new.version, new.state, fresh->>'worker');
    return null;
end
$$;
