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
-- All who take citizens in a programme, with what they have open now and whether they had this citizen before.
select w.id as worker_id, w.cap as "worker.cap", w.languages as "worker.languages",
       w.gender as "worker.gender", w.competences as "worker.competences",
       count(c.id) filter (where c.state in ('offered', 'enrolled')) as open,
       coalesce(bool_or(c.citizen = :citizen::uuid), false) as former,
       coalesce(w.active_from <= :on::date, true) and coalesce(w.active_to >= :on::date, true) as active
from worker w left join course c on c.organisation = w.organisation and c.worker = w.id
    and (c.state in ('offered', 'enrolled') or c.citizen = :citizen::uuid)
where w.organisation = :organisation and :programme = any (w.programmes)
group by w.organisation, w.id order by w.id;
