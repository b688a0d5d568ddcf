-- SPDX-License-Identifier: EUPL-1.2
-- What was done for a key, so that the same command again finds its first outcome.

-- name: idempotency_find
select scope, body_hash, subject from idempotency where scope = any (:scopes::bytea[]);

-- name: idempotency_insert :late
insert into idempotency (scope, body_hash, subject) values (:scope, :body_hash, :subject);
