-- SPDX-License-Identifier: EUPL-1.2

-- A measurement is scored once and never changes: a second telling adds nothing.
-- name: measurement_fact_put
insert into measurement_fact (measurement_id, course_id, instrument, instrument_version, rater, measured_on,
  complete, aim)
values (:measurement_id, :course_id, :instrument, :instrument_version, :rater, :measured_on, :complete, :aim)
on conflict (measurement_id) do nothing;

-- name: score_fact_put
insert into score_fact (measurement_id, area, value, band, change, development)
values (:measurement_id, coalesce(:area, ''), :value, :band, :change, :development)
on conflict (measurement_id, area) do nothing;
