/* SPDX-License-Identifier: EUPL-1.2 */
/* One GET over a plain socket, so that the operator's program needs no HTTP client. Owns the socket. Must never wait
 * for ever: it is asked when something is wrong. */
#include "readiness.h"

#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define PATIENCE_SECONDS 5
#define ANSWER_MAX ((size_t)64 * 1024)

static int connect_to(const char *host, const char *port)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *all = NULL;
	struct timeval patience = { .tv_sec = PATIENCE_SECONDS };
	int fd = -1;
	if (getaddrinfo(host, port, &hints, &all) != 0)
		return -1;
	for (struct addrinfo *one = all; one && fd < 0; one = one->ai_next) {
		fd = socket(one->ai_family, one->ai_socktype | SOCK_CLOEXEC, one->ai_protocol);
		if (fd < 0)
			continue;
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience); /* connect() too */
		if (connect(fd, one->ai_addr, one->ai_addrlen) != 0) {
			close(fd);
			fd = -1;
		}
	}
	freeaddrinfo(all);
	return fd;
}

const char *readiness_ask(struct arena *a, const char *host, const char *port)
{
	int fd = connect_to(host, port);
	if (fd < 0)
		return NULL;
	const char *request =
	    arena_printf(a, "GET /readyz HTTP/1.1\r\nHost: %s:%s\r\nConnection: close\r\n\r\n", host, port);
	char *answer = arena_alloc(a, ANSWER_MAX + 1);
	size_t len = 0;
	if (send(fd, request, strlen(request), MSG_NOSIGNAL) == (ssize_t)strlen(request))
		for (ssize_t n; len < ANSWER_MAX && (n = recv(fd, answer + len, ANSWER_MAX - len, 0)) > 0;)
			len += (size_t)n;
	close(fd);
	answer[len] = '\0';
	const char *body = strstr(answer, "\r\n\r\n");
	return strncmp(answer, "HTTP/1.1 ", strlen("HTTP/1.1 ")) == 0 && body ? body + strlen("\r\n\r\n") : NULL;
}
