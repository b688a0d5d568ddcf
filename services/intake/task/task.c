/* SPDX-License-Identifier: EUPL-1.2 */
/* Tasks: what a person has to decide about a citizen, since a program must not. So far one kind: a known CPR number
 * came with another name, gender or date of birth. Whoever decides says whether what is known stands or what was said
 * is right; the latter is a correction like any other, with its history. Never merges two people. */

#include <string.h>

#include "intake/authority/authority.h"
#include "sql_intake.h"

static enum err view(struct tx *tx, const char *id, struct reply *reply)
{
	Task *t = shape_new(tx->arena, &task__descriptor);
	TRY(tx_one(tx, sql_task_by_id, t, NULL, ARG_TEXT("id", id)));
	reply->body = &t->base;
	reply->version = t->version;
	return OK;
}

static enum err task_get(struct tx *tx, const struct request *rq, struct reply *reply)
{
	return view(tx, rq->params[0], reply);
}

static enum err task_done(struct tx *tx, const struct request *rq, struct reply *reply)
{
	const TaskDoneInput *in = (const TaskDoneInput *)rq->body;
	const char *id = rq->params[0];
	Task *t = shape_new(tx->arena, &task__descriptor);
	TRY(tx_one(tx, sql_task_by_id, t, NULL, ARG_TEXT("id", id)));
	if (rq->if_match && rq->if_match != t->version)
		return tx_refuse(tx, ERR_STALE, "If-Match", "the task is at version %lld now: read it again",
		                 (long long)t->version);
	if (strcmp(t->state, "done") == 0)
		return tx_refuse(tx, ERR_CONFLICT, "state", "the task was decided on %s by %s", t->done_on, t->done_by);
	if (strcmp(in->outcome, "taken") == 0 && t->said)
		TRY(tx_exec(tx, sql_task_take, &t->said->base, ARG_TEXT("id", t->citizen_id)));
	TRY(tx_exec(tx, sql_task_done, rq->body, ARG_TEXT("id", id), ARG_TEXT("done_on", date_text(tx->arena, tx->today))));
	reply->subject = id;
	return view(tx, id, reply);
}

static enum err task_answer(struct tx *tx, const struct request *rq, struct reply *reply)
{
	return view(tx, rq->subject, reply);
}

/* --- the table --- */

static const struct rule rules[] = {
	{ "outcome", RULE_REQUIRED },
	{ "outcome", RULE_CODE, "task-outcome" },
	{ "note", RULE_MAX_LENGTH, .max = 1000 },
	{ 0 },
};

static const struct parameter of_page[] = {
	PARAMETERS_OF_A_PAGE,
	{ "state", PARAMETER_CODE, "Only those in this state.", .codes = "task-state" },
	{ 0 },
};
static const struct listing page = { sql_task_page, &task__descriptor, NULL };

static bool is_open(const ProtobufCMessage *record)
{
	return strcmp(((const Task *)record)->state, "open") == 0;
}

#define PEOPLE (ROLES_OF_CASES & ~(unsigned)ROLE_SYSTEM)

static const struct route routes[] = {
	{ "GET", "/api/v1/tasks", "What has to be decided about citizens, newest first.", PEOPLE, SCOPE_OWN_CASES,
	  READS_PERSON, .query = of_page, .returns = &tasks__descriptor, .list = &page },
	{ "GET", "/api/v1/tasks/{id}", "One task.", PEOPLE, SCOPE_OWN_CASES, READS_PERSON, .returns = &task__descriptor,
	  .subject = &subject_task, .needs = HOLD_READ, .answer = task_get },
	{ "POST", "/api/v1/tasks/{id}/done",
	  "Decide a task. What is known of the citizen stands, or what was said is right and is taken over.", PEOPLE,
	  SCOPE_OWN_CASES, READS_PERSON, &task_done_input__descriptor, rules, .returns = &task__descriptor,
	  .statuses = { 200 }, .subject = &subject_task, .needs = HOLD_WORK, .action = "decide", .fits = is_open,
	  .write = task_done, .answer = task_answer },
};

const struct resource task_resource = { "Tasks", "What a person has to decide.", ROWS(routes) };
