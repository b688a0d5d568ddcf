/* SPDX-License-Identifier: EUPL-1.2 */
/* Answers: of a read at once, of a write after its commit only, and later where a decision is waited for. Owns the
 * calls that wait. Never writes to the database. */
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "serving/authority.h"
#include "serving/internal.h"
#include "serving/list.h"
#include "serving/look.h"

static const char *quoted_version(struct arena *a, int64_t version)
{
	return version ? arena_printf(a, "\"%lld\"", (long long)version) : NULL;
}

static struct http_reply describe(struct call *c, const char *preference)
{
	struct arena *a = c->http->arena;
	struct buffer json = buffer_in(a);
	struct http_reply r = {
		.status = c->reply.status ? c->reply.status : 200,
		.content_type = c->reply.content_type,
		.location = c->reply.location,
		.etag = quoted_version(a, c->reply.version),
		.preference_applied = preference,
		.content_disposition = c->reply.content_disposition,
	};
	if (c->reply.body) {
		authority_mask(&c->rq, (ProtobufCMessage *)c->reply.body);
		shape_to_json(&json, c->reply.body);
	} else
		buffer_puts(&json, c->reply.text ? c->reply.text : "");
	r.body = json.data;
	r.body_len = json.len;
	return r;
}

/* The arena of the request is full: nothing more can be made in it. */
static struct http_reply too_complex(void)
{
	static const char body[] = "{\"type\":\"/problems/memory\",\"title\":\"Out of memory, or over a memory limit.\","
	                           "\"status\":503,\"detail\":\"The request or its answer is too large: ask for less.\"}";
	return (struct http_reply){
		.status = 503,
		.content_type = "application/problem+json",
		.body = body,
		.body_len = sizeof body - 1,
	};
}

static struct http_reply describe_refusal(struct call *c, const struct refusal *why)
{
	if (why->err == ERR_MEMORY)
		return too_complex();
	struct http_reply r = http_problem(c->http->arena, why, c->http->path);
	if (why->err == ERR_METHOD)
		r.allow = why->rule + strlen("allowed here: ");
	if (r.status == 503)
		r.retry_after = why->err == ERR_SET_BACK ? NULL : "1"; /* not before an operator has been there */
	return r;
}

/* Sends the reply, or, where why is given, the refusal; or says that there is no room for either. */
static void send_reply(struct api *api, struct call *c, const char *preference, const struct refusal *why)
{
	struct arena *const a = c->http->arena;
	jmp_buf guard;
	struct http_reply r;
	if (!setjmp(guard)) {
		arena_on_full(a, &guard);
		r = why ? describe_refusal(c, why) : describe(c, preference);
	} else
		r = too_complex();
	arena_on_full(a, NULL);
	metric_add(api->engine, METRIC_REQUESTS, 1);
	http_answer(c->http, &r);
}

static void answer(struct api *api, struct call *c, const char *preference)
{
	send_reply(api, c, preference, NULL);
}

void answer_refuse(struct api *api, struct call *c, const struct refusal *why)
{
	bool database = err_fate(why->err) == FATE_RETRY;
	metric_add(api->engine, METRIC_REQUESTS_REFUSED, 1);
	bool said = writer_is_stale(api->engine->writer) || why->err == ERR_SET_BACK; /* once is enough */
	if (err_status(why->err) >= 500 && !said)
		log_warning("%s %s refused: %s%s%s", c->route ? c->route->method : "?", c->route ? c->route->path : "?",
		            err_slug(why->err), database ? ": " : "", database ? db_error(api->engine->reading) : "");
	send_reply(api, c, NULL, why);
}

/* Runs the route's `answer` on the reading connection, under the arena's guard. */
static enum err read_answer(struct api *api, struct call *c)
{
	struct engine *engine = api->engine;
	jmp_buf guard;
	c->reply = (struct reply){ .status = 200 };
	if (setjmp(guard)) {
		arena_on_full(c->http->arena, NULL);
		return refuse(&c->why, ERR_MEMORY, "", "");
	}
	arena_on_full(c->http->arena, &guard);
	struct tx tx = tx_make(engine, engine->reading, c->http->arena);
	enum err e = c->route->list ? list_answer(&tx, &c->rq, &c->reply) : c->route->answer(&tx, &c->rq, &c->reply);
	if (e == OK && c->reply.body && c->route->subject)
		authority_add_actions(&tx, &api->served, &c->rq, (ProtobufCMessage *)c->reply.body);
	arena_on_full(c->http->arena, NULL);
	if (e != OK)
		c->why = tx.why.err == e ? tx.why : (struct refusal){ .err = e, .field = "", .rule = err_text(e) };
	return e;
}

