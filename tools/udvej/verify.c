/* SPDX-License-Identifier: EUPL-1.2 */
/* `udvej verify`: whether the streams of a daemon are what they were. Of each stream out, whether what waits goes on
 * from what was acknowledged, link by link; of each stream in, whether its sender signed for what is applied. Reads
 * only, and all as it was at one moment, so that the node may run. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "membership/agreement.h"
#include "session.h"
#include "sql_udvej_operator.h"
#include "verify_log.h"
#include "wire/seal.h"

struct walk {
	const char *receiver;
	int64_t seq; /* as far as it holds */
	struct chain chain;
	bool holds;
};

static bool is_chain(const struct chain *c, const char *bytes, size_t len)
{
	return len == CHAIN_LEN && memcmp(c->head, bytes, CHAIN_LEN) == 0;
}

/* One page of what waits. */
static void walk_page(struct walk *w, const struct db_rows *rows)
{
	for (size_t i = 0; i < rows->n && w->holds; i++) {
		const char **cell = rows->cells + i * rows->n_columns;
		const size_t *length = rows->lengths + i * rows->n_columns;
		Message m = MESSAGE__INIT;
		m.id = cell[1];
		m.type = cell[2];
		m.entity = cell[3];
		m.salt = (ProtobufCBinaryData){ length[4], (uint8_t *)cell[4] };
		m.body = (ProtobufCBinaryData){ length[5], (uint8_t *)cell[5] };
		chain_add(&w->chain, &m);
		w->holds = atoll(cell[0]) == w->seq + 1 && is_chain(&w->chain, cell[6], length[6]);
		w->seq += w->holds;
	}
}

static enum err verify_stream_out(struct session *s, struct walk *w, int64_t end, const char *chain, size_t len)
{
	size_t n = 1;
	while (n && w->holds) {
		struct db_rows rows;
		struct arena *a = arena_new((size_t)16 * 1024 * 1024);
		enum err e = !a ? ERR_MEMORY
		                : db_rows(s->db, a, sql_operator_verify_page, &rows, NULL, ARG_TEXT("receiver", w->receiver),
		                          ARG_INT("after", w->seq));
		if (e == OK)
			walk_page(w, &rows);
		n = e == OK ? rows.n : 0;
		arena_free(a);
		TRY(e);
	}
	w->holds = w->holds && w->seq == end && is_chain(&w->chain, chain, len);
	return OK;
}

static enum err verify_out(struct session *s, bool *all)
{
	struct db_rows rows;
	TRY(db_rows(s->db, s->arena, sql_operator_verify_out, &rows, NULL));
	for (size_t i = 0; i < rows.n; i++) {
		const char **cell = rows.cells + i * rows.n_columns;
		const size_t *length = rows.lengths + i * rows.n_columns;
		struct walk w = { .receiver = cell[0], .seq = atoll(cell[3]), .holds = length[4] == CHAIN_LEN };
		if (w.holds)
			memcpy(w.chain.head, cell[4], CHAIN_LEN);
		TRY(verify_stream_out(s, &w, atoll(cell[1]), cell[2], length[2]));
		printf("to %s: %s\n", cell[0],
		       w.holds ? arena_printf(s->arena, "holds from %s, which was acknowledged, to %s", cell[3], cell[1])
		               : arena_printf(s->arena, "BROKEN after %lld: bus_out is not what was sent", (long long)w.seq));
		*all = *all && w.holds;
	}
	return OK;
}

/* What is known of one stream in, in words; NULL: it is not what its sender signed for. */
static const char *say_in(struct session *s, const struct registry *r, const char **cell, const size_t *length)
{
	const struct registry_node *sender = registry_by_name(r, cell[0]);
	struct chain chain;
	if (!sender)
		return "its sender is no longer in the registry: not checked";
	if (strcmp(cell[3], "0") == 0)
		return "nothing applied that its sender signed for";
	if (!cell[4] || !cell[5] || length[4] != CHAIN_LEN || length[5] != SIGNATURE_LEN)
		return NULL;
	memcpy(chain.head, cell[4], CHAIN_LEN);
	if (!seal_chain_proves(sender, settings_get(s->settings, "node"), cell[1], atoll(cell[3]), &chain,
	                       (const unsigned char *)cell[5]))
		return NULL;
	return arena_printf(s->arena, "signed by its sender up to %s of %s", cell[3], cell[2]);
}

static enum err verify_in(struct session *s, const struct registry *r, bool *all)
{
	struct db_rows rows;
	TRY(db_rows(s->db, s->arena, sql_operator_verify_in, &rows, NULL));
	for (size_t i = 0; i < rows.n; i++) {
		const char **cell = rows.cells + i * rows.n_columns;
		const char *said = say_in(s, r, cell, rows.lengths + i * rows.n_columns);
		printf("from %s: %s\n", cell[0],
		       said ? said
		            : "BROKEN: its sender did not sign for this with the key that the registry has, nor with the one "
		              "before (to be expected when that was changed twice since it sent anything)");
		*all = *all && said;
	}
	return OK;
}

static enum err verify(struct session *s)
{
	const struct registry *r;
	bool all = true;
	bool log_is_whole = true;
	TRY(registry_load(s->arena, settings_get(s->settings, "registry"), &r, &s->why));
	s->why = "";
	TRY(db_begin(s->db));
	TRY(db_exec(s->db, s->arena, sql_operator_verify_begin, NULL));
	TRY(verify_out(s, &all));
	TRY(verify_in(s, r, &all));
	TRY(verify_log(s, &log_is_whole));
	TRY(db_rollback(s->db));
	if (all && log_is_whole)
		return OK;
	/* the log of use is told to nobody, so no other node can give it back */
	s->why = all ? "the log of use is not what it was: compare it with the newest copy of the database"
	             : "not all is what it was: put the newest copy of the database back, or run `udvej recover`";
	return ERR_STALE;
}

static int run(int argc, char **argv)
{
	struct session s;
	if (argc != 3 || strcmp(argv[1], "--conf") != 0)
		return EXIT_USAGE;
	enum err e = session_open(&s, argv[2]);
	if (e == OK)
		e = verify(&s);
	return session_close(&s, e);
}

const struct command command_verify = {
	.name = "verify",
	.usage = "--conf SETTINGS-FILE",
	.doc = "Checks the hash chains of the streams out and of the log of use, and the senders' signatures on the "
	       "streams in.",
	.run = run,
};
