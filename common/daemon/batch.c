/* SPDX-License-Identifier: EUPL-1.2 */
/* The single writer. Whatever has come in (letters and calls alike) while the last transaction was
 * committing becomes the next one, so batches form by themselves. One function owns begin, commit,
 * rollback and retry. A batch that fails is run again one by one; work that fails alone is judged:
 * a letter becomes a dead letter, a call is refused, and nothing else waits behind it. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/uuid.h"
#include "daemon/internal.h"

#define BATCH_MAX 512

struct work {
	struct work *next;
	struct in_stream *stream; /* of a letter from the wire; NULL: it was parked */
	struct origin from;
	struct letter *letter;
	struct call *call;
	struct refusal verdict; /* why it failed */
	bool judged;            /* it failed alone: do not run it again */
	bool refused;           /* a call that the running batch answers with its verdict */
};

struct name {
	struct name *next;
	const char *text;
};

struct batch {
	struct daemon *daemon;
	struct arena *arena;
	struct work *first, **last; /* what waits */
	struct work *running;       /* what is in the transaction */
	struct name *wakes, *unparks;
	unsigned alone; /* how many of the next works run one by one */
	bool committing;
	int64_t reopen_due_ms;
};

struct batch *batch_new(struct daemon *d)
{
	struct batch *b = ARENA_NEW(d->arena, struct batch);
	b->daemon = d;
	b->arena = arena_new(MESSAGE_ARENA_LIMIT);
	b->last = &b->first;
	return b->arena ? b : NULL;
}

static void work_free(struct work *w)
{
	free(w->letter);
	free(w);
}

static void free_list(struct work *w)
{
	for (struct work *next; w; w = next) {
		next = w->next;
		work_free(w);
	}
}

void batch_free(struct batch *b)
{
	if (!b)
		return;
	free_list(b->first);
	free_list(b->running);
	arena_free(b->arena);
}

static void put(struct batch *b, struct work w)
{
	struct work *copy = malloc(sizeof *copy);
	if (!copy)
		abort(); /* nothing is acknowledged that lies here: a restart loses nothing */
	*copy = w;
	*b->last = copy;
	b->last = &copy->next;
}

void batch_put_letter(struct batch *b, struct in_stream *stream, const struct origin *from, struct letter *l)
{
	put(b, (struct work){ .stream = stream, .from = *from, .letter = l });
}

void batch_put_call(struct batch *b, struct call *c)
{
	put(b, (struct work){ .call = c });
}

bool batch_is_committing(const struct batch *b)
{
	return b->committing;
}

void batch_forget(struct batch *b, const struct call *c)
{
	for (struct work *w = b->running; w; w = w->next)
		if (w->call == c)
			w->call = NULL;
	for (struct work *w = b->first; w; w = w->next)
		if (w->call == c)
			w->call = NULL;
}

void batch_drop_letters(struct batch *b)
{
	struct work *w = b->first;
	b->first = NULL;
	b->last = &b->first;
	for (struct work *next; w; w = next) {
		next = w->next;
		w->next = NULL;
		if (w->letter) {
			work_free(w);
			continue;
		}
		*b->last = w;
		b->last = &w->next;
	}
}

static void note(struct batch *b, struct name **list, const char *text)
{
	struct name *n = ARENA_NEW(b->arena, struct name);
	*n = (struct name){ .next = *list, .text = arena_strdup(b->arena, text) };
	*list = n;
}

void batch_note_wake(struct batch *b, const char *key)
{
	note(b, &b->wakes, key);
}

void batch_note_unpark(struct batch *b, const char *entity)
{
	note(b, &b->unparks, entity);
}

/* --- running one piece of work --- */

/* A letter that changed nothing: park it or bury it, by the error's fate. */
static enum err set_aside(struct batch *b, struct tx *tx, struct work *w, const struct refusal *why)
{
	struct parked *p = b->daemon->parked;
	if (err_fate(why->err) == FATE_PARK)
		return parked_add(p, tx, &w->from, &w->letter->message);
	log_warning("dead letter from %s seq %lld (%s): %s", w->from.sender, (long long)w->from.seq,
	            w->letter->message.type, err_slug(why->err));
	return parked_bury(p, tx, &w->from, &w->letter->message, why);
}

