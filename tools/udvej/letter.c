/* SPDX-License-Identifier: EUPL-1.2 */
/* The body of a dead letter as a person can read it. Owns the table of message types, which is made from
 * messages.proto, so that a new message needs no row here. Must never print without the warning. */
#include "letter.h"

#include <stdio.h>
#include <string.h>

#include "message_types.h"
#include "messages.pb-c.h"
#include "sql_udvej_operator.h"

static const ProtobufCMessageDescriptor *const types[] = {
#define TYPE(prefix) &prefix##__descriptor,
	MESSAGE_TYPES(TYPE)
#undef TYPE
};

static const ProtobufCMessageDescriptor *type_of(const char *name)
{
	for (size_t i = 0; name && i < countof(types); i++)
		if (strcmp(types[i]->name, name) == 0)
			return types[i];
	return NULL;
}

static void print_bytes(const char *body, size_t len)
{
	for (size_t i = 0; i < len; i++)
		printf("%02x", (unsigned char)body[i]);
	printf("\n");
}

enum err letter_print_body(struct session *s, const char *sender, const char *seq, const char *epoch)
{
	struct db_rows rows;
	ProtobufCMessage *message;
	TRY(db_rows(s->db, s->arena, sql_operator_dead_body, &rows, NULL, ARG_TEXT("sender", sender), ARG_TEXT("seq", seq),
	            ARG_TEXT("epoch", epoch)));
	if (!rows.n)
		return ERR_NOT_FOUND;
	const ProtobufCMessageDescriptor *type = type_of(rows.cells[0]);
	fflush(stdout);
	fprintf(stderr, "udvej: what follows may hold personal data: show and keep it as the law has it\n");
	bool read = type && shape_unpack(s->arena, type, rows.cells[1], rows.lengths[1], &message) == OK;
	if (!read) {
		fprintf(stderr, type ? "udvej: it cannot be read as a message of its type: these are its bytes\n"
		                     : "udvej: its type is not known here: these are its bytes\n");
		print_bytes(rows.cells[1], rows.lengths[1]);
		return OK;
	}
	struct buffer out = buffer_in(s->arena);
	shape_to_json(&out, message);
	printf("%s\n", out.data);
	return OK;
}
