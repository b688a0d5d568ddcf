/* SPDX-License-Identifier: EUPL-1.2 */
/* The listening socket, the libmicrohttpd daemon without threads, and the connections that wait for
 * an answer. libmicrohttpd does not watch a suspended connection, so this file looks once a second
 * whether its client is still there. It must never call a suspend outside of the access handler, nor
 * stop the daemon while anything is suspended (libmicrohttpd aborts). */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fault.h"
#include "http/exchange.h"

#define MAX_CONNECTIONS 1024u
#define CONNECTION_MEMORY ((size_t)32 * 1024) /* headers of one request; more is answered 431 by libmicrohttpd */
#define IDLE_SECONDS 30u
#define LOOK_EVERY_MS 1000
#define CLOSING_TURNS 20

/* --- connections that wait --- */

/* Puts the connection to sleep until exchange_wake(). Inside the access handler only. */
static void suspend(struct exchange *x)
{
	struct http_server *s = x->server;
	x->suspended = true;
	x->previous = NULL;
	x->next = s->suspended;
	if (x->next)
		x->next->previous = x;
	s->suspended = x;
	MHD_suspend_connection(x->connection);
}

void exchange_wake(struct exchange *x)
{
	if (!x->suspended)
		return;
	x->suspended = false;
	if (x->previous)
		x->previous->next = x->next;
	else
		x->server->suspended = x->next;
	if (x->next)
		x->next->previous = x->previous;
	MHD_resume_connection(x->connection);
}

/* Also a client that has only closed its sending half counts as gone: the two cannot be told apart. */
static bool client_is_gone(const struct exchange *x)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct pollfd p = { .fd = info->connect_fd, .events = POLLRDHUP };
	return poll(&p, 1, 0) == 1 && (p.revents & (POLLRDHUP | POLLHUP | POLLERR));
}

static void look_for_the_gone(struct http_server *s)
{
	/* on_gone may answer other exchanges and so change the list: begin again after each. */
	for (struct exchange *x = s->suspended; x;) {
		if (!client_is_gone(x)) {
			x = x->next;
			continue;
		}
		x->state = EXCHANGE_GONE;
		s->on_gone(s->owner, &x->request);
		exchange_wake(x);
		x = s->suspended;
	}
}

/* --- what libmicrohttpd calls --- */

static enum MHD_Result on_access(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
                                 const char *version, const char *upload, size_t *upload_len, void **context)
{
	(void)version;
	struct exchange *x = *context;
	if (!x) {
		*context = x = exchange_begin(cls, connection, url, method);
		/* Answered before the body came: libmicrohttpd sends it, reads no further and closes. */
		return x->response ? MHD_queue_response(connection, x->status, x->response) : MHD_YES;
	}
	if (*upload_len > 0) {
		bool go_on = exchange_take(x, upload, *upload_len);
		*upload_len = 0;
		return go_on ? MHD_YES : MHD_NO;
	}
	if (x->state == EXCHANGE_READING)
		exchange_hand_over(x);
	if (x->response)
		return MHD_queue_response(connection, x->status, x->response);
	if (x->state != EXCHANGE_HANDED)
		return MHD_NO;
	suspend(x);
	return MHD_YES;
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **context,
                         enum MHD_RequestTerminationCode why)
{
	(void)connection;
	(void)why;
	struct http_server *s = cls;
	struct exchange *x = *context;
	if (!x)
		return;
	*context = NULL;
	FAULT_POINT(answer_sent);
	if (x->state == EXCHANGE_HANDED)
		s->on_gone(s->owner, &x->request);
	exchange_end(x);
}

static int hex(char c)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *p = c ? strchr(digits, c) : NULL;
	return p ? (int)((p - digits) % 16) : -1;
}

/* Percent-decoding in place. A NUL stays as written, so that no decoded text is cut short by it. */
static size_t on_unescape(void *cls, struct MHD_Connection *connection, char *s)
{
	(void)cls;
	(void)connection;
	char *out = s;
	for (const char *in = s; *in; in++) {
		int high = *in == '%' ? hex(in[1]) : -1;
		int low = high >= 0 ? hex(in[2]) : -1;
		if (low >= 0 && high + low > 0) {
			*out++ = (char)(high * 16 + low);
			in += 2;
		} else {
			*out++ = *in;
		}
	}
	*out = '\0';
	return (size_t)(out - s);
}

