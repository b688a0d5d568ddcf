-- SPDX-License-Identifier: EUPL-1.2
-- Whether the database answers.

-- name: health_answers
select true as answers;
