/* SPDX-License-Identifier: EUPL-1.2 */
/* For measuring the broker: a bare libzmq ROUTER with CURVE that only forwards, and the two ends that
 * send through it or through udvej-broker with the same frames, [to][payload] and [from][payload].
 * Keys and routing come from the environment. Never part of what is installed.
 *
 *   bench_relay router ENDPOINT
 *   bench_relay sink ENDPOINT NAME
 *   bench_relay source ENDPOINT NAME TO BYTES SECONDS     prints "messages seconds refused" */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

#define WINDOW ((uint64_t)1024 * 1024)   /* bytes under way, as a daemon's credit */
#define MESSAGES ((uint64_t)128)         /* and messages: a broker holds twice as many for one peer */
#define ACK_EVERY ((uint64_t)64)         /* messages, or when nothing more is there */
#define ACK_BYTES ((uint64_t)256 * 1024) /* or bytes */
#define PING_MS 1000
#define NAME_MAX_LEN 64

static const unsigned char ping[] = { 0x18, 0x01 }; /* Link{ping: true}; the bare ROUTER drops it */

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "bench_relay: %s: %s\n", what, zmq_strerror(zmq_errno()));
	exit(1);
}

static const char *setting(const char *name)
{
	const char *value = getenv(name);
	if (!value) {
		fprintf(stderr, "bench_relay: %s is not set\n", name);
		exit(2);
	}
	return value;
}

static void set_int(void *socket, int option, int value)
{
	must(zmq_setsockopt(socket, option, &value, sizeof value) == 0, "setsockopt");
}

static void set_text(void *socket, int option, const char *value)
{
	must(zmq_setsockopt(socket, option, value, strlen(value)) == 0, "setsockopt");
}

static void *open_socket(void *context, int type)
{
	void *s = zmq_socket(context, type);
	must(s != NULL, "socket");
	set_int(s, ZMQ_RCVHWM, 0);
	set_int(s, ZMQ_SNDHWM, 0); /* the window bounds what is queued */
	set_int(s, ZMQ_LINGER, 0);
	return s;
}

/* --- the bare ROUTER --- */

static void forward(void *s, zmq_msg_t part[3])
{
	if (zmq_msg_size(&part[1]) == 0)
		return; /* a ping */
	if (zmq_send(s, zmq_msg_data(&part[1]), zmq_msg_size(&part[1]), ZMQ_SNDMORE | ZMQ_DONTWAIT) < 0)
		return; /* nobody of that name: what a ROUTER does without a broker around it */
	must(zmq_send(s, zmq_msg_data(&part[0]), zmq_msg_size(&part[0]), ZMQ_SNDMORE | ZMQ_DONTWAIT) >= 0, "send");
	must(zmq_msg_send(&part[2], s, ZMQ_DONTWAIT) >= 0, "send");
}

static int route(void *context, const char *endpoint)
{
	void *s = open_socket(context, ZMQ_ROUTER);
	set_int(s, ZMQ_ROUTER_MANDATORY, 1);
	set_int(s, ZMQ_CURVE_SERVER, 1);
	set_text(s, ZMQ_CURVE_SECRETKEY, setting("BENCH_SECRET"));
	must(zmq_bind(s, endpoint) == 0, endpoint);
	for (;;) {
		zmq_msg_t part[3];
		for (int i = 0; i < 3; i++) {
			zmq_msg_init(&part[i]);
			must(zmq_msg_recv(&part[i], s, 0) >= 0, "receive");
		}
		forward(s, part);
		for (int i = 0; i < 3; i++)
			zmq_msg_close(&part[i]);
	}
	return 0;
}

/* --- the two ends --- */

static void *open_end(void *context, const char *endpoint, const char *name)
{
	void *s = open_socket(context, ZMQ_DEALER);
	set_text(s, ZMQ_CURVE_SERVERKEY, setting("BENCH_SERVER"));
	set_text(s, ZMQ_CURVE_PUBLICKEY, setting("BENCH_PUBLIC"));
	set_text(s, ZMQ_CURVE_SECRETKEY, setting("BENCH_SECRET"));
	if (getenv("BENCH_BARE")) { /* a bare ROUTER routes by what the peer claims to be */
		set_text(s, ZMQ_ROUTING_ID, name);
	} else { /* the broker wants sixteen random bytes, the first not zero */
		unsigned char id[16];
		FILE *random = fopen("/dev/urandom", "re");
		must(random && fread(id, 1, sizeof id, random) == sizeof id, "/dev/urandom");
		fclose(random);
		id[0] |= 1;
		must(zmq_setsockopt(s, ZMQ_ROUTING_ID, id, sizeof id) == 0, "setsockopt");
	}
	must(zmq_connect(s, endpoint) == 0, endpoint);
	return s;
}

