-- SPDX-License-Identifier: EUPL-1.2
-- Commands that another daemon decides.

-- name: operation_insert :many
insert into operation (id, kind, state, subject, entered_by) values (:id, :kind, :state, :subject, :entered_by);

-- name: operation_decide :many
update operation o set state = v.state, problem = v.problem, decided_at = now()
from (values (:id::uuid, :state, :problem::jsonb)) as v (id, state, problem)
where o.id = v.id and o.state = 'pending';

-- name: operation_by_id
select id, kind, state, subject, problem,
       to_char(created_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as created_at,
       to_char(decided_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as decided_at
from operation where id = :id::uuid;
