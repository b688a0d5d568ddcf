/* SPDX-License-Identifier: EUPL-1.2 */
/* What reporting can tell a node that is recovered: facts as they were told, and only to the node that told
 * them. */
#include "messages.pb-c.h"
#include "reporting/reporting.h"
#include "sql_reporting.h"

enum err snapshot_course(struct tx *tx, const struct registry_node *to, const char *after, struct snapshot *s)
{
	static const struct projection what = { sql_snapshot_course, &course_state__descriptor, "course_id", "course_id" };
	return snapshot_rows(tx, to, after, s, &what);
}

enum err snapshot_due(struct tx *tx, const struct registry_node *to, const char *after, struct snapshot *s)
{
	static const struct projection what = { sql_snapshot_due, &measurement_due__descriptor, "course_id", "course_id" };
	return snapshot_rows(tx, to, after, s, &what);
}

/* Those of the organisation that asks. */
enum err snapshot_enquiry(struct tx *tx, const struct registry_node *to, const char *after, struct snapshot *s)
{
	static const struct projection what = { sql_snapshot_enquiry, &enquiry_fact__descriptor, "enquiry_id",
		                                    "enquiry_id" };
	return snapshot_rows(tx, to, after, s, &what);
}