static enum err run_letter(struct batch *b, struct tx *tx, struct work *w)
{
	const Message *m = &w->letter->message;
	if (w->stream)
		inbox_stage(w->stream, w->letter);
	else {
		bool was_there;
		TRY(parked_take(b->daemon->parked, tx, &w->from, &was_there));
		if (!was_there)
			return OK;
	}
	if (w->judged)
		return set_aside(b, tx, w, &w->verdict);
	if (w->stream && parked_behind(b->daemon->parked, w->from.sender, m->entity))
		return parked_add(b->daemon->parked, tx, &w->from, m);
	enum err e = dispatch(b->daemon, tx, w->from.sender, m);
	if (e == OK) {
		metric_add(b->daemon, METRIC_MESSAGES_APPLIED, 1);
		if (!w->stream) /* later ones may have come to wait behind it meanwhile */
			batch_note_unpark(b, m->entity);
		return OK;
	}
	w->verdict = tx->why.err == e ? tx->why : (struct refusal){ .err = e, .field = "", .rule = err_text(e) };
	if (tx->wrote || err_fate(e) == FATE_RETRY || err_fate(e) == FATE_STOP)
		return e;
	return set_aside(b, tx, w, &w->verdict);
}

static enum err run_call(struct batch *b, struct tx *tx, struct work *w)
{
	if (!w->call) /* its client has gone; nothing was promised */
		return OK;
	w->refused = w->judged;
	if (w->judged)
		return OK;
	tx->arena = w->call->http->arena;
	enum err e = api_write(b->daemon->api, tx, w->call);
	if (e == OK)
		return OK;
	w->verdict = w->call->why;
	w->refused = true;
	return tx->wrote || err_fate(e) == FATE_RETRY ? e : OK;
}

/* Runs with a guard: an arena that is full comes back here as ERR_MEMORY. */
static enum err run_one(struct batch *b, struct work *w)
{
	jmp_buf guard;
	struct tx tx = tx_make(b->daemon, b->daemon->writer, b->arena);
	struct arena *request = w->call ? w->call->http->arena : NULL;
	enum err e;
	if (setjmp(guard)) {
		e = ERR_MEMORY;
		w->verdict = (struct refusal){ .err = e, .field = "", .rule = err_text(e) };
	} else {
		arena_on_full(b->arena, &guard);
		if (request)
			arena_on_full(request, &guard);
		e = w->letter ? run_letter(b, &tx, w) : run_call(b, &tx, w);
	}
	arena_on_full(b->arena, NULL);
	if (request)
		arena_on_full(request, NULL);
	return e;
}

/* --- the transaction --- */

static void take_works(struct batch *b)
{
	unsigned n = b->alone ? 1 : BATCH_MAX;
	b->running = b->first;
	struct work **end = &b->first;
	for (; n && *end; n--)
		end = &(*end)->next;
	b->first = *end;
	*end = NULL;
	if (!b->first)
		b->last = &b->first;
	if (b->alone)
		b->alone--;
}

static void put_back(struct batch *b)
{
	struct work **end = &b->running;
	unsigned n = 0;
	for (; *end; n++)
		end = &(*end)->next;
	*end = b->first;
	if (!b->first)
		b->last = end;
	b->first = b->running;
	if (b->first == NULL)
		b->last = &b->first;
	b->running = NULL;
	b->alone += n;
}

/* The connection is lost: whether the batch was committed, only the database can tell. */
static void reconnect(struct batch *b)
{
	struct daemon *d = b->daemon;
	int64_t now = clock_monotonic_ms();
	if (now < b->reopen_due_ms)
		return;
	b->reopen_due_ms = now + 500;
	if (db_reopen(d->writer) != OK || db_reopen(d->reader) != OK)
		return;
	if (outbox_reload(d->outbox) != OK || inbox_reload(d->inbox) != OK || parked_reload(d->parked) != OK ||
	    parked_release(d->parked, NULL) != OK)
		return;
	log_info("database is back");
}

