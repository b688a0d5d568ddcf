/* SPDX-License-Identifier: EUPL-1.2 */
/* One piece of work within the running transaction: a letter is applied, parked or buried; a call is
 * carried out or refused. Owns the guard against an arena that is full. Never commits, never answers,
 * and counts nothing before the commit: all of this may be rolled back and run again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/uuid.h"
#include "engine/writer.h"

void work_free(struct work *w)
{
	if (w->job)
		w->job->freed(w->job);
	free(w->letter);
	free(w);
}

/* --- letters --- */

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
	*ret_why = (struct refusal){ .err = e, .field = "", .rule = rule };
	return !rule;
}

/* A letter that changed nothing: park it or bury it, by the error's fate. */
static enum err set_aside(struct batch *b, struct tx *tx, struct work *w)
{
	struct parked *p = b->daemon->parked;
	const Message *m = &w->letter->message;
	if (err_fate(w->verdict.err) == FATE_PARK) {
		if (!w->stream) /* it lies there already, and has since it came */
			return OK;
		w->counts = METRIC_MESSAGES_PARKED;
		return parked_add(p, tx, &w->from, m);
	}
	w->counts = METRIC_MESSAGES_DEAD;
	if (!w->stream)
		TRY(parked_remove(p, tx, &w->from));
	return parked_bury(p, tx, &w->from, m, &w->verdict);
}

static enum err apply(struct batch *b, struct tx *tx, struct work *w)
{
	const Message *m = &w->letter->message;
	TRY(dispatch(b->daemon, tx, w->from.sender, m));
	w->counts = METRIC_MESSAGES_APPLIED;
	if (w->stream)
		return OK;
	bool others;
	TRY(parked_take(b->daemon->parked, tx, &w->from, m->entity, &others));
	if (others) /* later ones may have come to wait behind it meanwhile */
		batch_note_unpark(b, m->entity);
	return OK;
}

static void keep_verdict(struct work *w, const struct tx *tx, enum err e)
{
	const char *rule = tx->why.err == e && tx->why.rule ? tx->why.rule : err_text(e);
	snprintf(w->reason, sizeof w->reason, "%s", rule);
	shape_cut(w->reason, sizeof w->reason);
	w->verdict = (struct refusal){ .err = e, .field = "", .rule = w->reason };
}

static enum err run_letter(struct batch *b, struct tx *tx, struct work *w)
{
	struct parked *p = b->daemon->parked;
	const Message *m = &w->letter->message;
	bool waits, is_there = true;
	/* Read only; or the sender was taken out: its own copy, or the parked one, is kept. */
	if (b->daemon->restored || !registry_by_name(b->daemon->registry, w->from.sender)) {
		if (w->stream)
			inbox_leave(w->stream, w->letter);
		return OK;
	}
	if (w->stream) {
		if (!inbox_stage(w->stream, &w->from, w->letter))
			return OK;
		waits = parked_behind(p, w->from.sender, m->entity);
	} else
		TRY(parked_look(p, tx, &w->from, m->entity, &is_there, &waits));
	if (!is_there) /* released twice, and taken the first time */
		return OK;
	if (w->judged || !is_fit(m, &w->verdict))
		return set_aside(b, tx, w);
	if (waits) {
		w->verdict = (struct refusal){ .err = ERR_NO_PARENT };
		return set_aside(b, tx, w);
	}
	enum err e = apply(b, tx, w);
	if (e == OK)
		return OK;
	keep_verdict(w, tx, e);
	w->counts = METRIC_COUNT;
	if (tx->wrote || err_fate(e) == FATE_RETRY || err_fate(e) == FATE_STOP)
		return e;
	return set_aside(b, tx, w);
}

/* --- calls --- */

/* A call of the same scope that this batch has carried out before it. */
static const struct call *earlier(const struct batch *b, const struct work *w)
{
	for (const struct work *other = b->running; other != w; other = other->next)
		if (other->done && other->call && memcmp(other->call->scope, w->call->scope, sizeof w->call->scope) == 0)
			return other->call;
	return NULL;
}

static enum err run_call(struct batch *b, struct tx *tx, struct work *w)
{
	if (!w->call) /* its client has gone; nothing was promised */
		return OK;
	w->refused = w->judged;
	if (w->judged)
		return OK;
	tx->arena = w->call->http->arena;
	enum err e = api_write(b->daemon->api, tx, w->call, w->call->has_key ? earlier(b, w) : NULL);
	if (e == OK) {
		w->done = true;
		return OK;
	}
	w->verdict = w->call->why;
	w->refused = true;
	return tx->wrote || err_fate(e) == FATE_RETRY ? e : OK;
}

/* --- jobs --- */

static enum err run_job(struct batch *b, struct tx *tx, struct work *w)
{
	if (b->daemon->restored)
		return OK;
	if (w->judged)
		return w->job->set_aside(w->job, tx, &w->verdict);
	enum err e = w->job->run(w->job, tx);
	if (e != OK)
		keep_verdict(w, tx, e);
	return e;
}

/* An arena that is full comes back here as ERR_MEMORY; what `tx` holds then is not looked at. */
enum err work_run(struct batch *b, struct work *w)
{
	jmp_buf guard;
	struct tx tx = tx_make(b->daemon, b->daemon->writer, b->arena);
	struct arena *const request = w->call ? w->call->http->arena : NULL;
	volatile enum err e = ERR_MEMORY;
	tx.kept = &b->kept;
	w->counts = METRIC_COUNT;
	w->refused = w->done = false;
	if (!w->judged)
		w->verdict = (struct refusal){ .err = OK };
	if (!setjmp(guard)) {
		arena_on_full(b->arena, &guard);
		if (request)
			arena_on_full(request, &guard);
		e = w->letter ? run_letter(b, &tx, w) : w->job ? run_job(b, &tx, w) : run_call(b, &tx, w);
	} else
		w->verdict = (struct refusal){ .err = ERR_MEMORY, .field = "", .rule = err_text(ERR_MEMORY) };
	arena_on_full(b->arena, NULL);
	if (request)
		arena_on_full(request, NULL);
	return e;
}
