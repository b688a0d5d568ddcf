/* SPDX-License-Identifier: EUPL-1.2 */
/* From an HTTP request to a route's functions and back: finds the route, knows who asks, checks
 * rights, shape and rules, runs reads at once, and puts writes into the next batch. Writes are
 * answered after their commit only. Owns the calls that wait for a decision. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/uuid.h"
#include "daemon/internal.h"
#include "serving/authority.h"
#include "serving/list.h"

#define MAX_WAIT_SECONDS 30

struct api {
	struct daemon *daemon;
	struct call *waiting;
};

static const char *const methods[] = {
	[HTTP_GET] = "GET", [HTTP_POST] = "POST", [HTTP_PUT] = "PUT", [HTTP_DELETE] = "DELETE"
};

/* --- finding the route --- */

static const struct route *match(struct call *c, const struct route *routes, size_t n, struct buffer *allow)
{
	for (size_t i = 0; i < n; i++) {
		const struct route *r = &routes[i];
		enum http_method m = c->http->method;
		if (!http_path_match(c->http->arena, r->path, c->http->path, c->rq.params))
			continue;
		if (m < countof(methods) && methods[m] && strcmp(methods[m], r->method) == 0)
			return r;
		buffer_printf(allow, "%s%s", allow->len ? ", " : "", r->method);
	}
	return NULL;
}

static enum err find_route(struct daemon *d, struct call *c, const char **allow)
{
	struct buffer methods_here = buffer_in(c->http->arena);
	for (const struct resource *const *r = d->service->resources; !c->route && r && *r; r++)
		c->route = match(c, (*r)->routes, (*r)->n_routes, &methods_here);
	if (!c->route)
		c->route = match(c, health_resource.routes, health_resource.n_routes, &methods_here);
	if (c->route)
		return OK;
	if (methods_here.len) {
		*allow = methods_here.data;
		return refuse(&c->why, ERR_METHOD, "", arena_printf(c->http->arena, "allowed here: %s", *allow));
	}
	return refuse(&c->why, ERR_NOT_FOUND, "", "no such address; see /api/v1/openapi.json");
}

/* --- who asks, and how --- */

static enum err authorise(struct daemon *d, struct call *c)
{
	if (c->route->roles & ROLE_ANYONE)
		return OK;
	const char *header = http_header(c->http, "Authorization");
	if (!header || strncasecmp(header, "Bearer ", 7) != 0)
		return refuse(&c->why, ERR_NO_TOKEN, "", "send the header `Authorization: Bearer TOKEN`");
	struct tx tx = tx_make(d, d->reader, c->http->arena);
	enum err e = d->service->authenticate(&tx, header + 7, &c->rq.principal);
	if (e == ERR_DB_LOST && batch_reopen_reader(d->batch)) /* the server was restarted while nobody asked */
		e = d->service->authenticate(&tx, header + 7, &c->rq.principal);
	if (e != OK) {
		c->why = tx.why.err == e ? tx.why : (struct refusal){ .err = e, .field = "", .rule = err_text(e) };
		return e;
	}
	if (!(c->route->roles & c->rq.principal.role))
		return refuse(&c->why, ERR_FORBIDDEN, "",
		              arena_printf(c->http->arena, "the role %s may not %s here", role_name(c->rq.principal.role),
		                           c->route->method));
	return OK;
}

/* Whether this person may use the route on what it names. */
static enum err see(struct daemon *d, struct call *c)
{
	struct tx tx = tx_make(d, d->reader, c->http->arena);
	c->rq.route = c->route;
	enum err e = authority_check(&tx, &c->rq);
	if (e != OK)
		c->why = tx.why.err == e ? tx.why : (struct refusal){ .err = e, .field = "", .rule = err_text(e) };
	return e;
}

/* The value of `wait` in a list of preferences (RFC 7240): names in any case, spaces around "=", others ignored. */
static const char *wait_of(const char *prefer)
{
	for (const char *one = prefer; one; one = strchr(one, ',')) {
		one += strspn(one, ", \t");
		size_t name = strcspn(one, "=;, \t");
		const char *value = one + name + strspn(one + name, " \t");
		if (name == strlen("wait") && strncasecmp(one, "wait", name) == 0 && *value == '=')
			return value + 1;
	}
	return NULL;
}

