/* SPDX-License-Identifier: EUPL-1.2 */
/* A node "self" and its one peer, for tests of streams out and in: stands in for link, writer and database, which hold
 * still and do what the test says; the clock is the test's. */
#ifndef UDVEJ_TESTS_STREAMS_WORLD_H
#define UDVEJ_TESTS_STREAMS_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "delivery/internal.h"

#define EPOCH "11111111-1111-4111-8111-111111111111"
#define OTHER "22222222-2222-4222-8222-222222222222"
#define MOST 64

/* --- what is around the streams --- */

struct link {
	struct seal *seal;
};

static int64_t now_ms;
static Frame *said[MOST]; /* what went out, packed and unpacked */
static size_t n_said;
static struct letter *queue[MOST]; /* what came in */
static struct origin origins[MOST];
static struct in_stream *heard; /* its stream */
static size_t n_queue;
static struct chain chains[MOST]; /* bus_out, by seq */
static const char *our_since;     /* of the life of this database */
static struct {
	bool there, asked;
	int64_t seq, acked, signed_seq;
	struct chain chain, acked_chain;
	unsigned char signature[SIGNATURE_LEN], receipt[SIGNATURE_LEN];
	size_t receipt_len;
	char partner[LIFE_PARTNER_MAX + 1];
} row; /* of the stream, out or in */

int64_t clock_monotonic_ms(void)
{
	return now_ms;
}

bool link_send(struct link *l, const char *to, const Frame *frame)
{
	static uint8_t packed[100000];
	(void)l;
	(void)to;
	assert_true(n_said < MOST);
	said[n_said++] = frame__unpack(NULL, frame__pack(frame, packed), packed);
	return true;
}

bool link_is_up(const struct link *l)
{
	(void)l;
	return true;
}

struct seal *link_seal(struct link *l)
{
	return l->seal;
}

/* The partner "kommune" signs whatever it is asked to when this is set. */
static bool partner_signs;

bool agreement_signed(const struct agreement *a, const char *organisation, const char *text, size_t len,
                      const unsigned char signature[AGREEMENT_SIGNATURE_LEN])
{
	(void)a;
	(void)text;
	(void)len;
	(void)signature;
	return partner_signs && strcmp(organisation, "kommune") == 0;
}

bool writer_is_stale(const struct writer *w)
{
	(void)w;
	return false;
}

void incoming_put(struct delivery *to, struct in_stream *stream, const struct origin *from, struct letter *l)
{
	(void)to;
	heard = stream;
	assert_true(n_queue < MOST);
	origins[n_queue] = *from;
	queue[n_queue++] = l;
}

enum err tx_refuse(struct tx *tx, enum err e, const char *field, const char *rule, ...)
{
	return refuse(&tx->why, e, field, rule);
}

static const struct db_arg *arg(const struct db_arg *args, const char *name)
{
	while (args->name && strcmp(args->name, name) != 0)
		args++;
	return args;
}

static void take_chain(struct chain *ret, const struct db_arg *args, const char *name)
{
	const struct db_arg *a = arg(args, name);
	assert_int_equal(a->len, CHAIN_LEN);
	memcpy(ret->head, a->text, CHAIN_LEN);
}

enum err db_exec_args(struct db *db, struct arena *a, const struct sql *sql, const ProtobufCMessage *message,
                      const struct db_arg *args)
{
	(void)db;
	(void)a;
	(void)message;
	int64_t seq = arg(args, "seq")->name ? arg(args, "seq")->number : 0;
	if (strcmp(sql->name, "out_insert") == 0) {
		take_chain(&chains[seq], args, "chain");
		return OK;
	}
	if (strcmp(sql->name, "out_trim") == 0)
		return OK;
	if (strcmp(sql->name, "in_stream_asked") == 0) {
		row.asked = true;
		return OK;
	}
	row.there = true;
	if (arg(args, "partner")->name)
		snprintf(row.partner, sizeof row.partner, "%s", arg(args, "partner")->text);
	if (strcmp(sql->name, "in_stream_renew") == 0) {
		assert_int_equal(arg(args, "old_seq")->number, row.seq);
		row.seq = 0;
		take_chain(&row.chain, args, "chain");
		return OK;
	}
	if (strcmp(sql->name, "out_acked") == 0) {
		row.acked = seq;
		take_chain(&row.acked_chain, args, "chain");
		row.receipt_len = arg(args, "receipt")->len;
		memcpy(row.receipt, arg(args, "receipt")->text, row.receipt_len);
		return OK;
	}
	row.seq = seq;
	take_chain(&row.chain, args, "chain");
	if (strncmp(sql->name, "in_stream", strlen("in_stream")) == 0) {
		row.signed_seq = arg(args, "signed_seq")->number;
		assert_int_equal(arg(args, "signature")->len, SIGNATURE_LEN);
		memcpy(row.signature, arg(args, "signature")->text, SIGNATURE_LEN);
	}
	return OK;
}

