-- SPDX-License-Identifier: EUPL-1.2
-- Bearer tokens, by hash.

-- name: token_by_hash
select id, role, name, coalesce(worker, '') as worker from token where hash = :hash and revoked_at is null;
