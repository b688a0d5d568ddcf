-- SPDX-License-Identifier: EUPL-1.2
-- Accounts of an intake node, as an operator makes them.

-- name: token_add
insert into token (hash, role, name, worker) values (:hash, :role, :name, :worker) returning id;
