/* SPDX-License-Identifier: EUPL-1.2 */
/* One exchange: collects the body, hands the request to the owner once, turns the answer into a
 * libmicrohttpd response. Owns the arena of the request, which lives until the last byte of the
 * answer is sent. Must never keep more than HTTP_MAX_BODY of what a client sends. */
#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "http/exchange.h"
#include "shape/shape.h"

#define REQUEST_MEMORY ((size_t)16 * 1024 * 1024) /* what one request and its answer may take */
#define SWALLOW_MAX ((uint64_t)1024 * 1024)       /* of a too large body, read so that the client hears the 413 */

static const char body_rule[] = "A request body is at most 65536 bytes.";

static const struct {
	const char *name;
	enum http_method method;
} methods[] = {
	{ "GET", HTTP_GET }, { "HEAD", HTTP_GET },      { "POST", HTTP_POST },
	{ "PUT", HTTP_PUT }, { "DELETE", HTTP_DELETE }, { "OPTIONS", HTTP_OPTIONS },
};

static enum http_method method_of(const char *name)
{
	for (size_t i = 0; i < countof(methods); i++)
		if (strcmp(methods[i].name, name) == 0)
			return methods[i].method;
	return HTTP_OTHER;
}

/* What Content-Length announces; 0 when it says nothing (libmicrohttpd has checked its form). */
static uint64_t announced(const struct exchange *x)
{
	const char *length = http_header(&x->request, "Content-Length");
	return length ? strtoull(length, NULL, 10) : 0;
}

struct exchange *exchange_begin(struct http_server *s, struct MHD_Connection *connection, const char *url,
                                const char *method)
{
	struct arena *a = s->n_spare > 0 ? s->spare[--s->n_spare] : arena_new(REQUEST_MEMORY);
	struct exchange *x = ARENA_NEW(a, struct exchange);
	*x = (struct exchange){
		.request = { .arena = a, .method = method_of(method), .path = url, .body = "" },
		.server = s,
		.connection = connection,
	};
	/* A client that asked whether it may send, or that announces very much, is told no at once; of others the body
	 * is swallowed first, for closing a connection with unread bytes would reset it and lose the answer. */
	uint64_t length = announced(x);
	x->too_large = length > HTTP_MAX_BODY;
	if (x->too_large && (length > SWALLOW_MAX || http_header(&x->request, "Expect")))
		exchange_refuse(x, ERR_TOO_LARGE, "", body_rule);
	return x;
}

bool exchange_take(struct exchange *x, const char *data, size_t len)
{
	x->taken += len;
	if (x->taken > HTTP_MAX_BODY)
		x->too_large = true;
	if (x->too_large)
		return x->taken <= SWALLOW_MAX;
	if (!x->body.data)
		x->body = buffer_in(x->request.arena);
	buffer_add(&x->body, data, len);
	return true;
}

static enum MHD_Result find_bad_text(void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
	(void)kind;
	bool *bad = cls;
	if (!shape_is_utf8(name, strlen(name)) || (value && !shape_is_utf8(value, strlen(value))))
		*bad = true;
	return *bad ? MHD_NO : MHD_YES;
}

void exchange_hand_over(struct exchange *x)
{
	bool bad_query = false;
	MHD_get_connection_values(x->connection, MHD_GET_ARGUMENT_KIND, find_bad_text, &bad_query);
	if (x->too_large) {
		exchange_refuse(x, ERR_TOO_LARGE, "", body_rule);
	} else if (x->server->closing) {
		exchange_refuse(x, ERR_BUSY, "", "The service is stopping.");
	} else if (!shape_is_utf8(x->request.path, strlen(x->request.path))) {
		exchange_refuse(x, ERR_NOT_FOUND, "", "An address is UTF-8.");
	} else if (bad_query) {
		exchange_refuse(x, ERR_QUERY, "", "Query parameters are UTF-8.");
	} else {
		if (x->body.data) {
			x->request.body = x->body.data;
			x->request.body_len = x->body.len;
		}
		x->state = EXCHANGE_HANDED;
		FAULT_POINT(request_heard);
		x->server->on_request(x->server->owner, &x->request);
	}
}

void exchange_refuse(struct exchange *x, enum err e, const char *field, const char *rule)
{
	const struct refusal why = { .err = e, .field = field, .rule = rule };
	const struct http_reply reply = http_problem(x->request.arena, &why, "");
	http_answer(&x->request, &reply);
}

