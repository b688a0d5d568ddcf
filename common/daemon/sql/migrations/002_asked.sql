-- SPDX-License-Identifier: EUPL-1.2
-- What a sender that was set back was told of, nothing that it sent before may change any more, also after a restart.
alter table bus_in_stream add column asked boolean not null default false;
comment on column bus_in_stream.asked is 'The sender is recovered from what this node told it: nothing of this life is taken.';
