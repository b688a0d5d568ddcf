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

-- name: citizen_complete :many
-- What another organisation says fills what is not known here, and changes nothing that is.
insert into citizen (cpr, id, name, phone, gender, birth_year, birth_date, municipality, languages, setting,
                     residence, occupation, anonymous)
values (:cpr, :id, :name, :phone, :gender, :birth_year, :birth_date, :municipality, :languages, :setting,
        :residence, :occupation, :anonymous)
on conflict (id) do update set
    name = coalesce(citizen.name, excluded.name),
    phone = coalesce(citizen.phone, excluded.phone),
    gender = coalesce(citizen.gender, excluded.gender),
    birth_date = coalesce(citizen.birth_date, excluded.birth_date),
    municipality = coalesce(citizen.municipality, excluded.municipality),
    languages = case when citizen.languages = '{}' then excluded.languages else citizen.languages end,
    setting = coalesce(citizen.setting, excluded.setting),
    residence = coalesce(citizen.residence, excluded.residence),
    occupation = coalesce(citizen.occupation, excluded.occupation);