static enum err read_headers(struct call *c)
{
	const char *wait = wait_of(http_header(c->http, "Prefer"));
	if (wait) {
		long seconds = strtol(wait + strspn(wait, " \t\""), NULL, 10);
		c->wait_seconds = seconds < 0 ? 0 : seconds > MAX_WAIT_SECONDS ? MAX_WAIT_SECONDS : (int)seconds;
		snprintf(c->preference, sizeof c->preference, "wait=%d", c->wait_seconds);
		c->rq.waits = c->wait_seconds > 0;
	}
	const char *if_match = http_header(c->http, "If-Match");
	if (if_match && strcmp(if_match, "*") != 0) {
		char *end;
		bool quoted = *if_match == '"';
		const char *digits = if_match + quoted;
		c->rq.if_match = strtoll(digits, &end, 10);
		if (end == digits || c->rq.if_match < 1 || strcmp(end, quoted ? "\"" : "") != 0)
			return refuse(&c->why, ERR_HEADER, "If-Match", "If-Match must be the ETag of the record as it was read");
	}
	return OK;
}

/* --- answers --- */

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
		r.retry_after = why->err == ERR_RESTORED ? NULL : "1"; /* not before an operator has been there */
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
	metric_add(api->daemon, METRIC_REQUESTS, 1);
	http_answer(c->http, &r);
}

static void answer(struct api *api, struct call *c, const char *preference)
{
	send_reply(api, c, preference, NULL);
}

void api_refuse(struct api *api, struct call *c, const struct refusal *why)
{
	bool database = err_fate(why->err) == FATE_RETRY;
	metric_add(api->daemon, METRIC_REQUESTS_REFUSED, 1);
	bool said = batch_is_stale(api->daemon->batch) || why->err == ERR_RESTORED; /* once is enough */
	if (err_status(why->err) >= 500 && !said)
		log_warning("%s %s refused: %s%s%s", c->route ? c->route->method : "?", c->route ? c->route->path : "?",
		            err_slug(why->err), database ? ": " : "", database ? db_error(api->daemon->reader) : "");
	send_reply(api, c, NULL, why);
}

/* Runs the route's `answer` on the reading connection, under the arena's guard. */
static enum err read_answer(struct api *api, struct call *c)
{
	struct daemon *d = api->daemon;
	jmp_buf guard;
	c->reply = (struct reply){ .status = 200 };
	if (setjmp(guard)) {
		arena_on_full(c->http->arena, NULL);
		return refuse(&c->why, ERR_MEMORY, "", "");
	}
	arena_on_full(c->http->arena, &guard);
	struct tx tx = tx_make(d, d->reader, c->http->arena);
	enum err e = c->route->list ? list_answer(&tx, &c->rq, &c->reply) : c->route->answer(&tx, &c->rq, &c->reply);
	arena_on_full(c->http->arena, NULL);
	if (e != OK)
		c->why = tx.why.err == e ? tx.why : (struct refusal){ .err = e, .field = "", .rule = err_text(e) };
	return e;
}

/* Of a write that is committed, where that cannot be read now, it is what the write itself said: where to look. A
 * refusal would be taken for "nothing was done", and asked again. */
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
		api_refuse(api, c, &c->why);
}

/* --- requests --- */

static enum err prepare(struct daemon *d, struct call *c)
{
	const char *allow;
	TRY(find_route(d, c, &allow));
	TRY(authorise(d, c));
	TRY(see(d, c));
	TRY(read_headers(c));
	TRY(route_check(d, c));
	if (c->route->write)
		TRY(idempotency_read(c));
	return OK;
}

static void on_request(void *owner, struct http_request *http)
{
	struct api *api = owner;
	struct call *c = ARENA_NEW(http->arena, struct call);
	jmp_buf guard;
	*c = (struct call){ .http = http, .rq = { .http = http, .subject = "" } };
	http->owner = c;
	if (setjmp(guard)) {
		arena_on_full(http->arena, NULL);
		api_refuse(api, c, &(struct refusal){ .err = ERR_MEMORY, .field = "", .rule = "" });
		return;
	}
	arena_on_full(http->arena, &guard);
	enum err e = prepare(api->daemon, c);
	arena_on_full(http->arena, NULL);
	if (e != OK)
		api_refuse(api, c, &c->why);
	else if (c->route->write)
		batch_put_call(api->daemon->batch, c);
	else
		read_and_answer(api, c, NULL);
}

