/* SPDX-License-Identifier: EUPL-1.2 */
/* The write of a call, as a job of the writer: it is carried out or refused, and answered after the commit. Lives
 * longer than the call, whose client may go away at any time. Never commits, and answers nothing before the commit: all
 * of this may be rolled back and run again. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/uuid.h"
#include "serving/look.h"

struct call_job {
	struct job job;
	struct api *api;
	struct call *call; /* NULL: its client has gone; nothing was promised */
	bool done;         /* the running transaction has carried it out */
};

static const struct job_kind kind;

static struct call_job *call_job_of(struct job *job)
{
	return job->kind == &kind ? (struct call_job *)job : NULL;
}

/* The call, which the job no longer knows: it may be gone when it is answered. */
static struct call *let_go(struct call_job *j)
{
	struct call *c = j->call;
	if (!c)
		return NULL;
	c->job = NULL;
	j->call = NULL;
	j->job.arena = NULL;
	return c;
}

/* A call of the same scope that this transaction has carried out before it. */
static const struct call *earlier(const struct call_job *j)
{
	for (struct job *job = j->api->engine->writer->running; job != &j->job; job = job->next) {
		const struct call_job *other = call_job_of(job);
		if (other && other->done && other->call &&
		    memcmp(other->call->scope, j->call->scope, sizeof j->call->scope) == 0)
			return other->call;
	}
	return NULL;
}

/* So that the log of use names whom the answer to a repeated call shows. Where there is none now, it names nobody. */
static void show_again(struct tx *tx, struct call *c)
{
	if (c->route->answer && c->route->answer(tx, &c->rq, &c->reply) != OK)
		c->reply.body = NULL;
	tx->why = (struct refusal){ .err = OK };
}

/* An error is a refusal, in call->why. */
static enum err carry_out(struct api *api, struct tx *tx, struct call *c, const struct call *earlier)
{
	TRY(idempotency_check(c, earlier));
	if (c->replay) {
		show_again(tx, c);
		return look_add(api, tx, c, "repeated");
	}
	if (api->engine->read_only)
		return refuse(&c->why, ERR_SET_BACK, "", api->engine->read_only);
	c->reply = (struct reply){ .status = 200, .subject = "" };
	tx->why = (struct refusal){ .err = OK };
	tx->cause = uuid_new(tx->arena);
	tx->who = c->rq.principal.who;
	enum err e = c->route->write(tx, &c->rq, &c->reply);
	if (e == OK)
		e = idempotency_keep(tx, c);
	if (e == OK)
		e = look_add(api, tx, c, "done");
	if (e != OK)
		c->why = tx->why.err == e ? tx->why : (struct refusal){ .err = e, .field = "", .rule = err_text(e) };
	return e;
}

static enum err run(struct job *job, struct tx *tx)
{
	struct call_job *j = (struct call_job *)job;
	j->done = false;
	if (!j->call)
		return OK;
	job->refused = job->judged;
	if (job->judged)
		return OK;
	tx->arena = j->call->http->arena;
	enum err e = carry_out(j->api, tx, j->call, j->call->has_key ? earlier(j) : NULL);
	if (e == OK) {
		j->done = true;
		return OK;
	}
	job->verdict = j->call->why;
	job->refused = true;
	return tx->wrote || err_fate(e) == FATE_RETRY ? e : OK;
}

static void committed(struct job *job)
{
	struct call_job *j = (struct call_job *)job;
	struct call *c = let_go(j);
	if (c)
		answer_committed(j->api, c);
}

static void refused(struct job *job)
{
	struct call_job *j = (struct call_job *)job;
	struct call *c = let_go(j);
	if (!c)
		return;
	if (c->reply.searched) /* a refusal tells something of whom was searched for */
		look_refused(j->api, c);
	answer_refuse(j->api, c, &job->verdict);
}

/* Its idempotency row tells whether it was done. */
static void in_doubt(struct job *job)
{
	struct call_job *j = (struct call_job *)job;
	if (j->call)
		j->call->in_doubt = true;
}

static void overdue(struct job *job, bool runs)
{
	static const char unknown[] = "The database does not answer. Whether this was done is not known: send it again "
	                              "with the same Idempotency-Key.";
	static const char nothing[] = "The database does not answer, and nothing was done: try again shortly.";
	struct call_job *j = (struct call_job *)job;
	struct call *c = let_go(j);
	if (c)
		answer_refuse(
		    j->api, c,
		    &(struct refusal){ .err = ERR_DB_LOST, .field = "", .rule = runs || c->in_doubt ? unknown : nothing });
}

/* At the end of the process the call may have gone before. */
static void free_call(struct job *job)
{
	free(job);
}

static const struct job_kind kind = {
	.name = "request",
	.run = run,
	.committed = committed,
	.refused = refused,
	.in_doubt = in_doubt,
	.overdue = overdue,
	.free = free_call,
};

void call_put(struct api *api, struct call *c)
{
	struct call_job *j = memory_must(malloc(sizeof *j));
	*j = (struct call_job){ .job = { .kind = &kind, .arena = c->http->arena }, .api = api, .call = c };
	c->job = j;
	writer_put(api->engine->writer, &j->job);
}

void call_forget(struct call *c)
{
	if (c->job)
		(void)let_go(c->job);
}

/* --- in each transaction --- */

/* Looks up in one query which of the calls were done before. */
static enum err look_up(void *owner, struct arena *a, struct job *jobs)
{
	const struct engine *e = owner;
	size_t n = 0, most = 0;
	for (const struct job *job = jobs; job; job = job->next)
		most++;
	struct call **calls = ARENA_ARRAY(a, struct call *, most);
	for (struct job *job = jobs; job; job = job->next) {
		const struct call_job *j = call_job_of(job);
		if (j && j->call && !job->judged && (j->call->has_key || j->call->in_doubt))
			calls[n++] = j->call;
	}
	return n ? idempotency_load(e->writing, a, calls, n) : OK;
}

/* A decision may have been in the COMMIT whose answer was lost. */
static void look_again(void *owner)
{
	const struct engine *e = owner;
	if (e->serving)
		answer_look_again(e->serving);
}

struct participant api_participant(struct engine *e)
{
	return (struct participant){ .owner = e, .begun = look_up, .reloaded = look_again };
}
