-- SPDX-License-Identifier: EUPL-1.2
-- Commands that another daemon decides.

-- name: operation_insert :many
insert into operation (id, kind, state, subject) values (:id, :kind, :state, :subject);

-- name: operation_decide
update operation set state = :state, problem = :problem::jsonb, decided_at = now()
where id = :id::uuid and state = 'pending';

-- name: operation_by_id
select id, kind, state, subject, problem,
       to_char(created_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as created_at,
       to_char(decided_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as decided_at
from operation where id = :id::uuid;
