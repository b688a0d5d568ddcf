-- SPDX-License-Identifier: EUPL-1.2
-- What a person has to decide about a citizen.

-- name: task_raise
insert into task (id, kind, citizen_id, referral_id, said, raised_on)
values (:id, :kind, :citizen_id, :referral_id, :said::jsonb, :raised_on);

-- name: task_by_id
select id, version, kind, state, citizen_id, referral_id, said, raised_on, done_on, done_by, outcome, note, number
from task where id = :id::uuid;

-- name: task_page
-- Newest first; `next` of a page is the number of its last row. Hers are the tasks about citizens whom she may see, as
-- citizen_why() has it: a citizen is entered with her first referral.
with page as (
    (select t.number from task t
     where :reach = 'organisation' and t.number < :after::bigint and (:state::text is null or t.state = :state)
     order by t.number desc limit :limit::bigint)
    union
    (select t.number from task t
     where :reach <> 'organisation' and t.number < :after::bigint and (:state::text is null or t.state = :state)
       and t.citizen_id in (
           select r.citizen_id from referral r join citizen z on z.id = r.citizen_id
           where r.entered_by = :who and z.entered_by = :who
             and (:reach = 'posted' or not exists (
                 select from referral o
                 where o.citizen_id = z.id and o.worker is not null and o.direction <> 'sent'))
           union
           select r.citizen_id from referral r
           where r.worker = any (acts_for(:me, :today::date)) and r.direction <> 'sent'
           union
           select unnest(opened_by(:who)))
     order by t.number desc limit :limit::bigint)
    order by number desc limit :limit::bigint)
select t.id, t.version, t.kind, t.state, t.citizen_id, t.referral_id, t.said, t.raised_on, t.done_on, t.done_by,
       t.outcome, t.note, t.number
from page join task t on t.number = page.number
order by t.number desc;

-- name: task_take
-- What was said is right. What was known before is kept.
with old as (
    select * from citizen where id = :id::uuid),
new as (
    update citizen set version = version + 1, name = coalesce(:name, name), gender = coalesce(:gender, gender),
        birth_date = coalesce(:birth_date::date, birth_date), phone = coalesce(:phone, phone),
        municipality = coalesce(:municipality, municipality), setting = coalesce(:setting, setting),
        residence = coalesce(:residence, residence), occupation = coalesce(:occupation, occupation),
        languages = case when coalesce(:languages::text[], '{}') = '{}' then languages else :languages::text[] end
    where id = :id::uuid returning *)
insert into citizen_change (citizen_id, version, entered_by, field, was, becomes)
select new.id, new.version, :entered_by, o.key, o.value, n.value
from old, new, jsonb_each_text(to_jsonb(old)) o join jsonb_each_text(to_jsonb(new)) n using (key)
where o.value is distinct from n.value and o.key <> 'version';

-- name: task_done
update task set version = version + 1, state = 'done', done_on = :done_on, done_by = :entered_by, outcome = :outcome,
                note = :note
where id = :id::uuid;
