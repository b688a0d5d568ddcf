-- SPDX-License-Identifier: EUPL-1.2

-- A measurement is scored once and never changes: a second telling adds nothing but a newer list of dues.
-- name: measurement_fact_put
with measurement as (
  insert into measurement_fact (measurement_id, course_id, instrument, instrument_version, rater, measured_on,
    complete, aim)
  values (:measurement_id, :course_id::uuid, :instrument, :instrument_version, :rater, :measured_on, :complete, :aim)
  on conflict (measurement_id) do nothing
), score as (
  insert into score_fact (measurement_id, area, value, band, change, development)
  select :measurement_id::uuid, coalesce(s.area, ''), s.value, s.band, s.change, s.development
  from jsonb_to_recordset(coalesce(:scores::jsonb, '[]'))
    as s (area text, value integer, band text, change integer, development text)
  on conflict (measurement_id, area) do nothing
)
insert into course_due as x (course_id, version, due)
values (:course_id::uuid, :due_version, coalesce(:due::jsonb, '[]'))
on conflict (course_id) do update set version = excluded.version, due = excluded.due
where excluded.version > x.version;
