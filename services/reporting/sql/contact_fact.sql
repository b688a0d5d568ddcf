-- SPDX-License-Identifier: EUPL-1.2

-- name: contact_fact_put :many
insert into contact_fact as x (contact_id, organisation, version, course_id, held_on, kind, minutes)
values (:contact_id, :sender_organisation, :version, :course_id, :held_on, :kind, :minutes)
on conflict (organisation, contact_id) do update set
  version = excluded.version, course_id = excluded.course_id, held_on = excluded.held_on, kind = excluded.kind,
  minutes = excluded.minutes
where excluded.version > x.version;
