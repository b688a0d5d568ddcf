/* SPDX-License-Identifier: EUPL-1.2 */
/* Rows of a statement that are written together. Half of what a small one costs the server is for starting and ending
 * it; sixteen rows in one execution pay that once. Rows wait here, copied, and go in executions of 64, 32,
 * 16 ... rows, each variant of the statement being prepared when it is first needed. Owns what is held back; must never
 * let a statement pass that could see a row that waits (statement.c and transaction.c flush first). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "db/connection.h"

#define MOST_ROWS 64u                   /* in one execution, and so waiting */
#define MOST_BYTES ((size_t)256 * 1024) /* waiting of one statement; then they go */

/* The rows of one statement that wait; kept for its next ones when they are sent. */
struct many {
	struct many *next;
	const struct sql *sql;
	bool used_before;          /* in this transaction */
	unsigned n;                /* rows that wait */
	uint32_t about[MOST_ROWS]; /* hash of the first parameter of each; 0: about nothing that another is about */
	unsigned prepared;         /* sizes of the variants that the connection knows */
	size_t *begins;            /* of each value: 0: NULL, else 1 + where it stands in bytes */
	struct bound bound;        /* the values as they are sent */
	char *bytes;
	size_t used, capacity;
};

static void free_one(struct many *m)
{
	free(m->begins);
	free(m->bound.values);
	free(m->bound.lengths);
	free(m->bound.formats);
	free(m->bytes);
	free(m);
}

static struct many *new_one(const struct sql *sql)
{
	struct many *m = memory_must(calloc(1, sizeof *m));
	size_t most = (size_t)MOST_ROWS * (sql->n_params + 1);
	m->sql = sql;
	m->begins = memory_must(calloc(most, sizeof *m->begins));
	m->bound.values = memory_must(calloc(most, sizeof *m->bound.values));
	m->bound.lengths = memory_must(calloc(most, sizeof *m->bound.lengths));
	m->bound.formats = memory_must(calloc(most, sizeof *m->bound.formats));
	return m;
}

/* The rows of this statement. The first of a transaction makes it the last of those in use. */
static struct many *find(struct db *db, const struct sql *sql)
{
	struct many **at = &db->many;
	while (*at && (*at)->sql != sql)
		at = &(*at)->next;
	struct many *m = *at ? *at : new_one(sql);
	if (m->used_before)
		return m;
	if (*at)
		*at = m->next;
	while (*at)
		at = &(*at)->next;
	m->used_before = true;
	m->next = NULL;
	*at = m;
	return m;
}

/* --- sending --- */

static enum err prepare(struct db *db, struct many *m, unsigned size, const char *name)
{
	if (m->prepared & size)
		return OK;
	char *text = text_for(m->sql, size);
	enum err e = pipeline_prepare(db, m->sql, name, text, (struct variant){ &m->prepared, size });
	free(text);
	return e;
}

static enum err send_some(struct db *db, struct many *m, unsigned first, unsigned size)
{
	size_t from = (size_t)first * m->sql->n_params;
	struct bound bound = { m->bound.values + from, m->bound.lengths + from, m->bound.formats + from };
	char name[96];
	if (size == 1)
		return pipeline_send(db, m->sql, &bound, false);
	snprintf(name, sizeof name, "%s*%u", m->sql->name, size);
	TRY(prepare(db, m, size, name));
	return pipeline_send_rows(db, m->sql, name, &bound, size);
}

static enum err send_all(struct db *db, struct many *m)
{
	unsigned first = 0, n = m->n;
	for (size_t i = 0; i < (size_t)n * m->sql->n_params; i++)
		m->bound.values[i] = m->begins[i] ? m->bytes + m->begins[i] - 1 : NULL;
	m->n = 0;
	m->used = 0;
	for (unsigned size = MOST_ROWS; size; size /= 2) {
		if (!(n & size))
			continue;
		TRY(send_some(db, m, first, size));
		first += size;
	}
	return OK;
}

enum err many_flush(struct db *db, bool late_too)
{
	for (struct many *m = db->many; m; m = m->next)
		if (m->n && (late_too || !m->sql->late))
			TRY(send_all(db, m));
	return OK;
}

/* --- holding back --- */

static uint32_t what_about(const struct sql *sql, const struct bound *bound)
{
	uint32_t hash = 2166136261; /* FNV-1a */
	const char *key = sql->late ? NULL : bound->values[0];
	for (const char *s = key; s && *s; s++)
		hash = (hash ^ (unsigned char)*s) * 16777619;
	return !key ? 0 : hash ? hash : 1;
}

/* Whether a row about this waits, in these rows or in what goes after them. Two things of one hash cost a flush,
 * nothing else. */
static bool holds(const struct many *m, uint32_t about)
{
	bool found = false;
	for (; about && m && !found; m = m->next)
		for (unsigned i = 0; i < m->n; i++)
			found |= m->about[i] == about;
	return found;
}

enum err many_flush_for(struct db *db, const struct sql *read, const struct bound *bound)
{
	if (read->apart && !holds(db->many, what_about(read, bound)))
		return OK;
	return many_flush(db, false);
}

static void make_room(struct many *m, size_t need)
{
	size_t capacity = m->capacity ? m->capacity : 4096;
	while (capacity < m->used + need)
		capacity *= 2;
	if (capacity == m->capacity)
		return;
	m->bytes = memory_must(realloc(m->bytes, capacity));
	m->capacity = capacity;
}

static void copy_row(struct many *m, const struct bound *row)
{
	size_t first = (size_t)m->n * m->sql->n_params;
	for (unsigned i = 0; i < m->sql->n_params; i++) {
		const char *value = row->values[i];
		size_t len = !value ? 0 : row->formats[i] ? (size_t)row->lengths[i] : strlen(value) + 1;
		make_room(m, len);
		if (value)
			memcpy(m->bytes + m->used, value, len);
		m->begins[first + i] = value ? m->used + 1 : 0;
		m->bound.lengths[first + i] = row->lengths[i];
		m->bound.formats[first + i] = row->formats[i];
		m->used += len;
	}
	m->n++;
}

enum err many_add(struct db *db, const struct sql *sql, const struct bound *bound)
{
	struct many *m = find(db, sql);
	uint32_t about = what_about(sql, bound);
	if (holds(m, about))
		TRY(many_flush(db, false));
	m->about[m->n] = about;
	copy_row(m, bound);
	if (m->n < MOST_ROWS && m->used < MOST_BYTES)
		return OK;
	return sql->late ? send_all(db, m) : many_flush(db, false);
}

void many_drop(struct db *db)
{
	for (struct many *m = db->many; m; m = m->next) {
		m->n = m->used = 0;
		m->used_before = false;
	}
}

void many_forget(struct db *db)
{
	many_drop(db);
	for (struct many *m = db->many; m; m = m->next)
		m->prepared = 0;
}

void many_free(struct db *db)
{
	for (struct many *m = db->many, *next; m; m = next) {
		next = m->next;
		free_one(m);
	}
}