/* A write is committed, but its record cannot be read now: then the answer is what the write itself said, which tells
 * where to look. A refusal would be taken for "nothing was done", and the request sent again. */
static void read_and_answer(struct api *api, struct call *c, const char *preference)
{
	struct reply written = c->reply;
	enum err e = read_answer(api, c);
	bool unread = c->written && (err_fate(e) == FATE_RETRY || e == ERR_MEMORY);
	if (unread)
		c->reply = written;
	if (e == OK || unread)
		answer(api, c, unread ? NULL : preference);
	else
		answer_refuse(api, c, &c->why);
}

/* Whether it may be shown at once, under the arena's guard; ERR_MEMORY. */
static enum err look(struct api *api, struct call *c, bool *ret_passes)
{
	jmp_buf guard;
	if (setjmp(guard)) {
		arena_on_full(c->http->arena, NULL);
		return refuse(&c->why, ERR_MEMORY, "", "");
	}
	arena_on_full(c->http->arena, &guard);
	*ret_passes = look_may_pass(api, c);
	arena_on_full(c->http->arena, NULL);
	return OK;
}

void answer_read(struct api *api, struct call *c)
{
	bool passes = false;
	enum err e = read_answer(api, c);
	if (e == OK)
		e = look(api, c, &passes);
	if (e != OK)
		answer_refuse(api, c, &c->why);
	else if (passes)
		answer_show(api, c);
}

void answer_show(struct api *api, struct call *c)
{
	answer(api, c, NULL);
}

/* --- after the commit --- */

void answer_forget(struct api *api, const struct call *c)
{
	for (struct call **p = &api->waiting; *p; p = &(*p)->next_waiting)
		if (*p == c) {
			*p = c->next_waiting;
			return;
		}
}

static const char *preference_of(const struct call *c)
{
	return c->wait_seconds && c->reply.status != 202 ? c->preference : NULL;
}

void answer_committed(struct api *api, struct call *c)
{
	bool decided = !c->reply.wait_for || !*c->reply.wait_for;
	if (c->written && c->wait_seconds && c->reply.status == 202 && decided) {
		read_and_answer(api, c, c->preference);
		return;
	}
	if (c->replay && !c->written && read_answer(api, c) != OK) {
		answer_refuse(api, c, &c->why);
		return;
	}
	bool pending = c->reply.wait_for && *c->reply.wait_for;
	if (!pending || !c->wait_seconds) {
		answer(api, c, preference_of(c));
		return;
	}
	c->deadline_ms = clock_monotonic_ms() + (int64_t)c->wait_seconds * 1000;
	c->next_waiting = api->waiting;
	api->waiting = c;
}

static void wake(struct engine *e, const char *key)
{
	struct api *api = e->serving;
	for (struct call *c = api->waiting, *next; c; c = next) {
		next = c->next_waiting;
		if (strcmp(c->reply.wait_for, key) != 0)
			continue;
		answer_forget(api, c);
		read_and_answer(api, c, c->preference);
	}
}

void tx_wake(struct tx *tx, const char *key)
{
	static const struct after_commit what = { wake };
	tx_after_commit(tx, &what, key);
}

void answer_look_again(struct api *api)
{
	for (struct call *c = api->waiting, *next; c; c = next) {
		next = c->next_waiting;
		struct reply before = c->reply;
		enum err e = read_answer(api, c);
		if (e == OK ? c->reply.status == 202 : err_fate(e) == FATE_RETRY) { /* undecided still */
			c->reply = before;
			continue;
		}
		answer_forget(api, c);
		if (e == OK)
			answer(api, c, c->preference);
		else
			answer_refuse(api, c, &c->why);
	}
}

int answer_turn(struct api *api, int64_t now_ms)
{
	int64_t soonest = -1;
	for (struct call *c = api->waiting, *next; c; c = next) {
		next = c->next_waiting;
		if (c->deadline_ms <= now_ms) {
			answer_forget(api, c);
			answer(api, c, NULL);
		} else if (soonest < 0 || c->deadline_ms - now_ms < soonest)
			soonest = c->deadline_ms - now_ms;
	}
	return (int)soonest;
}

void answer_all(struct api *api)
{
	while (api->waiting) {
		struct call *c = api->waiting;
		answer_forget(api, c);
		answer(api, c, NULL);
	}
}
