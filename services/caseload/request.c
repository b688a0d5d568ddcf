/* SPDX-License-Identifier: EUPL-1.2 */
/* A provider's node asks for a place: given where a worker has room and nobody waits already,
 * otherwise on the waiting list. Takes requests for a programme from its provider's node only. */
#include <string.h>

#include "base/uuid.h"
#include "caseload/caseload.h"
#include "sql_caseload.h"
#include "vocab/code.h"

static const struct rule wish_rules[] = {
	{ "wishes.languages", RULE_MAX_ITEMS, .max = 20 },
	{ "wishes.competences", RULE_MAX_ITEMS, .max = 20 },
	{ 0 },
};

enum err request_check_wishes(struct tx *tx, const CourseRequest *m)
{
	return rules_check(tx, NULL, &m->base, wish_rules);
}

static enum err check(struct tx *tx, const CourseRequest *m, const struct programme *p)
{
	const char *sender = registry_by_name(tx->registry, tx->sender)->organisation;
	struct date requested;
	if (!p)
		return tx_refuse(tx, ERR_VALUE, "programme", "caseload knows no programme `%s`", m->programme);
	if (strcmp(p->organisation, sender) != 0)
		return tx_refuse(tx, ERR_FORBIDDEN, "programme", "%s is provided by %s: send the referral there", p->key,
		                 p->organisation);
	if (!date_parse(m->requested_on, &requested) || requested.days > tx->latest.days)
		return tx_refuse(tx, ERR_VALUE, "authoredOn", "must be a date that is not in the future");
	if (!uuid_is_valid(m->course_id) || !uuid_is_valid(m->citizen) || !uuid_is_valid(m->referral_id))
		return tx_refuse(tx, ERR_VALUE, "courseId", "ids must be UUIDs");
	TRY(request_check_wishes(tx, m));
	return programme_check_recruitment(tx->arena, p, requested, "authoredOn", &tx->why);
}

static CourseRow *row_of(struct tx *tx, const CourseRequest *m, const struct programme *p)
{
	CourseRow *row = shape_new(tx->arena, &course_row__descriptor);
	CourseState *c = shape_new(tx->arena, &course_state__descriptor);
	c->course_id = m->course_id;
	c->programme = p->key;
	c->organisation = p->organisation;
	c->aim = m->aim;
	c->priority = code_find("priority", m->priority) ? m->priority : "routine";
	c->requested_on = m->requested_on;
	row->course = c;
	row->node = tx->sender;
	row->citizen = m->citizen;
	row->wishes = m->wishes;
	row->referral_id = m->referral_id;
	return row;
}

static bool is_known(const struct history *history, const char *course_id)
{
	for (size_t i = 0; i < history->n; i++)
		if (strcmp(history->courses[i]->course_id, course_id) == 0)
			return true;
	return false;
}

/* A request that comes again, from a node that has lost the answer, is answered again. */
static enum err ask_again(struct tx *tx, const CourseRequest *m)
{
	CourseRow *row;
	TRY(row_load(tx, m->course_id, &row));
	if (strcmp(row->node, tx->sender) == 0)
		return row_tell(tx, row, m->operation);
	(void)tx_refuse(tx, ERR_CONFLICT, "courseId", "another node has a course with this id");
	return refuse_command(tx, m->operation, m->course_id);
}

enum err on_course_request(struct tx *tx, const ProtobufCMessage *message)
{
	const CourseRequest *m = (const CourseRequest *)message;
	const struct caseload *app = tx->app;
	const struct programme *p = programme_by_key(app->programmes, m->programme);
	struct history history;
	bool placed;
	if (check(tx, m, p) != OK)
		return refuse_command(tx, m->operation, m->course_id);
	TRY(place_history(tx, m->citizen, p->organisation, &history));
	if (is_known(&history, m->course_id))
		return ask_again(tx, m);
	CourseRow *row = row_of(tx, m, p);
	TRY(place_ask(tx, row, &history, m->operation, date_or_none(m->requested_on), &placed));
	if (placed)
		return OK;
	if (!*row->course->reason) {
		row->course->reason_code = "no-capacity";
		row->course->reason = "Others wait already; on the waiting list by priority, then time waited.";
	}
	TRY(place_wait(tx, row));
	TRY(row_save(tx, row, m->operation));
	return place_serve(tx, p->key, date_or_none(m->requested_on));
}
