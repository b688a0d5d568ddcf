/* SPDX-License-Identifier: EUPL-1.2 */
/* Every route of a service behind the HTTP layer: rights, headers, query, the JSON of the body, its rules, the handler,
 * and the answer. The first byte chooses the route, the second what the database holds (bits 0-4, 6, 7) and who asks
 * (5). Then come lines: If-Match, Prefer, Accept, the query; the rest is the body. Stands in for common/http, whose own
 * decoding is the matter of http.c. What is answered must be well-formed. */
#include <jansson.h>
#include <string.h>

#include "fuzz.h"
#include "world.h"

#define N_LINES 4

static struct {
	http_on_request *on_request;
	void *owner;
	const char *names[8], *values[8]; /* of the query */
	size_t n_query;
	const char *lines[N_LINES];
	const char *token;
	bool answered;
	struct http_server *server;
} http;

enum err http_open(struct arena *a, const char *host, uint16_t port, http_on_request *on_request, http_on_gone *on_gone,
                   void *owner, struct http_server **ret, const char **why)
{
	(void)a;
	(void)host;
	(void)port;
	(void)on_gone;
	(void)why;
	http.on_request = on_request;
	http.owner = owner;
	*ret = http.server;
	return OK;
}

const char *http_header(const struct http_request *rq, const char *name)
{
	static const char *const of_lines[] = { "If-Match", "Prefer", "Accept" };
	(void)rq;
	for (size_t i = 0; i < countof(of_lines); i++)
		if (strcmp(of_lines[i], name) == 0)
			return *http.lines[i] ? http.lines[i] : NULL;
	if (strcmp(name, "Authorization") == 0)
		return http.token;
	return strcmp(name, "Idempotency-Key") == 0 ? "key" : NULL;
}

void http_each_query(const struct http_request *rq, bool (*each)(void *ctx, const char *name, const char *value),
                     void *ctx)
{
	(void)rq;
	for (size_t i = 0; i < http.n_query; i++)
		if (!each(ctx, http.names[i], http.values[i]))
			return;
}

const char *http_query(const struct http_request *rq, const char *name)
{
	(void)rq;
	for (size_t i = 0; i < http.n_query; i++)
		if (strcmp(http.names[i], name) == 0)
			return http.values[i];
	return NULL;
}

void http_answer(struct http_request *rq, const struct http_reply *reply)
{
	(void)rq;
	FUZZ_MUST(!http.answered && reply->status >= 200 && reply->status < 600);
	http.answered = true;
	bool json = !reply->content_type || strstr(reply->content_type, "json");
	if (!json || reply->body_len == 0)
		return;
	json_error_t error;
	json_t *root = json_loadb(reply->body, reply->body_len, 0, &error);
	FUZZ_MUST(root);
	json_decref(root);
}

/* The services that have accounts ask the database who it is; reporting asks for a statement, so it gets one. */
static enum err believe(struct tx *tx, const char *token, struct principal *ret)
{
	(void)tx;
	(void)token;
	*ret =
	    (struct principal){ .id = "1", .name = "C", .organisation = "reden", .worker = "", .role = ROLE_COORDINATOR };
	return OK;
}

static struct daemon *open_api(void)
{
	static struct service copy;
	if (!copy.name)
		copy = *world_daemon()->service;
	if (strcmp(copy.name, "reporting") == 0)
		copy.authenticate = believe;
	return world_api(&copy, "");
}

/* a=b&c=d, as it is when decoded; a name alone has the value "". */
static void split_query(char *query)
{
	http.n_query = 0;
	for (char *pair = query; *pair && http.n_query < countof(http.names);) {
		size_t len = strcspn(pair, "&");
		bool last = !pair[len];
		pair[len] = '\0';
		char *equals = strchr(pair, '=');
		if (equals)
			*equals = '\0';
		http.names[http.n_query] = pair;
		http.values[http.n_query++] = equals ? equals + 1 : "";
		pair += len + !last;
	}
}

static const char *path_of(struct arena *a, const struct route *route)
{
	const char *open = strchr(route->path, '{');
	const char *close = open ? strchr(open, '}') + 1 : "";
	if (!open)
		return route->path;
	const char *id = strstr(route->path, "workers") ? "anna" : WORLD_ID;
	return arena_printf(a, "%.*s%s%s", (int)(open - route->path), route->path, id, close);
}

static enum http_method method_of(const struct route *route)
{
	return strcmp(route->method, "GET") == 0 ? HTTP_GET : strcmp(route->method, "PUT") == 0 ? HTTP_PUT : HTTP_POST;
}

static void take_call(struct arena *a, const uint8_t *data, size_t len)
{
	struct daemon *d = open_api();
	if (len < 2)
		return;
	size_t n_routes = 0;
	const struct served served = service_served(d->service);
	while (served_route(&served, n_routes))
		n_routes++;
	const struct route *route = served_route(&served, data[0] % n_routes);
	const char *end = (const char *)data + len, *at = (const char *)data + 2;
	char *lines[N_LINES];
	for (size_t i = 0; i < N_LINES; i++) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		size_t n = (size_t)((stop ? stop : end) - at);
		http.lines[i] = lines[i] = fuzz_text(a, (const uint8_t *)at, n);
		if (!shape_is_utf8(lines[i], strlen(lines[i]))) /* refused before it comes so far */
			return;
		at += n + (stop != NULL);
	}
	split_query(lines[N_LINES - 1]);
	struct http_request rq = { .arena = a, .method = method_of(route), .path = path_of(a, route) };
	rq.body_len = (size_t)(end - at);
	rq.body = fuzz_text(a, (const uint8_t *)at, rq.body_len);
	world_begin(data[1]);
	http.token = data[1] & 0x20 ? "Bearer u" : "Bearer t"; /* see rows.c: an administrator's, and another's */
	http.answered = false;
	http.on_request(http.owner, &rq);
	(void)api_turn(d->api, INT64_MAX);
	FUZZ_MUST(http.answered);
}

const struct fuzz_decoder fuzz_decoders[] = {
	{ "api_intake", take_call },
	{ "api_reporting", take_call },
	{ NULL, NULL },
};