static bool send_to(void *s, const char *to, const void *data, size_t len)
{
	if (zmq_send(s, to, strlen(to), ZMQ_SNDMORE | ZMQ_DONTWAIT) < 0)
		return false;
	return zmq_send(s, data, len, ZMQ_DONTWAIT) >= 0;
}

/* One message without waiting; -1: there is none. Fills in who it is from, "" being the broker. */
static int receive(void *s, char from[NAME_MAX_LEN + 1], void *data, size_t room)
{
	int n = zmq_recv(s, from, NAME_MAX_LEN, ZMQ_DONTWAIT);
	if (n < 0)
		return -1;
	from[n < NAME_MAX_LEN ? n : NAME_MAX_LEN] = 0;
	n = zmq_recv(s, data, room, 0);
	must(n >= 0, "receive");
	return n;
}

static void wait_for(void *s, long ms)
{
	zmq_pollitem_t item = { .socket = s, .events = ZMQ_POLLIN };
	zmq_poll(&item, 1, ms);
}

/* Tells the sender how many messages have come, whenever nothing more is there or much has come. */
static int sink(void *context, const char *endpoint, const char *name)
{
	static unsigned char data[1024 * 1024];
	char from[NAME_MAX_LEN + 1], sender[NAME_MAX_LEN + 1] = "";
	void *s = open_end(context, endpoint, name);
	uint64_t messages = 0, told = 0, bytes = 0;
	double pinged = 0;
	for (;;) {
		if (now() - pinged > PING_MS / 1e3) {
			send_to(s, "", ping, sizeof ping);
			pinged = now();
		}
		int n;
		while (bytes < ACK_BYTES && messages - told < ACK_EVERY && (n = receive(s, from, data, sizeof data)) >= 0) {
			if (!*from)
				continue;
			memcpy(sender, from, sizeof sender);
			messages++;
			bytes += (uint64_t)n;
		}
		if (messages > told) {
			send_to(s, sender, &messages, sizeof messages);
			told = messages;
		} else {
			wait_for(s, PING_MS / 4);
		}
		bytes = 0;
	}
	return 0;
}

struct source {
	void *socket;
	const char *to;
	size_t bytes;
	uint64_t sent, acked, refused;
};

static void hear(struct source *s)
{
	unsigned char data[1024];
	char from[NAME_MAX_LEN + 1];
	for (int n; (n = receive(s->socket, from, data, sizeof data)) >= 0;) {
		uint64_t messages;
		if (strcmp(from, s->to) == 0 && n == sizeof messages) {
			memcpy(&messages, data, sizeof messages);
			s->acked = messages;
		} else if (!*from && n > 0 && data[0] == 0x12) { /* Link{gone} */
			s->refused++;
		}
	}
}

static void fill_window(struct source *s, const unsigned char *payload)
{
	uint64_t room = WINDOW / s->bytes < MESSAGES ? WINDOW / s->bytes : MESSAGES;
	while (s->sent - s->acked - s->refused < room && send_to(s->socket, s->to, payload, s->bytes))
		s->sent++;
}

/* Until a first message has been answered: then both ends are connected. */
static void meet(struct source *s, const unsigned char *payload)
{
	double began = now();
	while (!s->acked) {
		must(now() - began < 20, "the other end does not answer");
		send_to(s->socket, "", ping, sizeof ping);
		if (send_to(s->socket, s->to, payload, 1))
			s->sent++;
		wait_for(s->socket, 200);
		hear(s);
	}
	wait_for(s->socket, 300);
	hear(s);
	s->sent = s->acked;
	s->refused = 0;
}

static int source(void *context, char **argv)
{
	size_t bytes = strtoul(argv[5], NULL, 10);
	double seconds = strtod(argv[6], NULL), pinged = 0;
	unsigned char *payload = calloc(1, bytes);
	struct source s = { .socket = open_end(context, argv[2], argv[3]), .to = argv[4], .bytes = bytes };
	must(payload != NULL, "memory");
	meet(&s, payload);
	double began = now();
	uint64_t before = s.acked;
	for (double t = began; t < began + seconds; t = now()) {
		if (t - pinged > PING_MS / 1e3) {
			send_to(s.socket, "", ping, sizeof ping);
			pinged = t;
		}
		fill_window(&s, payload);
		wait_for(s.socket, 10);
		hear(&s);
	}
	printf("%llu %f %llu\n", (unsigned long long)(s.acked - before), now() - began, (unsigned long long)s.refused);
	free(payload);
	zmq_close(s.socket);
	return 0;
}

int main(int argc, char **argv)
{
	void *context = zmq_ctx_new();
	if (argc == 3 && strcmp(argv[1], "router") == 0)
		return route(context, argv[2]);
	if (argc == 4 && strcmp(argv[1], "sink") == 0)
		return sink(context, argv[2], argv[3]);
	if (argc == 7 && strcmp(argv[1], "source") == 0)
		return source(context, argv);
	fprintf(stderr, "usage: see the head of tests/bench/relay.c\n");
	return 2;
}
