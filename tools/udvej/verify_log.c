/* SPDX-License-Identifier: EUPL-1.2 */
/* The log of use, row by row: no number is missing, each row that was not erased is what its commitment says, and the
 * chain over the commitments is the one that was written. Prints the head, which an operator keeps: whoever cuts off
 * the end, or writes the whole log anew, has another one. Reads only, and shows nothing of a row but its number. */
#include "verify_log.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serving/audit_chain.h"
#include "sql_udvej_operator.h"

/* In the order of the statement's columns. */
enum { NUMBER, AT, WHO, ROLE, USE, SUBJECT, OUTCOME, STATUS, WHY, CITIZENS, SEARCHED, SALT, COMMITMENT, CHAIN };

struct walk {
	int64_t number; /* as far as it holds */
	unsigned char chain[AUDIT_HASH_LEN];
	const char *broken; /* why the next row does not; NULL: it does */
	int64_t erased;
};

static bool is_hash(const char *cell, size_t len, const unsigned char hash[AUDIT_HASH_LEN])
{
	return cell && len == AUDIT_HASH_LEN && memcmp(cell, hash, AUDIT_HASH_LEN) == 0;
}

static bool is_committed(const char *const *cell, const size_t *length)
{
	unsigned char commitment[AUDIT_HASH_LEN];
	const struct audit_row row = {
		.number = atoll(cell[NUMBER]),
		.at_ms = atoll(cell[AT]),
		.who = cell[WHO],
		.role = cell[ROLE],
		.use = cell[USE],
		.subject = cell[SUBJECT],
		.outcome = cell[OUTCOME],
		.status = (int32_t)atoi(cell[STATUS]),
		.why = cell[WHY],
		.citizens = cell[CITIZENS],
		.searched = (const unsigned char *)cell[SEARCHED],
		.searched_len = length[SEARCHED],
	};
	audit_commit(&row, (const unsigned char *)cell[SALT], commitment);
	return is_hash(cell[COMMITMENT], length[COMMITMENT], commitment);
}

/* Why this row is not the next one that was written; NULL: it is. */
static const char *look_at(struct walk *w, const char *const *cell, const size_t *length)
{
	if (atoll(cell[NUMBER]) != w->number + 1)
		return "a row is missing";
	if (length[COMMITMENT] != AUDIT_HASH_LEN || (cell[SALT] && length[SALT] != AUDIT_SALT_LEN))
		return "the row is not well formed";
	if (cell[SALT] && !is_committed(cell, length))
		return "the row is not what was written";
	audit_chain_add(w->chain, w->number + 1, (const unsigned char *)cell[COMMITMENT]);
	if (!is_hash(cell[CHAIN], length[CHAIN], w->chain))
		return "the row is not the one that was written in its place";
	w->erased += !cell[SALT];
	return NULL;
}

static enum err look_at_page(struct session *s, struct walk *w, size_t *ret_n)
{
	struct db_rows rows;
	struct arena *a = arena_new((size_t)16 * 1024 * 1024);
	if (!a)
		return ERR_MEMORY;
	enum err e = db_rows(s->db, a, sql_operator_verify_log, &rows, NULL, ARG_INT("after", w->number));
	*ret_n = e == OK ? rows.n : 0;
	for (size_t i = 0; i < *ret_n && !w->broken; i++) {
		w->broken = look_at(w, rows.cells + i * rows.n_columns, rows.lengths + i * rows.n_columns);
		w->number += !w->broken;
	}
	arena_free(a);
	return e;
}

enum err verify_log(struct session *s, bool *all)
{
	struct walk w = { 0 };
	char head[2 * AUDIT_HASH_LEN + 1];
	size_t n = 1;
	while (n && !w.broken)
		TRY(look_at_page(s, &w, &n));
	sodium_bin2hex(head, sizeof head, w.chain, sizeof w.chain);
	if (w.broken)
		printf("log of use: BROKEN after %lld: %s\n", (long long)w.number, w.broken);
	else
		printf("log of use: holds, %lld rows, %lld of them erased; keep its head to compare: %lld %s\n",
		       (long long)w.number, (long long)w.erased, (long long)w.number, head);
	*all = *all && !w.broken;
	return OK;
}
