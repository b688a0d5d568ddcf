/* SPDX-License-Identifier: EUPL-1.2 */
/* What caseload can tell a node that is recovered: an intake node its workers and its courses with all that it said of
 * them, outcomes and reporting the state of every course, as they are always told. */
#include "caseload/caseload.h"
#include "sql_caseload.h"

enum err snapshot_worker(struct tx *tx, const struct registry_node *to, const char *after, struct snapshot *s)
{
	static const struct projection what = { sql_snapshot_worker, &worker_state__descriptor, "worker_id", "worker_id" };
	return snapshot_rows(tx, to, after, s, &what);
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
	TRY(tx_all(tx, sql_snapshot_course, &course_row__descriptor, &rows, &n, NULL, ARG_TEXT("node", to->name),
	           ARG_TEXT("after", after)));
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
	return snapshot_rows(tx, to, after, s, &course_told);
}