enum err tx_exec_args(struct tx *tx, const struct sql *sql, const ProtobufCMessage *message, const struct db_arg *args)
{
	return db_exec_args(tx->db, tx->arena, sql, message, args);
}

static void cells(struct arena *a, struct db_rows *ret, size_t n, const char *const *text, const size_t *length)
{
	*ret = (struct db_rows){ .n = 1, .n_columns = n, .cells = ARENA_ARRAY(a, const char *, n) };
	memcpy(ret->cells, text, n * sizeof *text);
	ret->lengths = length;
}

enum err db_rows_args(struct db *db, struct arena *a, const struct sql *sql, struct db_rows *ret,
                      const ProtobufCMessage *message, const struct db_arg *args)
{
	static const size_t chain[] = { CHAIN_LEN }, none[11];
	static size_t out[6];
	(void)db;
	(void)message;
	*ret = (struct db_rows){ 0 };
	const char *seq = arena_printf(a, "%lld", (long long)row.seq);
	if (strcmp(sql->name, "life") == 0)
		cells(a, ret, 4, (const char *[]){ EPOCH, our_since, "kommune", NULL }, none);
	else if (strcmp(sql->name, "out_chain") == 0)
		cells(a, ret, 1, (const char *[]){ (const char *)chains[arg(args, "seq")->number].head }, chain);
	else if (!row.there)
		ret->n = 0;
	else if (strcmp(sql->name, "out_stream_all") == 0) {
		out[5] = row.receipt_len;
		cells(a, ret, 6,
		      (const char *[]){ "peer", seq, arena_printf(a, "%lld", (long long)row.acked),
		                        (const char *)row.chain.head, (const char *)row.acked_chain.head,
		                        (const char *)row.receipt },
		      out);
	} else if (strcmp(sql->name, "out_stream_seq") == 0)
		cells(a, ret, 1, (const char *[]){ seq }, none);
	else if (strcmp(sql->name, "in_stream_seq") == 0)
		cells(a, ret, 2, (const char *[]){ EPOCH, seq }, none);
	else if (strcmp(sql->name, "in_stream_all") == 0)
		cells(a, ret, 11,
		      (const char *[]){ "peer", EPOCH, seq, (const char *)row.chain.head, "0", NULL, NULL, "0", NULL, NULL,
		                        row.asked ? "t" : "f" },
		      none);
	return OK;
}

/* --- a node "self" and its one peer --- */

static struct engine e;
static struct delivery d;
static struct seal *peer_seal;

static void make_keys(struct registry_node *node, const char *name, struct secret_keys *keys)
{
	*node = (struct registry_node){ .name = name, .role = "intake", .organisation = name };
	crypto_sign_keypair(node->sign, keys->sign_secret);
	crypto_box_keypair(node->box, keys->box_secret);
}

static int begin(void **state)
{
	static struct registry_node nodes[2];
	static struct registry registry = { .nodes = nodes, .n_nodes = 2 };
	static struct link link;
	struct secret_keys self = { 0 }, peer = { 0 };
	(void)state;
	now_ms = 1000000;
	our_since = "0"; /* its first */
	partner_signs = false;
	memset(&row, 0, sizeof row);
	assert_true(sodium_init() >= 0);
	make_keys(&nodes[0], "self", &self);
	make_keys(&nodes[1], "peer", &peer);
	assert_int_equal(seal_new("self", &(struct key_ring){ { self }, 1 }, &link.seal), OK);
	assert_int_equal(seal_new("peer", &(struct key_ring){ { peer }, 1 }, &peer_seal), OK);
	e = (struct engine){ .membership = { .node = "self", .registry = &registry, .times = 1 } };
	e.arena = arena_new(4096 * 1024);
	e.scratch = arena_new(ENGINE_ARENA_LIMIT);
	d = (struct delivery){ .engine = &e, .link = &link };
	assert_int_equal(outbox_load(&d, &d.outbox), OK);
	assert_int_equal(inbox_load(&d, &d.inbox), OK);
	return 0;
}

static void forget_said(void)
{
	while (n_said)
		frame__free_unpacked(said[--n_said], NULL);
}

static int end(void **state)
{
	(void)state;
	forget_said();
	while (n_queue)
		free(queue[--n_queue]);
	outbox_free(d.outbox);
	seal_free(link_seal(d.link));
	seal_free(peer_seal);
	arena_free(e.arena);
	arena_free(e.scratch);
	return 0;
}

static const struct chain nothing;

/* A signed head as a peer shows it. */
static inline SignedHead *show(int64_t seq, const struct chain *chain, unsigned char signature[SIGNATURE_LEN])
{
	static SignedHead head;
	static struct chain kept;
	kept = *chain;
	head = (SignedHead)SIGNED_HEAD__INIT;
	head.seq = seq;
	head.chain = (ProtobufCBinaryData){ CHAIN_LEN, kept.head };
	head.signature = (ProtobufCBinaryData){ SIGNATURE_LEN, signature };
	return &head;
}

#endif
