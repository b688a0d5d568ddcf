/* SPDX-License-Identifier: EUPL-1.2 */
/* A JSON document as it is being printed, with what the parts of an API description know of each other. Private to the
 * description. */
#ifndef UDVEJ_SERVING_PRINT_H
#define UDVEJ_SERVING_PRINT_H

#include "base/buffer.h"
#include "serving/route.h"

#define PRINT_MAX_TYPES 256
#define PRINT_MAX_LIMITS 1024
#define PRINT_MAX_CODES 64
#define PRINT_MAX_ROUTES 512

/* A message that stands in a body or an answer. */
struct printed_type {
	const ProtobufCMessageDescriptor *type;
	bool taken; /* stands in a body: only what is known may be in it */
};

/* A rule of a body, at the field that it is about. */
struct printed_limit {
	const ProtobufCMessageDescriptor *holder;
	const ProtobufCFieldDescriptor *field;
	const struct rule *rule;
};

struct printed_route {
	const struct route *route;
	const struct resource *resource;
	bool done; /* printed with an earlier one of the same address */
};

struct print {
	struct arena *arena;
	struct buffer out;
	struct printed_route routes[PRINT_MAX_ROUTES];
	struct printed_type types[PRINT_MAX_TYPES];
	struct printed_limit limits[PRINT_MAX_LIMITS];
	const char *codes[PRINT_MAX_CODES]; /* lists that were referred to */
	size_t n_routes, n_types, n_limits, n_codes;
	bool refusals[600]; /* statuses that some route refuses with */
	bool writes, commands, tables, secured;
};

/* --- print.c: a member of an object, or, where name is NULL, an item of an array --- */

void print_open(struct print *p, const char *name, char bracket);
void print_close(struct print *p, char bracket);
void print_text(struct print *p, const char *name, const char *value);
void print_number(struct print *p, const char *name, int64_t value);
void print_bool(struct print *p, const char *name, bool value);
/* { "$ref": "#/components/KIND/NAME" } */
void print_ref(struct print *p, const char *name, const char *kind, const char *to);

/* --- description_route.c --- */

/* One route as an operation. */
void description_route(struct print *p, const struct printed_route *r);
/* The parameters that routes refer to. */
void description_parameters(struct print *p);

/* --- description_answer.c --- */

bool description_is_open(const struct route *r);
bool description_is_write(const struct route *r);
/* Its address is that of one record, or below it. */
bool description_is_of_one(const struct route *r);
/* It changes what the client may have read before. */
bool description_can_be_stale(const struct route *r);
/* Whether a client can meet this error. */
bool description_tells(enum err e);
void description_answers(struct print *p, const struct route *r);
/* Headers and refusals that answers refer to. */
void description_responses(struct print *p);

/* --- description_schema.c --- */

/* Notes the types and rules of all routes. */
void description_collect(struct print *p);
/* Prints what refers to a code list, and notes that it is needed. */
void description_code(struct print *p, const char *name, const char *list);
void description_schemas(struct print *p);

#endif