/* --- opening, turning, closing --- */

/* A listening socket; TCP_NODELAY on it is inherited by what it accepts. -1 and errno on failure. */
static int listen_on(const struct addrinfo *where)
{
	const int on = 1;
	int fd = socket(where->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
	    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0 &&
	    bind(fd, where->ai_addr, where->ai_addrlen) == 0 && listen(fd, 1024) == 0)
		return fd;
	int failure = errno;
	close(fd);
	errno = failure;
	return -1;
}

static enum err listen_at(struct arena *a, const char *host, uint16_t port, int *ret, const char **why)
{
	char service[8];
	snprintf(service, sizeof service, "%u", (unsigned)port);
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV }, *found;
	int failure = getaddrinfo(host, service, &hints, &found);
	if (failure) {
		*why = arena_printf(a, "http: no address for %s: %s", host, gai_strerror(failure));
		return ERR_SYSTEM;
	}
	int fd = listen_on(found);
	freeaddrinfo(found);
	if (fd < 0) {
		*why = arena_printf(a, "http: cannot listen on %s port %u: %s", host, (unsigned)port, strerror(errno));
		return ERR_SYSTEM;
	}
	*ret = fd;
	return OK;
}

enum err http_open(struct arena *a, const char *host, uint16_t port, http_on_request *on_request, http_on_gone *on_gone,
                   void *owner, struct http_server **ret, const char **why)
{
	int fd;
	TRY(listen_at(a, host, port, &fd, why));
	struct http_server *s = ARENA_NEW(a, struct http_server);
	*s = (struct http_server){ .on_request = on_request, .on_gone = on_gone, .owner = owner };
	s->daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on_access, s,
	                             MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT, MAX_CONNECTIONS,
	                             MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY, MHD_OPTION_CONNECTION_TIMEOUT,
	                             IDLE_SECONDS, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_COMPLETED,
	                             on_completed, s, MHD_OPTION_UNESCAPE_CALLBACK, on_unescape, NULL, MHD_OPTION_END);
	if (!s->daemon) {
		close(fd);
		*why = "http: libmicrohttpd cannot start";
		return ERR_SYSTEM;
	}
	*ret = s;
	return OK;
}

void http_close(struct http_server *s)
{
	if (!s)
		return;
	s->closing = true;
	while (s->suspended)
		exchange_refuse(s->suspended, ERR_BUSY, "", "The service is stopping.");
	for (int i = 0; i < CLOSING_TURNS; i++)
		MHD_run(s->daemon);
	MHD_stop_daemon(s->daemon);
	while (s->n_spare > 0)
		arena_free(s->spare[--s->n_spare]);
}

int http_socket(const struct http_server *s)
{
	return MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
}

uint16_t http_port(const struct http_server *s)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} where = { .v6 = { 0 } };
	socklen_t len = sizeof where;
	int fd = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_LISTEN_FD)->listen_fd;
	if (getsockname(fd, &where.any, &len) != 0)
		return 0;
	return ntohs(where.any.sa_family == AF_INET6 ? where.v6.sin6_port : where.v4.sin_port);
}

int http_timeout_ms(const struct http_server *s)
{
	MHD_UNSIGNED_LONG_LONG ms;
	bool wanted = MHD_get_timeout(s->daemon, &ms) == MHD_YES;
	if (wanted && ms < LOOK_EVERY_MS)
		return (int)ms;
	/* Once a second while there is any connection: to look for the gone, and because at the limit libmicrohttpd
	 * listens again only in the turn after a connection has closed. */
	return wanted || s->suspended ? LOOK_EVERY_MS : -1;
}

void http_turn(struct http_server *s)
{
	MHD_run(s->daemon);
	int64_t now = clock_monotonic_ms();
	if (now - s->looked_ms >= LOOK_EVERY_MS) {
		s->looked_ms = now;
		look_for_the_gone(s);
	}
}
