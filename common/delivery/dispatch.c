/* SPDX-License-Identifier: EUPL-1.2 */
/* From a message to its handler: finds the row, checks that the sender's role may send it, decodes,
 * calls. Also the small functions that handlers call on their transaction. Owns nothing. */
#include <assert.h>
#include <stdarg.h>
#include <string.h>

#include "base/uuid.h"
#include "daemon/internal.h"

static const struct message_row *row_of(const struct service *service, const char *type)
{
	const struct message_row *row;
	for (size_t i = 0; (row = service_message(service, i)) && strcmp(row->type->name, type) != 0;)
		i++;
	return row;
}

bool dispatch_is_patient(const struct service *service, const char *type)
{
	const struct message_row *row = row_of(service, type);
	return row && row->patient;
}

enum err dispatch(struct daemon *d, struct tx *tx, const char *sender, const Message *m)
{
	const struct message_row *row = row_of(d->service, m->type);
	const struct registry_node *node = registry_by_name(d->registry, sender);
	if (!row)
		return tx_refuse(tx, ERR_NO_HANDLER, "", "no handler for %s", m->type);
	if (!node || strcmp(node->role, row->from) != 0)
		return tx_refuse(tx, ERR_FORBIDDEN, "", "%s comes from a node of role %s only", m->type, row->from);
	return dispatch_row(row, tx, sender, m);
}

enum err dispatch_row(const struct message_row *row, struct tx *tx, const char *sender, const Message *m)
{
	ProtobufCMessage *body;
	TRY(shape_unpack(tx->arena, row->type, m->body.data, m->body.len, &body));
	tx->row = row;
	tx->sender = sender;
	tx->latest = (struct date){ tx->today.days + 1 };
	tx->cause = m->id;
	tx->emitted = 0;
	tx->why = (struct refusal){ 0 };
	return row->handle(tx, body);
}

enum err tx_refuse(struct tx *tx, enum err e, const char *field, const char *rule, ...)
{
	va_list ap;
	va_start(ap, rule);
	const char *text = arena_vprintf(tx->arena, rule, ap);
	va_end(ap);
	return refuse(&tx->why, e, field, text);
}

/* Who wrote stands in what is written, whatever the handler says: the argument entered_by. */
static const struct db_arg *stamp(const struct tx *tx, const struct db_arg *args, struct db_arg stamped[DB_MOST_ARGS])
{
	size_t n = 0;
	stamped[n++] = (struct db_arg)ARG_TEXT("entered_by", tx->who);
	for (; args[n - 1].name; n++) {
		assert(n + 1 < DB_MOST_ARGS);
		stamped[n] = args[n - 1];
	}
	stamped[n] = (struct db_arg){ .name = NULL };
	return stamped;
}

enum err tx_exec_args(struct tx *tx, const struct sql *sql, const ProtobufCMessage *message, const struct db_arg *args)
{
	struct db_arg stamped[DB_MOST_ARGS];
	tx->wrote = true;
	return db_exec_args(tx->db, tx->arena, sql, message, stamp(tx, args, stamped));
}

enum err tx_emit(struct tx *tx, const char *to, const char *entity, const ProtobufCMessage *message)
{
	return outbox_add(tx->daemon->outbox, tx, to, entity, message);
}

void tx_unpark(struct tx *tx, const char *entity)
{
	batch_note_unpark(tx->daemon->batch, entity);
}

void tx_wake(struct tx *tx, const char *key)
{
	batch_note_wake(tx->daemon->batch, key);
}

const char *tx_id(struct tx *tx, const char *purpose)
{
	return uuid_derive(tx->arena, tx->cause, purpose, ++tx->emitted);
}

struct tx tx_make(struct daemon *d, struct db *db, struct arena *a)
{
	struct date today = clock_today(d);
	return (struct tx){
		.arena = a,
		.db = db,
		.daemon = d,
		.app = d->app,
		.registry = d->registry,
		.today = today,
		.latest = today,
		.sender = "",
		.who = "",
		.cause = "",
	};
}
