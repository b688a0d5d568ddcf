/* SPDX-License-Identifier: EUPL-1.2 */
/* Caseload was set back or is new: it takes what the others know, and makes them agree again. Must never use a version
 * of a course again for another state of it. */
#include <string.h>

#include "base/uuid.h"
#include "caseload/caseload.h"
#include "caseload/core/known.h"
#include "sql_caseload.h"

/* Nobody is served before all courses are known. */
enum err recover_worker(struct tx *tx, const ProtobufCMessage *message)
{
	const WorkerState *m = (const WorkerState *)message;
	const char *organisation = registry_by_name(tx->registry, tx->sender)->organisation;
	if (!m->worker)
		return tx_refuse(tx, ERR_MALFORMED, "worker", "must be given");
	return tx_exec(tx, sql_worker_apply, message, ARG_TEXT("organisation", organisation));
}

static enum err note_told(struct tx *tx, const CourseState *told)
{
	return tx_exec(tx, sql_told_put, &told->base, ARG_TEXT("node", tx->sender));
}

static enum err check(struct tx *tx, const CourseKnown *m)
{
	const struct caseload *app = tx->app;
	const struct programme *p = m->request ? programme_by_key(app->programmes, m->request->programme) : NULL;
	if (!p || !m->state || !uuid_is_valid(m->request->course_id) || !uuid_is_valid(m->request->citizen) ||
	    !uuid_is_valid(m->request->referral_id) || strcmp(m->request->course_id, m->state->course_id) != 0)
		return tx_refuse(tx, ERR_MALFORMED, "", "a course needs its ids, its programme and its state");
	if (strcmp(p->organisation, registry_by_name(tx->registry, tx->sender)->organisation) != 0)
		return tx_refuse(tx, ERR_FORBIDDEN, "programme", "%s is provided by %s", p->key, p->organisation);
	if (strcmp(m->state->programme, p->key) != 0 || strcmp(m->state->organisation, p->organisation) != 0)
		return tx_refuse(tx, ERR_MALFORMED, "programme", "the course is of another programme than its request");
	if (m->state->version < 0 || m->state->version > INT64_MAX / 2 || !course_is_state(m->state->state))
		return tx_refuse(tx, ERR_MALFORMED, "state", "no course is in such a state");
	return request_check_wishes(tx, m->request);
}

/* Its node knows the whole course. */
enum err recover_course(struct tx *tx, const ProtobufCMessage *message)
{
	const CourseKnown *m = (const CourseKnown *)message;
	CourseRow *row;
	TRY(check(tx, m));
	enum err e = row_load(tx, m->state->course_id, &row);
	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	if (e == OK && strcmp(row->node, tx->sender) != 0)
		return tx_refuse(tx, ERR_CONFLICT, "courseId", "another node has a course with this id");
	TRY(note_told(tx, m->state));
	if (e == OK && row->course->version >= m->state->version)
		return OK;
	row = shape_new(tx->arena, &course_row__descriptor);
	row->course = m->state;
	row->node = tx->sender;
	row->citizen = m->request->citizen;
	row->wishes = m->request->wishes;
	row->referral_id = m->request->referral_id;
	return row_take(tx, row);
}

/* A course that its own node has lost too: kept for somebody to find out whose it is, and told to that node. */
static CourseRow *unclaimed(struct tx *tx, const CourseState *told, const char *node)
{
	CourseRow *row = shape_new(tx->arena, &course_row__descriptor);
	CourseState *c = shape_new(tx->arena, &course_state__descriptor);
	*c = *told;
	c->aim = *told->aim ? told->aim : "undecided";
	c->priority = *told->priority ? told->priority : "routine";
	c->state = strcmp(told->state, COURSE_OFFERED) == 0 ? COURSE_WAITING : told->state;
	c->waiting_since = *told->waiting_since ? told->waiting_since : told->requested_on;
	c->reason = "Citizen and worker are lost: caseload and the provider's node were set back at the same time.";
	row->course = c;
	row->node = node;
	row->citizen = uuid_new(tx->arena);
	row->referral_id = uuid_new(tx->arena);
	return row;
}

/* Outcomes and reporting know states and dates only. */
enum err recover_state(struct tx *tx, const ProtobufCMessage *message)
{
	const CourseState *m = (const CourseState *)message;
	const struct registry_node *node = registry_intake_of(tx->registry, m->organisation);
	CourseRow *row;
	if (!uuid_is_valid(m->course_id) || !node)
		return tx_refuse(tx, ERR_MALFORMED, "organisation", "no intake node of %s in the registry", m->organisation);
	TRY(note_told(tx, m));
	enum err e = row_load(tx, m->course_id, &row);
	if (e == ERR_NOT_FOUND)
		return row_take(tx, unclaimed(tx, m, node->name));
	if (e != OK)
		return e;
	return known_newer(row->course, m) ? row_take(tx, row) : OK;
}

/* A star enrols, also when nobody heard of the enrolment. */
enum err recover_scored(struct tx *tx, const ProtobufCMessage *message)
{
	enum err e = on_measurement_scored(tx, message);
	return e == ERR_NO_PARENT ? OK : e;
}

/* A course that was asked for, and of which its node has heard no decision. Others may have heard one. */
enum err recover_request(struct tx *tx, const ProtobufCMessage *message)
{
	const CourseRequest *m = (const CourseRequest *)message;
	if (!uuid_is_valid(m->course_id) || !uuid_is_valid(m->citizen) || !uuid_is_valid(m->referral_id))
		return tx_refuse(tx, ERR_MALFORMED, "courseId", "ids must be UUIDs");
	TRY(tx_exec(tx, sql_course_claim, message, ARG_TEXT("node", tx->sender)));
	return on_course_request(tx, message);
}

/* Where two nodes know different versions of a course, both get a new one: they cannot both be right. */
static enum err agree(struct tx *tx)
{
	const char *after = "";
	for (;;) {
		CourseRow **rows;
		size_t n;
		TRY(tx_all(tx, sql_told_differently, &course_row__descriptor, &rows, &n, NULL, ARG_TEXT("after", after)));
		if (n == 0)
			return tx_exec(tx, sql_told_clear, NULL);
		for (size_t i = 0; i < n; i++)
			TRY(row_save(tx, rows[i], ""));
		after = rows[n - 1]->course->course_id;
	}
}

enum err caseload_recovered(struct tx *tx)
{
	const struct caseload *app = tx->app;
	CourseState *number = shape_new(tx->arena, &course_state__descriptor);
	TRY(tx_one(tx, sql_waiting_number_raise, number, NULL));
	TRY(agree(tx));
	for (size_t i = 0; i < app->programmes->n; i++)
		TRY(place_serve(tx, app->programmes->all[i].key, tx->today));
	return OK;
}
