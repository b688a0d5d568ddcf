/* SPDX-License-Identifier: EUPL-1.2 */
/* A message in memory: one malloc. Owns nothing: who makes a letter frees it. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "delivery/internal.h"

#define LETTER_OVERHEAD                                                                                                \
	128 /* about what one costs in memory beside its words, so that empty ones are not free either */

size_t letter_bytes(const Message *m)
{
	return LETTER_OVERHEAD + m->body.len + strlen(m->id) + strlen(m->type) + strlen(m->entity) + m->salt.len;
}

struct letter *letter_new(int64_t seq, const Message *m)
{
	size_t id = strlen(m->id) + 1, type = strlen(m->type) + 1, entity = strlen(m->entity) + 1;
	struct letter *l = memory_must(malloc(sizeof *l + id + type + entity + m->salt.len + m->body.len));
	char *text = (char *)(l + 1);
	*l = (struct letter){ .seq = seq, .bytes = letter_bytes(m), .message = MESSAGE__INIT };
	l->message.id = memcpy(text, m->id, id);
	l->message.type = memcpy(text += id, m->type, type);
	l->message.entity = memcpy(text += type, m->entity, entity);
	l->message.salt = (ProtobufCBinaryData){ m->salt.len, (uint8_t *)(text += entity) };
	if (m->salt.len)
		memcpy(text, m->salt.data, m->salt.len);
	l->message.body = (ProtobufCBinaryData){ m->body.len, (uint8_t *)(text += m->salt.len) };
	if (m->body.len)
		memcpy(text, m->body.data, m->body.len);
	return l;
}
