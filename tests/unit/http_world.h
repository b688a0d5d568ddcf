/* SPDX-License-Identifier: EUPL-1.2 */
/* For tests of common/http: a real server on loopback with an owner that notes what it sees, and a
 * client in the same thread, which turns the server between its reads and writes. */
#ifndef UDVEJ_TESTS_HTTP_WORLD_H
#define UDVEJ_TESTS_HTTP_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/http.h"

/* What the owner saw and how it behaves. */
static struct {
	struct http_server *server;
	struct arena *arena;
	unsigned requests, gone;
	struct http_request *waiting[8];
	unsigned n_waiting;
	size_t last_body_len;
	enum http_method last_method;
	char last_path[128], last_query[128], last_header[128];
} world;

static inline void answer(struct http_request *rq, const char *text)
{
	const struct http_reply reply = { .status = 200, .body = text, .body_len = strlen(text), .etag = "\"7\"" };
	http_answer(rq, &reply);
}

static inline bool note_query(void *ctx, const char *name, const char *value)
{
	(void)ctx;
	size_t len = strlen(world.last_query);
	snprintf(world.last_query + len, sizeof world.last_query - len, "%s=%s;", name, value);
	return true;
}

static inline void on_request(void *owner, struct http_request *rq)
{
	assert_ptr_equal(owner, &world);
	world.requests++;
	world.last_body_len = rq->body_len;
	world.last_method = rq->method;
	assert_int_equal(strlen(rq->body), rq->body_len);
	snprintf(world.last_path, sizeof world.last_path, "%s", rq->path);
	world.last_query[0] = '\0';
	http_each_query(rq, note_query, NULL);
	const char *header = http_header(rq, "x-test");
	snprintf(world.last_header, sizeof world.last_header, "%s", header ? header : "");
	if (strcmp(rq->path, "/later") == 0) {
		world.waiting[world.n_waiting++] = rq;
	} else if (strcmp(rq->path, "/nothing") == 0) {
		http_answer(rq, &(struct http_reply){ .status = 204 });
	} else if (strcmp(rq->path, "/big") == 0) {
		size_t len = 1000000;
		char *body = arena_alloc(rq->arena, len);
		memset(body, 'x', len);
		http_answer(rq, &(struct http_reply){ .status = 200, .body = body, .body_len = len });
	} else {
		answer(rq, arena_printf(rq->arena, "{\"n\":%u}", world.requests));
	}
}

static inline void on_gone(void *owner, struct http_request *rq)
{
	assert_ptr_equal(owner, &world);
	world.gone++;
	for (unsigned i = 0; i < world.n_waiting; i++)
		if (world.waiting[i] == rq)
			world.waiting[i] = world.waiting[--world.n_waiting];
}

/* --- the client --- */

static char received[2 * 1024 * 1024];
static size_t n_received;

static inline int dial(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in to = { .sin_family = AF_INET,
		                      .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		                      .sin_port = htons(http_port(world.server)) };
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
	n_received = 0;
	received[0] = '\0';
	return fd;
}

static inline void turn(int ms)
{
	struct pollfd p = { .fd = http_socket(world.server), .events = POLLIN };
	int wanted = http_timeout_ms(world.server);
	poll(&p, 1, wanted >= 0 && wanted < ms ? wanted : ms);
	http_turn(world.server);
}

static inline void send_text(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, text, len, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n > 0) {
			text += n;
			len -= (size_t)n;
		}
		turn(0);
		if (n < 0 && errno != EAGAIN)
			return;
	}
}

/* Reads for a while; stops early once `count` status lines and the text `until` have come. False: the server closed. */
static inline bool receive(int fd, const char *until)
{
	for (int i = 0; i < 200; i++) {
		turn(5);
		ssize_t n = recv(fd, received + n_received, sizeof received - n_received - 1, MSG_DONTWAIT);
		if (n == 0)
			return false;
		if (n > 0)
			received[n_received += (size_t)n] = '\0';
		if (until && strstr(received, until))
			return true;
	}
	return true;
}

static inline void say(int fd, const char *text)
{
	send_text(fd, text, strlen(text));
}

#define HOST "Host: localhost\r\n"

static inline int get(const char *path, const char *until)
{
	char text[512];
	int fd = dial();
	snprintf(text, sizeof text, "GET %s HTTP/1.1\r\n" HOST "\r\n", path);
	say(fd, text);
	receive(fd, until);
	return fd;
}

static inline void has(const char *part)
{
	if (!strcasestr(received, part))
		fail_msg("no \"%s\" in:\n%s", part, received);
}

/* --- each scenario has a server of its own --- */

static inline int set_up(void **state)
{
	(void)state;
	memset(&world, 0, sizeof world);
	world.arena = arena_new(1 << 20);
	const char *why;
	return http_open(world.arena, "127.0.0.1", 0, on_request, on_gone, &world, &world.server, &why) == OK ? 0 : -1;
}

static inline int tear_down(void **state)
{
	(void)state;
	http_close(world.server);
	arena_free(world.arena);
	return 0;
}

#define SCENARIO(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
