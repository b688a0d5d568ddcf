-- SPDX-License-Identifier: EUPL-1.2
-- Workers and groups.

-- name: worker_save
insert into worker (id, name, kind, programmes, cap, languages, gender, competences, active_from, active_to,
                    leaders)
values (:id, :name, :kind, :programmes, :cap, :languages, :gender, :competences, :active_from, :active_to, :leaders)
on conflict (id) do update set version = worker.version + 1, name = excluded.name, kind = excluded.kind,
    programmes = excluded.programmes, cap = excluded.cap, languages = excluded.languages, gender = excluded.gender,
    competences = excluded.competences, active_from = excluded.active_from, active_to = excluded.active_to,
    leaders = excluded.leaders
returning id, version, name, kind, programmes, cap, languages, gender, competences, active_from, active_to, leaders,
    (select count(*) from course c where c.worker = worker.id and c.state in ('offered', 'enrolled')) as open;

-- name: worker_by_id
select w.id, w.version, w.name, w.kind, w.programmes, w.cap, w.languages, w.gender, w.competences, w.active_from,
       w.active_to, w.leaders, (select count(*) from course c where c.worker = w.id and c.state in ('offered', 'enrolled')) as open
from worker w where w.id = :id;

-- name: worker_page
-- By id; `next` of a page is that of its last row. What is open is counted once for all.
select w.id, w.version, w.name, w.kind, w.programmes, w.cap, w.languages, w.gender, w.competences, w.active_from,
       w.active_to, w.leaders, coalesce(held.open, 0) as open
from worker w
left join (select c.worker, count(*) as open from course c where c.state in ('offered', 'enrolled') group by c.worker)
     as held on held.worker = w.id
where w.id > coalesce(:after, '') and (:programme::text is null or :programme = any (w.programmes))
order by w.id limit :limit::bigint;
