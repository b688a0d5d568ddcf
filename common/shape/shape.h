/* SPDX-License-Identifier: EUPL-1.2 */
/* Protobuf messages as plain values: one description (the .proto) serves the wire, the JSON of
 * the API and the columns of the database. Everything made here lives in the given arena. */
#ifndef UDVEJ_SHAPE_SHAPE_H
#define UDVEJ_SHAPE_SHAPE_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/err.h"

#define SHAPE_MAX_BYTES ((size_t)64 * 1024) /* cap of one message, packed or as JSON */
#define SHAPE_MAX_UNKNOWN 64u

/* --- wire (pack.c) --- */

/* An empty message of this type in the arena. */
void *shape_new(struct arena *a, const ProtobufCMessageDescriptor *type);
/* Packs into the arena. */
ProtobufCBinaryData shape_pack(struct arena *a, const ProtobufCMessage *message);
/* Unpacks with caps: at most SHAPE_MAX_BYTES, SHAPE_MAX_UNKNOWN unknown fields, arena's limit;
 * strings must be UTF-8 without NUL. ERR_MALFORMED otherwise, *ret untouched. */
enum err shape_unpack(struct arena *a, const ProtobufCMessageDescriptor *type, const void *data, size_t len,
                      ProtobufCMessage **ret) MUST_USE;
/* Whether the bytes are UTF-8 (no surrogates, no overlong forms) without NUL. */
bool shape_is_utf8(const char *s, size_t len);
/* How many characters (code points) a text in UTF-8 has. */
size_t shape_characters(const char *text);
/* Shortens a text that was UTF-8 to at most so many bytes, and, where it ends within a letter, to the one before. */
void shape_cut(char *text, size_t max);

/* --- fields (field.c) --- */

/* Where a field lies: inside which message. */
struct shape_slot {
	const ProtobufCFieldDescriptor *field;
	ProtobufCMessage *holder; /* NULL: a sub-message on the way is not there */
};
/* The field of a type by its proto name or JSON name (of len bytes); NULL when there is none. */
const ProtobufCFieldDescriptor *shape_field(const ProtobufCMessageDescriptor *type, const char *name, size_t len);
/* Finds a field by a dotted path of proto names ("citizen.birth_year") or JSON names; false when the types
 * have no such path. Missing sub-messages on the way are made when `make` is given, else the field is found
 * but its holder is NULL, and it counts as not set. */
bool shape_find(struct arena *make, const ProtobufCMessage *m, const char *path, struct shape_slot *ret);
/* The address of the field inside its holder; NULL when there is no holder. */
void *shape_at(struct shape_slot slot);
/* Whether a field is said: non-empty string, non-zero number, true, set oneof, present message, n > 0. */
bool shape_is_set(struct shape_slot slot);
/* How many items a repeated field has; 0 when there is no holder. */
size_t shape_count(struct shape_slot slot);
/* Notes that a member of a oneof now holds a value; does nothing to other fields. */
void shape_choose(struct shape_slot slot);
/* lowerCamelCase JSON name of a proto field name. */
const char *shape_json_name(struct arena *a, const char *proto_name);
/* Whether a repeated message field is a proto3 map<string, int32>. */
bool shape_is_map(const ProtobufCFieldDescriptor *field);

/* --- proto3 JSON mapping (json_read.c, json_write.c) --- */

/* Reads a JSON document into a new message. Accepts lowerCamelCase and proto names. Refuses, naming every wrong
 * field by its JSON path: not JSON (ERR_JSON), wrong type (ERR_TYPE), unknown field (ERR_UNKNOWN_FIELD),
 * number out of range of its type, NUL or bad UTF-8 in a string (ERR_VALUE), duplicate key or too deep (ERR_JSON),
 * more than SHAPE_MAX_BYTES (ERR_TOO_LARGE), over the arena's limit (ERR_MEMORY). null is "not said". */
enum err shape_from_json(struct arena *a, const ProtobufCMessageDescriptor *type, const char *json, size_t len,
                         ProtobufCMessage **ret, struct refusal *why) MUST_USE;
/* The same for who has more to say of the fields: OK also when some are wrong, which are then in `why` (that must have
 * been { 0 }) and not in the message. */
enum err shape_read_json(struct arena *a, const ProtobufCMessageDescriptor *type, const char *json, size_t len,
                         ProtobufCMessage **ret, struct refusal *why) MUST_USE;
/* Writes a message as JSON. Unset strings, messages, lists and zero numbers are left out (a number whose
 * zero matters stands in a oneof). bool false is left out too. An int64 is a JSON number, not a string as in the
 * proto3 mapping, since ours stay below 2^53. Fields of type bytes have no JSON form. */
void shape_to_json(struct buffer *out, const ProtobufCMessage *message);
/* Reads a JSON value into one field, as shape_from_json() does a whole document (a jsonb column). No cap on
 * the length. ERR_BUSY: the system has no memory, whatever the value is. */
enum err shape_field_from_json(struct arena *a, struct shape_slot slot, const char *json, size_t len,
                               struct refusal *why) MUST_USE;
/* Writes the value of one field: an array, an object, ...; null for a message that is not there. */
void shape_field_to_json(struct buffer *out, struct shape_slot slot);
/* Appends a JSON string literal with quotes. */
void json_quote(struct buffer *out, const char *s);

#endif
