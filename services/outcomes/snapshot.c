/* SPDX-License-Identifier: EUPL-1.2 */
/* What outcomes can tell a node that is recovered: an intake node the measurements of its courses, caseload what enrols
 * and the courses as it was told of them, reporting all scores; and what was told to be due. */
#include "outcomes/outcomes.h"
#include "sql_outcomes.h"

enum err snapshot_measurement_known(struct tx *tx, const struct registry_node *to, const char *after,
                                    struct snapshot *s)
{
	static const struct projection what = { sql_snapshot_measurement_known, &measurement_known__descriptor,
		                                    "answers.measurement_id", "answers.course_id" };
	return snapshot_rows(tx, to, after, s, &what);
}

enum err snapshot_scored(struct tx *tx, const struct registry_node *to, const char *after, struct snapshot *s)
{
	return snapshot_rows(tx, to, after, s, &measurement_told);
}

enum err snapshot_scored_of_open(struct tx *tx, const struct registry_node *to, const char *after, struct snapshot *s)
{
	static const struct projection what = { sql_snapshot_scored_of_open, &measurement_scored__descriptor,
		                                    "measurement_id", "course_id" };
	return snapshot_rows(tx, to, after, s, &what);
}

enum err snapshot_due_of_node(struct tx *tx, const struct registry_node *to, const char *after, struct snapshot *s)
{
	static const struct projection what = { sql_snapshot_due, &measurement_due__descriptor, "course_id", "course_id" };
	return snapshot_rows(tx, to, after, s, &what);
}

enum err snapshot_due(struct tx *tx, const struct registry_node *to, const char *after, struct snapshot *s)
{
	return snapshot_rows(tx, to, after, s, &due_told);
}

enum err snapshot_course(struct tx *tx, const struct registry_node *to, const char *after, struct snapshot *s)
{
	static const struct projection what = { sql_snapshot_course, &course_state__descriptor, "course_id", "course_id" };
	return snapshot_rows(tx, to, after, s, &what);
}
