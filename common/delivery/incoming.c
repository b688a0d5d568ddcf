/* SPDX-License-Identifier: EUPL-1.2 */
/* A message that came in, as a job of the writer: it is applied, parked or buried. Never commits, and counts nothing
 * before the commit: all of this may be rolled back and run again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "delivery/internal.h"

/* What is so malformed that it must not come into the tables as it is, for they are searched by these. */
static bool is_fit(const Message *m, struct refusal *ret_why)
{
	const char *rule = NULL;
	enum err e = ERR_MALFORMED;
	if (m->body.len > SHAPE_MAX_BYTES) { /* so that whatever is parked can be read in pages */
		rule = "a message is at most 64 KiB";
		e = ERR_TOO_LARGE;
	} else if (!uuid_is_valid(m->id))
		rule = "the id of a message must be a UUID";
	else if (strlen(m->type) > MESSAGE_NAME_MAX || strlen(m->entity) > MESSAGE_NAME_MAX)
		rule = "type and entity of a message are at most 255 bytes each";
	if (rule)
		*ret_why = (struct refusal){ .err = e, .field = "", .rule = rule };
	return !rule;
}

/* A letter that changed nothing: park it or bury it, by the error's fate. */
static enum err set_aside(struct incoming *in, struct tx *tx)
{
	struct parked *p = in->delivery->parked;
	const Message *m = &in->letter->message;
	if (err_fate(in->job.verdict.err) == FATE_PARK) {
		if (!in->stream) /* it lies there already, and has since it came */
			return OK;
		in->counts = METRIC_MESSAGES_PARKED;
		return parked_add(p, tx, &in->from, m);
	}
	in->counts = METRIC_MESSAGES_DEAD;
	if (!in->stream)
		TRY(parked_remove(p, tx, &in->from));
	return parked_bury(p, tx, &in->from, m, &in->job.verdict);
}

static enum err apply(struct incoming *in, struct tx *tx)
{
	const Message *m = &in->letter->message;
	TRY(dispatch(in->delivery, tx, in->from.sender, m));
	in->counts = METRIC_MESSAGES_APPLIED;
	if (in->stream)
		return OK;
	bool others;
	TRY(parked_take(in->delivery->parked, tx, &in->from, m->entity, &others));
	if (others) /* later ones may have come to wait behind it meanwhile */
		tx_unpark(tx, m->entity);
	return OK;
}

static void keep_verdict(struct incoming *in, const struct tx *tx, enum err e)
{
	const char *rule = tx->why.err == e && tx->why.rule ? tx->why.rule : err_text(e);
	snprintf(in->reason, sizeof in->reason, "%s", rule);
	shape_cut(in->reason, sizeof in->reason);
	in->job.verdict = (struct refusal){ .err = e, .field = "", .rule = in->reason };
}

static enum err run(struct job *job, struct tx *tx)
{
	struct incoming *in = (struct incoming *)job;
	const struct engine *e = in->delivery->engine;
	struct parked *p = in->delivery->parked;
	const Message *m = &in->letter->message;
	in->counts = METRIC_COUNT;
	bool waits, is_there = true;
	/* Read only; or the sender was taken out: its own copy, or the parked one, is kept. */
	if (e->read_only || !registry_by_name(e->membership.registry, in->from.sender)) {
		if (in->stream)
			inbox_leave(in->stream, in->letter);
		return OK;
	}
	if (in->stream) {
		if (!inbox_stage(in->stream, &in->from, in->letter))
			return OK;
		waits = parked_behind(p, in->from.sender, m->entity);
	} else
		TRY(parked_look(p, tx, &in->from, m->entity, &is_there, &waits));
	if (!is_there) /* released twice, and taken the first time */
		return OK;
	if (in->job.judged || !is_fit(m, &in->job.verdict))
		return set_aside(in, tx);
	if (waits) {
		in->job.verdict = (struct refusal){ .err = ERR_NO_PARENT };
		return set_aside(in, tx);
	}
	enum err err = apply(in, tx);
	if (err == OK)
		return OK;
	keep_verdict(in, tx, err);
	in->counts = METRIC_COUNT;
	if (tx->wrote || err_fate(err) == FATE_RETRY || err_fate(err) == FATE_STOP)
		return err;
	return set_aside(in, tx);
}

/* What the server said tells an operator more. */
static void judged(struct job *job, const char *database_said)
{
	struct incoming *in = (struct incoming *)job;
	if (err_fate(job->verdict.err) == FATE_RETRY)
		snprintf(in->reason, sizeof in->reason, "%s", database_said);
	shape_cut(in->reason, sizeof in->reason);
	job->verdict.rule = in->reason;
	job->verdict.field = "";
}

static void committed(struct job *job)
{
	struct incoming *in = (struct incoming *)job;
	struct engine *e = in->delivery->engine;
	if (in->counts != METRIC_COUNT)
		metric_add(e, in->counts, 1);
	if (in->counts == METRIC_MESSAGES_DEAD)
		refused_letter(e, &in->from, in->letter->message.type, job->verdict.err);
}

static void free_incoming(struct job *job)
{
	free(((struct incoming *)job)->letter);
	free(job);
}

/* Its sender keeps it until we acknowledge it, or it lies among those that are parked. */
static const struct job_kind kind = {
	.name = "message",
	.run = run,
	.judged = judged,
	.committed = committed,
	.free = free_incoming,
	.comes_again = true,
};

void incoming_put(struct delivery *d, struct in_stream *stream, const struct origin *from, struct letter *l)
{
	struct incoming *in = memory_must(malloc(sizeof *in));
	*in = (struct incoming){
		.job = { .kind = &kind, .patient = dispatch_is_patient(d, l->message.type) },
		.delivery = d,
		.stream = stream,
		.from = *from,
		.letter = l,
	};
	writer_put(d->engine->writer, &in->job);
}
