/* SPDX-License-Identifier: EUPL-1.2 */
/* Operations: a command that another daemon decides is stored, sent, and answered 202; this file
 * tells how far it is, and gives the final answer once the decision has come home. */
#include <string.h>

#include "base/uuid.h"
#include "intake/authority/authority.h"
#include "intake/course/course.h"
#include "intake/measurement/measurement.h"
#include "intake/operation/operation.h"
#include "intake/referral/referral.h"
#include "sql_intake.h"

/* What a kind of operation is about, and what its final answer is. */
static const struct kind {
	const char *name, *collection;
	enum err (*view)(struct tx *tx, const struct request *rq, const char *id, struct reply *reply);
	int done_status;
	bool shown_when_refused; /* the subject itself tells of the refusal */
} kinds[] = {
	{ "refer", "referrals", referral_view, 201, true },
	{ "measure", "measurements", measurement_view, 201, false },
	{ "close", "courses", course_view, 200, false },
	{ "enrol", "courses", course_view, 200, false },
};

static const struct kind *kind_of(const char *name)
{
	for (size_t i = 0; i < countof(kinds); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}

/* The address of an operation. */
static const char *address_of(struct arena *a, const char *id)
{
	return arena_printf(a, "/api/v1/operations/%s", id);
}

enum err operation_begin(struct tx *tx, const char *id, const char *kind, const char *subject, struct reply *reply)
{
	TRY(tx_exec(tx, sql_operation_insert, NULL, ARG_TEXT("id", id), ARG_TEXT("kind", kind),
	            ARG_TEXT("state", "pending"), ARG_TEXT("subject", subject)));
	reply->status = 202;
	reply->location = address_of(tx->arena, id);
	reply->subject = id;
	reply->wait_for = id;
	return OK;
}

enum err operation_decide(struct tx *tx, const char *id, const struct refusal *why)
{
	if (!*id)
		return OK;
	TRY(tx_exec(tx, sql_operation_decide, NULL, ARG_TEXT("id", id), ARG_TEXT("state", why ? "refused" : "done"),
	            ARG_TEXT("problem", why ? http_problem_json(tx->arena, why, "") : NULL)));
	tx_wake(tx, id);
	return OK;
}

static enum err decide_refused(struct tx *tx, const char *operation, const char *error, const char *field,
                               const char *rule)
{
	struct refusal why = { .err = err_of_slug(error), .field = field, .rule = rule };
	if (why.err == ERR_COUNT)
		return tx_refuse(tx, ERR_MALFORMED, "error", "unknown error name");
	return operation_decide(tx, operation, &why);
}

static enum err on_command_refused(struct tx *tx, const ProtobufCMessage *message)
{
	const CommandRefused *m = (const CommandRefused *)message;
	TRY(referral_refused(tx, m->operation, m->subject, &(struct refusal){ .rule = m->rule }));
	return decide_refused(tx, m->operation, m->error, m->field, m->rule);
}

static enum err on_measurement_refused(struct tx *tx, const ProtobufCMessage *message)
{
	const MeasurementRefused *m = (const MeasurementRefused *)message;
	TRY(tx_exec(tx, sql_measurement_refused, message));
	return decide_refused(tx, m->operation, m->error, m->field, m->rule);
}

static enum err load(struct tx *tx, const char *id, Operation *ret, const struct kind **ret_kind)
{
	enum err found = uuid_is_valid(id) ? tx_one(tx, sql_operation_by_id, ret, NULL, ARG_TEXT("id", id)) : ERR_NOT_FOUND;
	if (found == ERR_NOT_FOUND)
		return tx_refuse(tx, ERR_NOT_FOUND, "id", "there is no operation with this id");
	TRY(found);
	*ret_kind = kind_of(ret->kind);
	if (*ret_kind)
		return OK;
	(void)tx_refuse(tx, ERR_NOT_FOUND, "id", "there are no operations of kind %s", ret->kind);
	return ERR_NOT_FOUND;
}

static enum err operation_get(struct tx *tx, const struct request *rq, struct reply *reply)
{
	Operation *o = shape_new(tx->arena, &operation__descriptor);
	const struct kind *kind;
	TRY(load(tx, rq->params[0], o, &kind));
	o->subject = arena_printf(tx->arena, "/api/v1/%s/%s", kind->collection, o->subject);
	reply->body = &o->base;
	return OK;
}

enum err operation_answer(struct tx *tx, const struct request *rq, struct reply *reply)
{
	Operation *o = shape_new(tx->arena, &operation__descriptor);
	const struct kind *kind;
	TRY(load(tx, rq->subject, o, &kind));
	bool refused = strcmp(o->state, "refused") == 0;
	if (refused && rq->waits && !kind->shown_when_refused)
		return tx_refuse(tx, err_of_slug(strrchr(o->problem->type, '/') + 1), o->problem->field, "%s",
		                 o->problem->rule);
	bool pending = strcmp(o->state, "pending") == 0;
	bool final = rq->waits && !pending;
	TRY(kind->view(tx, rq, o->subject, reply));
	reply->wait_for = pending ? o->id : NULL;
	reply->status = final ? kind->done_status : 202;
	reply->location =
	    final ? arena_printf(tx->arena, "/api/v1/%s/%s", kind->collection, o->subject) : address_of(tx->arena, o->id);
	return OK;
}

/* --- the table --- */

static const struct route routes[] = {
	{ "GET", "/api/v1/operations/{id}", "How far a command is.", ROLES_THAT_REFER, SCOPE_OWN_CASES, READS_CODES,
	  .returns = &operation__descriptor, .subject = &subject_operation, .answer = operation_get },
};

static const struct message_row messages[] = {
	{ &command_refused__descriptor, on_command_refused, "caseload" },
	{ &measurement_refused__descriptor, on_measurement_refused, "outcomes" },
};

const struct resource operation_resource = { "Operations", "Commands that another daemon decides.", ROWS(routes),
	                                         ROWS(messages) };