/* A piece of work that failed alone is judged; more than one are run again one by one. */
static void judge(struct batch *b, enum err e)
{
	struct work *w = b->running;
	if (!w)
		return;
	if (w->next) {
		for (; w; w = w->next)
			w->verdict = (struct refusal){ 0 };
		return;
	}
	if (w->judged) {
		log_error("work that was set aside cannot be stored: stopping");
		b->daemon->stopping = true;
		return;
	}
	w->judged = true;
	if (w->verdict.err == OK)
		w->verdict.err = e;
	if (w->letter || !w->verdict.rule) /* a letter's words lay in the arena of the failed batch */
		w->verdict = (struct refusal){ .err = w->verdict.err, .field = "", .rule = err_text(w->verdict.err) };
}

static void fail(struct batch *b, enum err e)
{
	struct daemon *d = b->daemon;
	metric_add(d, METRIC_BATCHES_FAILED, 1);
	log_warning("a batch failed (%s): %s", err_slug(e), db_error(d->writer));
	if (db_is_lost(d->writer) || db_rollback(d->writer) != OK) {
		for (struct work *w = b->running; w; w = w->next)
			if (w->call)
				w->call->in_doubt = true;
		put_back(b);
		b->alone = 0;
		batch_drop_letters(b); /* their senders send them again, from the position that the database tells */
		return;
	}
	outbox_rolled_back(d->outbox);
	inbox_rolled_back(d->inbox);
	if (parked_reload(d->parked) != OK)
		log_warning("cannot read what is parked: %s", db_error(d->reader));
	judge(b, e);
	put_back(b);
}

static void begin(struct batch *b)
{
	struct daemon *d = b->daemon;
	arena_reset(b->arena);
	b->wakes = b->unparks = NULL;
	take_works(b);
	enum err e = db_begin(d->writer);
	for (struct work *w = b->running; w && e == OK; w = w->next)
		e = run_one(b, w);
	if (e == OK)
		e = outbox_save(d->outbox, b->arena);
	if (e == OK)
		e = inbox_save(d->inbox, b->arena);
	if (e == OK)
		e = db_commit_send(d->writer);
	if (e != OK) {
		fail(b, e);
		return;
	}
	b->committing = true;
}

static void finish(struct batch *b)
{
	struct daemon *d = b->daemon;
	struct work *done = b->running;
	metric_add(d, METRIC_BATCHES, 1);
	outbox_committed(d->outbox);
	inbox_committed(d->inbox);
	for (struct work *w = done; w; w = w->next) {
		struct call *c = w->call;
		if (!c)
			continue;
		w->call = NULL; /* it may be gone when this returns */
		if (w->refused)
			api_refuse(d->api, c, &w->verdict);
		else
			api_committed(d->api, c);
	}
	b->running = NULL;
	free_list(done);
	for (struct name *n = b->wakes; n; n = n->next)
		api_wake(d->api, n->text);
	for (struct name *n = b->unparks; n; n = n->next)
		if (parked_release(d->parked, n->text) != OK)
			log_warning("cannot read what is parked: %s", db_error(d->reader)); /* read again at the next start */
}

void batch_turn(struct batch *b)
{
	struct daemon *d = b->daemon;
	if (b->committing) {
		int outcome = db_commit_poll(d->writer);
		if (outcome == 0)
			return;
		b->committing = false;
		if (outcome > 0)
			finish(b);
		else
			fail(b, db_is_lost(d->writer) ? ERR_DB_LOST : ERR_DB);
	}
	if (db_is_lost(d->writer) || db_is_lost(d->reader)) {
		reconnect(b);
		return;
	}
	while (!b->committing && b->first && !d->stopping && !db_is_lost(d->writer))
		begin(b);
	if (!b->committing && !b->first && !d->stopping && outbox_trim_due(d->outbox))
		begin(b);
}
