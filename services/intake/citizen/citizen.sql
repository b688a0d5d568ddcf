-- SPDX-License-Identifier: EUPL-1.2
-- People, with what they chose to say.

-- name: citizen_by_cpr :apart
-- Whom the number names; whether what is said now is somebody else: another name, gender or date of birth; whether who
-- says it may see her; and whether anything else is said otherwise than it is known.
with said as (select :cpr::text as cpr)
select z.id, coalesce(fold(z.name) <> fold(:name), false) or coalesce(z.gender <> :gender, false)
             or coalesce(z.birth_date <> :birth_date::date, false) as differs,
       citizen_why(z, :reach, :who, :me, :today::date) is not null as hers,
       coalesce(digits(z.phone) <> digits(:phone), false) or coalesce(z.municipality <> :municipality, false)
             or coalesce(z.setting <> :setting, false) or coalesce(z.residence <> :residence, false)
             or coalesce(z.occupation <> :occupation, false)
             or z.languages <> '{}' and coalesce(:languages::text[], '{}') not in ('{}', z.languages) as otherwise
from said join citizen z on z.cpr = said.cpr;

-- name: citizen_of_cpr
select id from citizen where cpr = :cpr and id <> :id::uuid;

-- name: citizen_by_id
select * from citizen_view where id = :id::uuid;

-- name: citizen_address
select address, protected_address from citizen where id = :id::uuid;

-- name: citizen_exactly
-- Whoever's case: the caller shows of those without `why` nothing but whom to ask.
select z.id, citizen_why(z, :reach, :who, :me, :today::date) as why
from citizen z
where z.cpr = :cpr or digits(z.phone) = nullif(digits(:phone), '')
   or fold(z.name) = fold(:name)
      and coalesce(extract(year from z.birth_date)::integer, nullif(z.birth_year, 0)) = :birth_year::integer
order by z.number limit 20;

-- name: citizen_own
-- By a part of the name, or the last three digits of the telephone number or more.
select v.*, why.why
from citizen z
join citizen_view v on v.id = z.id
cross join lateral citizen_why(z, :reach, :who, :me, :today::date) as why (why)
where (position(fold(:text) in fold(z.name)) > 0
       or length(digits(:text)) >= 3 and right(digits(z.phone), length(digits(:text))) = digits(:text))
  and (:reach <> 'own' or z.entered_by = :who or z.id = any ((select opened_by(:who))::uuid[])
       or exists (select from referral r where r.citizen_id = z.id and r.direction <> 'sent'
                  and r.worker = any ((select acts_for(:me, :today::date))::text[])))
  and why.why is not null
order by z.number desc limit :limit::bigint;

-- name: citizen_workers
-- Who works with them now.
select distinct w.name from course c join worker w on w.id = c.worker
where c.citizen_id = any (:ids::uuid[]) and c.state in ('offered', 'enrolled') order by w.name;

-- name: citizen_changes
-- A protected address is asked for by itself, and so is what it was before.
select k.number, k.version, to_char(k.changed_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as changed_at, k.entered_by, k.field,
       case when k.field <> 'address' or not z.protected_address then k.was end as was,
       case when k.field <> 'address' or not z.protected_address then k.becomes end as becomes
from citizen_change k join citizen z on z.id = k.citizen_id
where k.citizen_id = :id::uuid and k.number < :after::bigint
order by k.number desc limit :limit::bigint;

-- name: citizen_correct
-- As a whole, with what was there before.
with old as (
    select * from citizen where id = :id::uuid),
new as (
    update citizen set version = version + 1, name = :name, cpr = :cpr, phone = :phone, gender = :gender,
        birth_year = coalesce(:birth_year::integer, 0), birth_date = :birth_date::date, municipality = :municipality,
        languages = coalesce(:languages::text[], '{}'), setting = :setting, residence = :residence,
        occupation = :occupation, anonymous = :anonymous::boolean, address = :address,
        protected_address = :protected_address::boolean
    where id = :id::uuid returning *),
kept as (
    insert into citizen_change (citizen_id, version, entered_by, field, was, becomes)
    select new.id, new.version, :entered_by, o.key, o.value, n.value
    from old, new, jsonb_each_text(to_jsonb(old)) o join jsonb_each_text(to_jsonb(new)) n using (key)
    where o.value is distinct from n.value and o.key <> 'version')
select id, version from new;

-- name: citizen_say
-- Who is known says more, or something new: nothing is forgotten by not being said again, and what was is kept.
with old as (
    select * from citizen where id = :id::uuid),
new as (
    update citizen set version = version + 1, name = coalesce(name, :name), phone = coalesce(:phone, phone),
        gender = coalesce(gender, :gender), birth_date = coalesce(birth_date, :birth_date::date),
        municipality = coalesce(:municipality, municipality),
        languages = case when coalesce(:languages::text[], '{}') = '{}' then languages else :languages::text[] end,
        setting = coalesce(:setting, setting), residence = coalesce(:residence, residence),
        occupation = coalesce(:occupation, occupation)
    where id = :id::uuid
      and (name is null and :name::text is not null or phone is distinct from coalesce(:phone, phone)
           or gender is null and :gender::text is not null or birth_date is null and :birth_date::date is not null
           or municipality is distinct from coalesce(:municipality, municipality)
           or coalesce(:languages::text[], '{}') not in ('{}', languages)
           or setting is distinct from coalesce(:setting, setting)
           or residence is distinct from coalesce(:residence, residence)
           or occupation is distinct from coalesce(:occupation, occupation))
    returning *)
insert into citizen_change (citizen_id, version, entered_by, field, was, becomes)
select new.id, new.version, :entered_by, o.key, o.value, n.value
from old, new, jsonb_each_text(to_jsonb(old)) o join jsonb_each_text(to_jsonb(new)) n using (key)
where o.value is distinct from n.value and o.key <> 'version';

-- name: citizen_insert :many
-- The CPR stands first: citizen_by_cpr asks for it. After a recovery she may be there already, with nothing said.
insert into citizen (cpr, id, name, phone, gender, birth_year, birth_date, municipality, languages, setting,
                     residence, occupation, anonymous, entered_by)
values (:cpr, :id, :name, :phone, :gender, :birth_year, :birth_date, :municipality, :languages, :setting,
        :residence, :occupation, :anonymous, :entered_by)
on conflict (id) do nothing;

-- name: citizen_complete
-- What somebody says of one who is known here, and whom she may not see, fills what is not known, and changes nothing that is.
update citizen set
    name = coalesce(name, :name),
    phone = coalesce(phone, :phone),
    gender = coalesce(gender, :gender),
    birth_date = coalesce(birth_date, :birth_date),
    municipality = coalesce(municipality, :municipality),
    languages = case when languages = '{}' then :languages else languages end,
    setting = coalesce(setting, :setting),
    residence = coalesce(residence, :residence),
    occupation = coalesce(occupation, :occupation)
where id = :id::uuid;
