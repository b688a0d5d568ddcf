/* SPDX-License-Identifier: EUPL-1.2 */
/* Raw bytes of a client on a connection to the real HTTP server of a service: request line, percent-decoding, query,
 * headers, lengths, bodies in pieces, several requests behind each other; and the routes behind it. The first byte
 * chooses what the database holds, the second in how large pieces the rest comes. */
#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"
#include "http/exchange.h"
#include "world.h"

static struct daemon *open_api(void)
{
	return world_api(world_daemon()->service, "127.0.0.1");
}

/* Everything that comes back must look like an answer of HTTP. */
static void hear(int fd, bool *first)
{
	char answer[4096];
	for (ssize_t n; (n = recv(fd, answer, sizeof answer, MSG_DONTWAIT)) > 0; *first = false)
		FUZZ_MUST(!*first || n < 9 || memcmp(answer, "HTTP/1.", 7) == 0);
}

static void turn(struct daemon *d, int fd, bool *first)
{
	http_turn(api_server(d->api));
	(void)api_turn(d->api, INT64_MAX); /* whoever waits is answered now */
	http_turn(api_server(d->api));
	hear(fd, first);
}

static void take_connection(struct arena *a, const uint8_t *data, size_t len)
{
	static const struct sockaddr_in nobody = { .sin_family = AF_INET };
	struct daemon *d = open_api();
	int ends[2];
	bool first = true;
	(void)a;
	if (len < 2)
		return;
	size_t piece = data[1] ? (size_t)data[1] * 16 : len;
	world_begin(data[0]);
	FUZZ_MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0);
	FUZZ_MUST(MHD_add_connection(api_server(d->api)->daemon, ends[1], (const struct sockaddr *)&nobody,
	                             sizeof nobody) == MHD_YES);
	for (size_t at = 2; at < len; at += piece) {
		size_t n = len - at < piece ? len - at : piece;
		if (send(ends[0], data + at, n, MSG_DONTWAIT | MSG_NOSIGNAL) != (ssize_t)n)
			break;
		turn(d, ends[0], &first);
	}
	shutdown(ends[0], SHUT_WR);
	for (int i = 0; i < 3; i++)
		turn(d, ends[0], &first);
	close(ends[0]);
	turn(d, -1, &first);
}

const struct fuzz_decoder fuzz_decoders[] = {
	{ "http_intake", take_connection },
	{ "http_reporting", take_connection },
	{ NULL, NULL },
};