static void unlink_waiting(struct api *api, const struct call *c)
{
	for (struct call **p = &api->waiting; *p; p = &(*p)->next_waiting)
		if (*p == c) {
			*p = c->next_waiting;
			return;
		}
}

static void on_gone(void *owner, struct http_request *http)
{
	struct api *api = owner;
	if (!http->owner)
		return;
	unlink_waiting(api, http->owner);
	batch_forget(api->daemon->batch, http->owner);
}

/* --- within the batch --- */

enum err api_write(struct api *api, struct tx *tx, struct call *c, const struct call *earlier)
{
	TRY(idempotency_check(c, earlier));
	if (c->replay)
		return OK;
	if (api->daemon->restored)
		return refuse(&c->why, ERR_RESTORED, "", api->daemon->restored);
	c->reply = (struct reply){ .status = 200, .subject = "" };
	tx->why = (struct refusal){ .err = OK };
	tx->cause = uuid_new(tx->arena);
	tx->who = c->rq.principal.who;
	enum err e = c->route->write(tx, &c->rq, &c->reply);
	if (e == OK)
		e = idempotency_keep(tx, c);
	if (e != OK)
		c->why = tx->why.err == e ? tx->why : (struct refusal){ .err = e, .field = "", .rule = err_text(e) };
	return e;
}

/* --- after the commit --- */

static const char *preference_of(const struct call *c)
{
	return c->wait_seconds && c->reply.status != 202 ? c->preference : NULL;
}

void api_committed(struct api *api, struct call *c)
{
	bool decided = !c->reply.wait_for || !*c->reply.wait_for;
	if (c->written && c->wait_seconds && c->reply.status == 202 && decided) {
		read_and_answer(api, c, c->preference);
		return;
	}
	if (c->replay && !c->written && read_answer(api, c) != OK) {
		api_refuse(api, c, &c->why);
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

void api_wake(struct api *api, const char *key)
{
	for (struct call *c = api->waiting, *next; c; c = next) {
		next = c->next_waiting;
		if (strcmp(c->reply.wait_for, key) != 0)
			continue;
		unlink_waiting(api, c);
		read_and_answer(api, c, c->preference);
	}
}

void api_look_again(struct api *api)
{
	for (struct call *c = api->waiting, *next; c; c = next) {
		next = c->next_waiting;
		struct reply before = c->reply;
		enum err e = read_answer(api, c);
		if (e == OK ? c->reply.status == 202 : err_fate(e) == FATE_RETRY) { /* undecided still */
			c->reply = before;
			continue;
		}
		unlink_waiting(api, c);
		if (e == OK)
			answer(api, c, c->preference);
		else
			api_refuse(api, c, &c->why);
	}
}

int api_turn(struct api *api, int64_t now_ms)
{
	int64_t soonest = -1;
	for (struct call *c = api->waiting, *next; c; c = next) {
		next = c->next_waiting;
		if (c->deadline_ms <= now_ms) {
			unlink_waiting(api, c);
			answer(api, c, NULL);
		} else if (soonest < 0 || c->deadline_ms - now_ms < soonest)
			soonest = c->deadline_ms - now_ms;
	}
	return (int)soonest;
}

enum err api_open(struct daemon *d, const char *host, uint16_t port, struct api **ret, const char **why)
{
	struct api *api = ARENA_NEW(d->arena, struct api);
	api->daemon = d;
	TRY(http_open(d->arena, host, port, on_request, on_gone, api, &d->http, why));
	*ret = api;
	return OK;
}

/* What waits for a decision was done: its answer is ready. */
void api_close(struct api *api)
{
	if (!api)
		return;
	while (api->waiting) {
		struct call *c = api->waiting;
		unlink_waiting(api, c);
		answer(api, c, NULL);
	}
	http_close(api->daemon->http);
}
