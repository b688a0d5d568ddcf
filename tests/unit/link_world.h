/* SPDX-License-Identifier: EUPL-1.2 */
/* Nodes with real keys, whose links write down what they are told. */
#ifndef UDVEJ_TESTS_LINK_WORLD_H
#define UDVEJ_TESTS_LINK_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "wire/link.h"
#include "wire/wire.h"

#define N_NODES 2

struct node {
	const char *name;
	struct secret_keys keys;
	struct link *link;
	int ups, gones, frames, refused;
	char last_up[64], last_gone[64], last_from[64], last_epoch[64], last_refused[64];
};

static struct node nodes[N_NODES] = { { .name = "reden" }, { .name = "caseload" } };
static struct secret_keys broker_keys;
static struct registry_node node_rows[N_NODES];
static struct registry_broker broker_row = { .name = "broker" };
static struct registry registry = {
	.serial = 1, .nodes = node_rows, .n_nodes = N_NODES, .brokers = &broker_row, .n_brokers = 1
};

static void note(char to[64], const char *text)
{
	snprintf(to, 64, "%s", text);
}

static void on_frame(void *owner, const char *from, const Frame *frame)
{
	struct node *n = owner;
	n->frames++;
	note(n->last_from, from);
	note(n->last_epoch, frame->greeting ? frame->greeting->epoch : "");
}

static void on_up(void *owner, const char *name)
{
	struct node *n = owner;
	n->ups++;
	note(n->last_up, name);
}

static void on_gone(void *owner, const char *name)
{
	struct node *n = owner;
	n->gones++;
	note(n->last_gone, name);
}

static void on_refused(void *owner, const char *from, const char *why)
{
	struct node *n = owner;
	n->refused++;
	note(n->last_refused, from);
	assert_true(*why);
}

static const struct link_events events = { .frame = on_frame, .up = on_up, .gone = on_gone, .refused = on_refused };

static inline void pause_ms(long ms)
{
	nanosleep(&(struct timespec){ .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 }, NULL);
}

/* New keys for everybody, and a broker at this endpoint. */
static void make_registry(const char *endpoint)
{
	zmq_curve_keypair(broker_keys.curve_public, broker_keys.curve_secret);
	broker_row.endpoint = endpoint;
	broker_row.curve = broker_keys.curve_public;
	for (size_t i = 0; i < N_NODES; i++) {
		nodes[i] = (struct node){ .name = nodes[i].name };
		zmq_curve_keypair(nodes[i].keys.curve_public, nodes[i].keys.curve_secret);
		node_rows[i] = (struct registry_node){ .name = nodes[i].name, .curve = nodes[i].keys.curve_public };
		crypto_box_keypair(node_rows[i].box, nodes[i].keys.box_secret);
		crypto_sign_keypair(node_rows[i].sign, nodes[i].keys.sign_secret);
	}
}

static void open_link(struct node *n)
{
	const char *why = NULL;
	assert_int_equal(link_open(&registry, &(struct key_ring){ { n->keys }, 1 }, &events, n, &n->link, &why), OK);
}

static void close_links(void)
{
	for (size_t i = 0; i < N_NODES; i++) {
		link_close(nodes[i].link);
		nodes[i].link = NULL;
	}
}

/* A greeting whose epoch is this text. */
static bool greet(struct node *n, const char *to, const char *text)
{
	Greeting greeting = GREETING__INIT;
	greeting.epoch = text;
	Frame frame = FRAME__INIT;
	frame.greeting = &greeting;
	return link_send(n->link, to, &frame);
}

#endif
