/* SPDX-License-Identifier: EUPL-1.2 */
/* From an HTTP request to a route's functions and back: finds the route, knows who asks, checks
 * rights, shape and rules, has reads answered at once, and puts writes into the next transaction. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serving/authority.h"
#include "serving/internal.h"
#include "serving/look.h"

#define MAX_WAIT_SECONDS 30

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

static enum err find_route(const struct api *api, struct call *c, const char **allow)
{
	struct buffer methods_here = buffer_in(c->http->arena);
	for (const struct resource *const *r = api->served.resources; !c->route && *r; r++)
		c->route = match(c, (*r)->routes, (*r)->n_routes, &methods_here);
	if (c->route)
		return OK;
	if (methods_here.len) {
		*allow = methods_here.data;
		return refuse(&c->why, ERR_METHOD, "", arena_printf(c->http->arena, "allowed here: %s", *allow));
	}
	return refuse(&c->why, ERR_NOT_FOUND, "", "no such address; see /api/v1/openapi.json");
}

/* --- who asks, and how --- */

static enum err authorise(const struct api *api, struct call *c)
{
	struct engine *engine = api->engine;
	if (c->route->roles & ROLE_ANYONE)
		return OK;
	const char *header = http_header(c->http, "Authorization");
	if (!header || strncasecmp(header, "Bearer ", 7) != 0)
		return refuse(&c->why, ERR_NO_TOKEN, "", "send the header `Authorization: Bearer TOKEN`");
	struct tx tx = tx_make(engine, engine->reading, c->http->arena);
	enum err e = api->served.authenticate(&tx, header + 7, &c->rq.principal);
	if (e == ERR_DB_LOST && writer_reopen_reading(engine->writer)) /* the server was restarted while nobody asked */
		e = api->served.authenticate(&tx, header + 7, &c->rq.principal);
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
static enum err see(const struct api *api, struct call *c)
{
	struct tx tx = tx_make(api->engine, api->engine->reading, c->http->arena);
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

/* --- requests --- */

static enum err prepare(const struct api *api, struct call *c)
{
	const char *allow;
	TRY(find_route(api, c, &allow));
	TRY(authorise(api, c));
	TRY(read_headers(c));
	TRY(route_check(api, c));
	TRY(see(api, c));
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
		answer_refuse(api, c, &(struct refusal){ .err = ERR_MEMORY, .field = "", .rule = "" });
		return;
	}
	arena_on_full(http->arena, &guard);
	enum err e = prepare(api, c);
	arena_on_full(http->arena, NULL);
	if (e == ERR_FORBIDDEN)
		look_refused(api, c);
	if (e != OK)
		answer_refuse(api, c, &c->why);
	else if (c->route->write)
		call_put(api, c);
	else
		answer_read(api, c);
}

static void on_gone(void *owner, struct http_request *http)
{
	struct api *api = owner;
	if (!http->owner)
		return;
	answer_forget(api, http->owner);
	call_forget(http->owner);
	look_forget(http->owner);
}

enum err api_open(struct engine *e, const struct served *served, const char *host, uint16_t port, struct api **ret,
                  const char **why)
{
	struct api *api = ARENA_NEW(e->arena, struct api);
	*api = (struct api){ .engine = e, .served = *served };
	TRY(http_open(e->arena, host, port, on_request, on_gone, api, &api->http, why));
	e->serving = api;
	*ret = api;
	return OK;
}

/* What waits for a decision was done: its answer is ready. */
void api_close(struct api *api)
{
	if (!api)
		return;
	answer_all(api);
	http_close(api->http);
}

int api_turn(struct api *api, int64_t now_ms)
{
	return answer_turn(api, now_ms);
}

struct http_server *api_server(const struct api *api)
{
	return api->http;
}
