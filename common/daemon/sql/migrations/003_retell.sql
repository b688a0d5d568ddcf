-- SPDX-License-Identifier: EUPL-1.2
-- An operator's word to tell a node again what it lost.
create table retell (
    receiver text primary key,
    id uuid not null default gen_random_uuid(),
    kind text,
    after text,
    told bigint not null default 0,
    begun_at timestamptz not null default now(),
    problem text
);
comment on table retell is 'Nodes that are told all facts again, and how far that is: moves with each page, in one transaction.';
comment on column retell.receiver is 'Name of the node in the registry.';
comment on column retell.id is 'Made anew for each telling: the ids of its messages come from it.';
comment on column retell.kind is 'The kind of fact that is told now, by the name of its message; null: not begun.';
comment on column retell.after is 'The key after which it goes on; null: from the first.';
comment on column retell.told is 'How many facts were told.';
comment on column retell.begun_at is 'When the operator said so.';
comment on column retell.problem is 'Why it stopped; null: it goes on.';
