/* SPDX-License-Identifier: EUPL-1.2 */
/* Applies what the others told, in the order of the service's table and then of their telling, some items a
 * transaction. One that cannot be applied is set aside with its reason. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "recovery/internal.h"
#include "sql_recovery.h"

#define ITEMS_A_STEP 100
#define PAUSE_MS 1000

struct some {
	const struct message_row *row;
	const char *sender;
	struct db_rows rows; /* number, entity, body */
	size_t first, n;
};

static enum err apply(struct recovery *r, struct tx *tx, const struct some *s, size_t i)
{
	const char **cell = s->rows.cells + i * s->rows.n_columns;
	Message m = MESSAGE__INIT;
	m.id = uuid_derive(tx->arena, r->epoch, cell[0], 0);
	m.type = s->row->type->name;
	m.entity = cell[1];
	m.body = (ProtobufCBinaryData){ s->rows.lengths[i * s->rows.n_columns + 2], (uint8_t *)cell[2] };
	TRY(dispatch_row(s->row, tx, s->sender, &m));
	return tx_exec(tx, sql_recovery_item_done, NULL, ARG_TEXT("number", cell[0]));
}

static enum err apply_some(struct recovery *r, struct tx *tx, void *context)
{
	const struct some *s = context;
	for (size_t i = s->first; i < s->first + s->n; i++) {
		enum err e = apply(r, tx, s, i);
		if (e != OK) {
			const char *rule = tx->why.err == e && tx->why.rule ? tx->why.rule : err_text(e);
			snprintf(r->problem, sizeof r->problem, "%s", rule);
			shape_cut(r->problem, sizeof r->problem);
			return e;
		}
	}
	return OK;
}

static enum err set_aside(struct recovery *r, struct tx *tx, void *context)
{
	const struct some *s = context;
	return tx_exec(tx, sql_recovery_item_fails, NULL, ARG_TEXT("problem", r->problem),
	               ARG_TEXT("number", s->rows.cells[s->first * s->rows.n_columns]));
}

/* One that fails alone is kept, with the reason, for an operator; the others go on. */
static void apply_alone(struct recovery *r, struct some *s)
{
	struct engine *engine = r->engine;
	enum err e = recovery_step(r, apply_some, s);
	if (e == OK || db_is_lost(engine->writing) ||
	    (err_fate(e) == FATE_RETRY && writer_world_is_at_fault(engine->writer)))
		return;
	if (err_fate(e) == FATE_RETRY)
		snprintf(r->problem, sizeof r->problem, "%s", db_error(engine->writing));
	shape_cut(r->problem, sizeof r->problem);
	log_error("what %s told of %s %s cannot be applied: %s", s->sender, s->row->type->name,
	          s->rows.cells[s->first * s->rows.n_columns + 1], r->problem);
	r->problems += recovery_step(r, set_aside, s) == OK;
	r->pause_until_ms = 0;
}

/* Some items of a row and a sender. False: there are none. */
static bool apply_of(struct recovery *r, const struct message_row *row, const char *sender)
{
	struct engine *engine = r->engine;
	struct some s = { .row = row, .sender = sender };
	if (db_rows(engine->reading, engine->scratch, sql_recovery_item_next, &s.rows, NULL,
	            ARG_TEXT("type", row->type->name), ARG_TEXT("sender", sender),
	            ARG_INT("limit", r->alone ? 1 : ITEMS_A_STEP)) != OK) {
		r->pause_until_ms = clock_monotonic_ms() + PAUSE_MS;
		return true;
	}
	s.n = s.rows.n;
	if (!s.n)
		return false;
	if (r->alone) {
		r->alone--;
		apply_alone(r, &s);
	} else if (recovery_step(r, apply_some, &s) != OK && !db_is_lost(engine->writing)) {
		r->alone = ITEMS_A_STEP;
		r->pause_until_ms = 0;
	}
	return true;
}

/* The next few in the order of the service's table. False: all is applied. */
bool recovery_apply(struct recovery *r)
{
	const struct registry *registry = r->engine->membership.registry;
	for (; r->row < r->room->n_recovers; r->row++) {
		const struct message_row *row = &r->room->recovers[r->row];
		for (size_t i = 0; i < registry->n_nodes; i++)
			if (strcmp(registry->nodes[i].role, row->from) == 0 && apply_of(r, row, registry->nodes[i].name))
				return true;
	}
	return false;
}
