/* SPDX-License-Identifier: EUPL-1.2 */
/* HTTP in: libmicrohttpd on its epoll descriptor inside the daemon's own poll, one thread. Collects
 * each request whole (body at most 64 KiB), hands it up, and sends the answer whenever it is given:
 * at once, or later (the connection is suspended meanwhile). Knows nothing of routes or data. */
#ifndef UDVEJ_HTTP_HTTP_H
#define UDVEJ_HTTP_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/err.h"

#define HTTP_MAX_BODY ((size_t)64 * 1024)

enum http_method { HTTP_GET, HTTP_POST, HTTP_PUT, HTTP_DELETE, HTTP_OPTIONS, HTTP_OTHER };

/* One request, alive until its answer is sent or its client has gone. */
struct http_request {
	struct arena *arena;     /* lives as long as the request */
	enum http_method method; /* HEAD is given as GET */
	const char *path;        /* decoded, without query */
	const char *body;        /* NUL-ended; "" when none */
	size_t body_len;
	void *owner; /* for the layer above */
};

struct http_server;

/* Called for each complete request. The owner must answer exactly once, now or later. */
typedef void http_on_request(void *owner, struct http_request *request);
/* Called when a client went away before its answer: the request dies when this returns. */
typedef void http_on_gone(void *owner, struct http_request *request);

/* Listens on host:port (loopback or what the settings say; port 0: any free one). The server lives in the arena.
 * *why says what failed. */
enum err http_open(struct arena *a, const char *host, uint16_t port, http_on_request *on_request, http_on_gone *on_gone,
                   void *owner, struct http_server **ret, const char **why) MUST_USE;
/* Answers what is suspended with 503 (its owner hears nothing of it), stops. Takes NULL. */
void http_close(struct http_server *s);
/* The port it listens on. */
uint16_t http_port(const struct http_server *s);
/* The descriptor to poll for POLLIN, and the milliseconds after which http_turn() wants to be called anyway (-1: none).
 */
int http_socket(const struct http_server *s);
int http_timeout_ms(const struct http_server *s);
void http_turn(struct http_server *s);

/* A header of the request (name in any case), or NULL. */
const char *http_header(const struct http_request *rq, const char *name);
/* A query parameter, decoded, or NULL. */
const char *http_query(const struct http_request *rq, const char *name);
/* Calls back for each query parameter, until false. */
void http_each_query(const struct http_request *rq, bool (*each)(void *ctx, const char *name, const char *value),
                     void *ctx);

/* An answer. Strings in the request's arena or literals. Security headers (nosniff, no-store, no-referrer, CSP) are
 * added. */
struct http_reply {
	int status;
	const char *content_type; /* default application/json */
	const char *body;
	size_t body_len;
	const char *location, *etag, *preference_applied, *allow, *www_authenticate, *retry_after, *content_disposition;
};
/* Sends the answer; wakes a suspended connection. The request may be gone when this returns. */
void http_answer(struct http_request *rq, const struct http_reply *reply);

/* --- problem.c: RFC 9457 --- */

/* The problem document of a refusal: the first broken rule as `field` and `rule`, all of them in `errors`. `instance`
 * may be "". */
const char *http_problem_json(struct arena *a, const struct refusal *why, const char *instance);
/* The same as an answer. */
struct http_reply http_problem(struct arena *a, const struct refusal *why, const char *instance);

/* --- path.c --- */

/* Whether path matches a template such as "/api/v1/courses/{id}/close"; fills up to `max` parameter values in order. */
#define HTTP_MAX_PARAMS 4
bool http_path_match(struct arena *a, const char *template, const char *path, const char *params[HTTP_MAX_PARAMS]);

#endif
