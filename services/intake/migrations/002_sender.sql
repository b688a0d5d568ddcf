-- SPDX-License-Identifier: EUPL-1.2
-- The node that sent a referral, which is told of it also while it is not in the registry.
alter table referral add column sender text;
comment on column referral.sender is 'Of a received one: the node that sent it.';
