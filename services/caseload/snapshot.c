/* SPDX-License-Identifier: EUPL-1.2 */
/* What caseload can tell a node that is recovered: an intake node its workers and its courses with all that it said of
 * them, outcomes and reporting the state of every course, as they are always told. */
#include "caseload/caseload.h"
#include "sql_caseload.h"

enum err snapshot_worker(struct tx *tx, const struct registry_node *to, const char *after, struct snapshot *s)
{
	static const struct snapshot_query query = { sql_snapshot_worker, &worker_state__descriptor, "worker_id",
		                                         "worker_id" };
	return snapshot_rows(tx, to, after, s, &query);
}

static enum err load(struct tx *tx, const char *node, const char *after, CourseRow ***ret, size_t *ret_n)
{
	return tx_all(tx, sql_snapshot_course, &course_row__descriptor, ret, ret_n, NULL, ARG_TEXT("node", node),
	              ARG_TEXT("after", after));
}

static CourseRequest request_of(const CourseRow *row)
{
	const CourseState *c = row->course;
	CourseRequest m = COURSE_REQUEST__INIT;
	m.course_id = c->course_id;
	m.citizen = row->citizen;
	m.programme = c->programme;
	m.aim = c->aim;
	m.priority = c->priority;
	m.requested_on = c->requested_on;
	m.wishes = row->wishes;
	m.referral_id = row->referral_id;
	return m;
}

enum err snapshot_course_known(struct tx *tx, const struct registry_node *to, const char *after, struct snapshot *s)
{
	CourseRow **rows;
	size_t n;
	TRY(load(tx, to->name, after, &rows, &n));
	for (size_t i = 0; i < n; i++) {
		CourseRequest request = request_of(rows[i]);
		CourseKnown m = COURSE_KNOWN__INIT;
		m.request = &request;
		m.state = rows[i]->course;
		if (!snapshot_add(s, request.course_id, request.course_id, &m.base))
			break;
	}
	return OK;
}

enum err snapshot_course(struct tx *tx, const struct registry_node *to, const char *after, struct snapshot *s)
{
	CourseRow **rows;
	size_t n;
	(void)to;
	TRY(load(tx, NULL, after, &rows, &n));
	for (size_t i = 0; i < n; i++)
		if (!snapshot_add(s, rows[i]->course->course_id, rows[i]->course->course_id, &rows[i]->course->base))
			break;
	return OK;
}
