-- SPDX-License-Identifier: EUPL-1.2
-- Workers and groups, with their load.

-- name: worker_apply
insert into worker (organisation, id, version, kind, programmes, cap, languages, gender, competences, active_from,
                    active_to)
values (:organisation, :worker_id, :version, :worker.kind, :worker.programmes, :worker.cap, :worker.languages,
        :worker.gender, :worker.competences, :worker.active_from, :worker.active_to)
on conflict (organisation, id) do update set
    version = excluded.version, kind = excluded.kind, programmes = excluded.programmes, cap = excluded.cap,
    languages = excluded.languages, gender = excluded.gender, competences = excluded.competences,
    active_from = excluded.active_from, active_to = excluded.active_to
where worker.version < excluded.version;

-- name: worker_candidates
-- All who take citizens in a programme, with what they have open now.
select w.id as worker_id, w.cap as "worker.cap", w.languages as "worker.languages",
       w.gender as "worker.gender", w.competences as "worker.competences", w.open,
       coalesce(w.active_from <= :on::date, true) and coalesce(w.active_to >= :on::date, true) as active
from worker w
where w.organisation = :organisation and :programme = any (w.programmes)
order by w.id;
