/* SPDX-License-Identifier: EUPL-1.2 */
/* What outcomes can tell a node that is recovered: an intake node the measurements of its courses, caseload what enrols
 * and the courses as it was told of them, reporting all scores; and what was told to be due. */
#include "outcomes/outcomes.h"
#include "sql_outcomes.h"

enum err snapshot_measurement_known(struct tx *tx, const struct registry_node *to, const char *after,
                                    struct snapshot *s)
{
	static const struct snapshot_query query = { sql_snapshot_measurement_known, &measurement_known__descriptor,
		                                         "answers.measurement_id", "answers.course_id" };
	return snapshot_rows(tx, to, after, s, &query);
}

enum err snapshot_scored(struct tx *tx, const struct registry_node *to, const char *after, struct snapshot *s)
{
	static const struct snapshot_query query = { sql_snapshot_scored, &measurement_scored__descriptor, "measurement_id",
		                                         "course_id" };
	return snapshot_rows(tx, to, after, s, &query);
}

enum err snapshot_scored_of_open(struct tx *tx, const struct registry_node *to, const char *after, struct snapshot *s)
{
	static const struct snapshot_query query = { sql_snapshot_scored_of_open, &measurement_scored__descriptor,
		                                         "measurement_id", "course_id" };
	return snapshot_rows(tx, to, after, s, &query);
}

static enum err dues(struct tx *tx, const char *node, const char *after, struct snapshot *s)
{
	MeasurementDue **all;
	size_t n;
	TRY(tx_all(tx, sql_snapshot_due, &measurement_due__descriptor, &all, &n, NULL, ARG_TEXT("node", node),
	           ARG_TEXT("after", after)));
	for (size_t i = 0; i < n; i++)
		if (!snapshot_add(s, all[i]->course_id, all[i]->course_id, &all[i]->base))
			break;
	return OK;
}

enum err snapshot_due_of_node(struct tx *tx, const struct registry_node *to, const char *after, struct snapshot *s)
{
	return dues(tx, to->name, after, s);
}

enum err snapshot_due(struct tx *tx, const struct registry_node *to, const char *after, struct snapshot *s)
{
	(void)to;
	return dues(tx, NULL, after, s);
}

enum err snapshot_course(struct tx *tx, const struct registry_node *to, const char *after, struct snapshot *s)
{
	static const struct snapshot_query query = { sql_snapshot_course, &course_state__descriptor, "course_id",
		                                         "course_id" };
	return snapshot_rows(tx, to, after, s, &query);
}