void exchange_end(struct exchange *x)
{
	struct http_server *s = x->server;
	struct arena *a = x->request.arena;
	if (x->response)
		MHD_destroy_response(x->response);
	if (s->n_spare == HTTP_SPARE_ARENAS) {
		arena_free(a);
		return;
	}
	arena_reset(a);
	arena_on_full(a, NULL);
	s->spare[s->n_spare++] = a;
}

/* --- what the owner asks --- */

static const struct exchange *exchange_of(const struct http_request *rq)
{
	return (const struct exchange *)rq;
}

const char *http_header(const struct http_request *rq, const char *name)
{
	return MHD_lookup_connection_value(exchange_of(rq)->connection, MHD_HEADER_KIND, name);
}

struct query_walk {
	bool (*each)(void *ctx, const char *name, const char *value);
	void *ctx;
};

static enum MHD_Result walk_query(void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
	(void)kind;
	const struct query_walk *walk = cls;
	return walk->each(walk->ctx, name, value ? value : "") ? MHD_YES : MHD_NO;
}

void http_each_query(const struct http_request *rq, bool (*each)(void *ctx, const char *name, const char *value),
                     void *ctx)
{
	struct query_walk walk = { .each = each, .ctx = ctx };
	MHD_get_connection_values(exchange_of(rq)->connection, MHD_GET_ARGUMENT_KIND, walk_query, &walk);
}

struct query_search {
	const char *name, *value;
};

static bool search_query(void *ctx, const char *name, const char *value)
{
	struct query_search *search = ctx;
	if (strcmp(name, search->name) != 0)
		return true;
	search->value = value;
	return false;
}

/* MHD_lookup_connection_value would take "DATE" for "date": names of parameters are exact here. */
const char *http_query(const struct http_request *rq, const char *name)
{
	struct query_search search = { .name = name };
	http_each_query(rq, search_query, &search);
	return search.value;
}

/* --- answering --- */

static const struct {
	const char *name, *value;
} fixed_headers[] = {
	{ "Cache-Control", "no-store" },
	{ "X-Content-Type-Options", "nosniff" },
	{ "Referrer-Policy", "no-referrer" },
	{ "Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'" },
};

static const struct {
	const char *name;
	size_t offset;
} reply_headers[] = {
	{ "Location", offsetof(struct http_reply, location) },
	{ "ETag", offsetof(struct http_reply, etag) },
	{ "Preference-Applied", offsetof(struct http_reply, preference_applied) },
	{ "Allow", offsetof(struct http_reply, allow) },
	{ "WWW-Authenticate", offsetof(struct http_reply, www_authenticate) },
	{ "Retry-After", offsetof(struct http_reply, retry_after) },
	{ "Content-Disposition", offsetof(struct http_reply, content_disposition) },
};

/* False: not all of them. */
static bool add_headers(struct MHD_Response *response, const struct http_reply *reply)
{
	bool all = true;
	for (size_t i = 0; i < countof(fixed_headers); i++)
		all = all && MHD_add_response_header(response, fixed_headers[i].name, fixed_headers[i].value) == MHD_YES;
	if (reply->body_len > 0)
		all = all && MHD_add_response_header(response, "Content-Type",
		                                     reply->content_type ? reply->content_type : "application/json") == MHD_YES;
	for (size_t i = 0; i < countof(reply_headers); i++) {
		const char *value;
		memcpy(&value, (const char *)reply + reply_headers[i].offset, sizeof value);
		if (value && *value)
			all = all && MHD_add_response_header(response, reply_headers[i].name, value) == MHD_YES;
	}
	return all;
}

void http_answer(struct http_request *rq, const struct http_reply *reply)
{
	struct exchange *x = (struct exchange *)rq;
	assert(x->state == EXCHANGE_READING || x->state == EXCHANGE_HANDED);
	FAULT_POINT(answer_unsent);
	x->state = EXCHANGE_ANSWERED;
	x->status = (unsigned)reply->status;
	/* The body lies in the request's arena, which outlives the sending: no copy. */
	x->response =
	    MHD_create_response_from_buffer(reply->body_len, (void *)(uintptr_t)reply->body, MHD_RESPMEM_PERSISTENT);
	if (x->response &&
	    !add_headers(x->response, reply)) { /* without an ETag or a Location it would tell half the truth */
		MHD_destroy_response(x->response);
		x->response = NULL; /* the connection is closed, as when there is no memory for an answer at all */
	}
	exchange_wake(x);
	FAULT_POINT(answer_made);
}
