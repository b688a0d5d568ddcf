-- SPDX-License-Identifier: EUPL-1.2
-- Telling all facts again, page by page.

-- name: retell_all
select receiver, id, kind, after, told from retell where problem is null order by receiver;

-- name: retell_go
update retell set kind = :kind, after = :after, told = told + :n::bigint where receiver = :receiver and id = :id::uuid;

-- name: retell_end
delete from retell where receiver = :receiver and id = :id::uuid;

-- name: retell_stop
update retell set problem = :problem where receiver = :receiver and id = :id::uuid;
