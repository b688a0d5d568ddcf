-- SPDX-License-Identifier: EUPL-1.2
-- People, with what they chose to say.

-- name: citizen_by_cpr :apart
select id from citizen where cpr = :cpr;

-- name: citizen_save :many
-- What is said now completes what was said before; nothing is forgotten by not being said again.
-- The CPR stands first: citizen_by_cpr asks for it. Without one it is a citizen that nobody knows yet.
insert into citizen (cpr, id, name, phone, gender, birth_year, birth_date, municipality, languages, setting,
                     residence, occupation, anonymous)
values (:cpr, :id, :name, :phone, :gender, :birth_year, :birth_date, :municipality, :languages, :setting,
        :residence, :occupation, :anonymous)
on conflict (id) do update set
    name = coalesce(excluded.name, citizen.name),
    phone = coalesce(excluded.phone, citizen.phone),
    gender = coalesce(excluded.gender, citizen.gender),
    birth_date = coalesce(excluded.birth_date, citizen.birth_date),
    municipality = coalesce(excluded.municipality, citizen.municipality),
    languages = case when excluded.languages = '{}' then citizen.languages else excluded.languages end,
    setting = coalesce(excluded.setting, citizen.setting),
    residence = coalesce(excluded.residence, citizen.residence),
    occupation = coalesce(excluded.occupation, citizen.occupation),
    anonymous = excluded.anonymous;

-- name: citizen_complete
-- What another organisation says of one who is known here fills what is not known, and changes nothing that is.
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
