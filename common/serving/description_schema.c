/* SPDX-License-Identifier: EUPL-1.2 */
/* The shapes of bodies and answers as JSON schemas: types from the descriptors, words and code lists from the comments
 * and options of the .proto files, limits from the rules of the routes. Owns no wording and no limit of its own. Pure.
 */
#include <assert.h>
#include <string.h>

#include "api.pb-c.h"
#include "serving/comment.h"
#include "serving/print.h"
#include "shape/shape.h"
#include "vocab/code.h"

#define PROBLEMS "problem" /* the one list of codes that is the table of errors */

/* --- what there is --- */

/* Messages hold no messages of their own type, so this ends. */
static void add_type(struct print *p, const ProtobufCMessageDescriptor *type, bool taken)
{
	struct printed_type *known = p->types;
	for (; known < p->types + p->n_types && known->type != type; known++)
		;
	if (known == p->types + p->n_types) {
		assert(p->n_types < PRINT_MAX_TYPES);
		p->n_types++;
		known->type = type;
	}
	known->taken |= taken;
	for (unsigned i = 0; i < type->n_fields; i++)
		if (type->fields[i].type == PROTOBUF_C_TYPE_MESSAGE && !shape_is_map(&type->fields[i]))
			add_type(p, type->fields[i].descriptor, taken);
}

/* The field that a rule is about, and the message that holds it. */
static void add_limit(struct print *p, const ProtobufCMessageDescriptor *body, const struct rule *rule)
{
	const ProtobufCFieldDescriptor *field = NULL;
	for (const char *at = rule->field; at; at = strchr(at, '.') ? strchr(at, '.') + 1 : NULL) {
		body = field ? field->descriptor : body;
		field = shape_field(body, at, strcspn(at, "."));
		assert(field);
	}
	assert(p->n_limits < PRINT_MAX_LIMITS);
	p->limits[p->n_limits++] = (struct printed_limit){ body, field, rule };
}

void description_collect(struct print *p)
{
	for (size_t i = 0; i < p->n_routes; i++) {
		const struct route *r = p->routes[i].route;
		if (r->returns)
			add_type(p, r->returns, false);
		if (r->is_command)
			add_type(p, &operation__descriptor, false);
		if (!r->body)
			continue;
		add_type(p, r->body, true);
		for (const struct rule *rule = r->rules; rule && rule->field; rule++)
			add_limit(p, r->body, rule);
	}
	add_type(p, &problem__descriptor, false);
}

/* The first rule of this kind for the field, or NULL. */
static const struct rule *limit_of(const struct print *p, const ProtobufCMessageDescriptor *holder,
                                   const ProtobufCFieldDescriptor *field, enum rule_kind kind)
{
	for (const struct printed_limit *l = p->limits; l < p->limits + p->n_limits; l++)
		if (l->holder == holder && l->field == field && l->rule->kind == kind)
			return l->rule;
	return NULL;
}

/* --- one field --- */

struct field {
	const ProtobufCMessageDescriptor *holder;
	const ProtobufCFieldDescriptor *proto;
	const struct comment *comment;
	const struct rule *code, *date, *range, *length, *items, *required;
};

static struct field field_of(const struct print *p, const ProtobufCMessageDescriptor *holder,
                             const ProtobufCFieldDescriptor *proto)
{
	const struct rule *date = limit_of(p, holder, proto, RULE_DATE);
	return (struct field){
		.holder = holder,
		.proto = proto,
		.comment = comment_find(holder->short_name, proto->name),
		.code = limit_of(p, holder, proto, RULE_CODE),
		.date = date ? date : limit_of(p, holder, proto, RULE_PAST_DATE),
		.range = limit_of(p, holder, proto, RULE_RANGE),
		.length = limit_of(p, holder, proto, RULE_MAX_LENGTH),
		.items = limit_of(p, holder, proto, RULE_MAX_ITEMS),
		.required = limit_of(p, holder, proto, RULE_REQUIRED),
	};
}

static void print_type(struct print *p, const struct field *f)
{
	static const struct {
		const char *type, *format;
	} rows[] = {
		[PROTOBUF_C_TYPE_STRING] = { "string" },           [PROTOBUF_C_TYPE_BOOL] = { "boolean" },
		[PROTOBUF_C_TYPE_INT32] = { "integer", "int32" },  [PROTOBUF_C_TYPE_INT64] = { "integer", "int64" },
		[PROTOBUF_C_TYPE_DOUBLE] = { "number", "double" },
	};
	const char *format = f->date ? "date" : *f->comment->format ? f->comment->format : rows[f->proto->type].format;
	print_text(p, "type", rows[f->proto->type].type);
	if (format)
		print_text(p, "format", format);
	if (f->range) {
		print_number(p, "minimum", f->range->min);
		print_number(p, "maximum", f->range->max);
	}
	if (f->required && f->proto->type == PROTOBUF_C_TYPE_STRING && f->proto->label != PROTOBUF_C_LABEL_REPEATED)
		print_number(p, "minLength", 1);
	if (f->length)
		print_number(p, "maxLength", f->length->max);
}

/* What stands in the braces of a value, or of one item of a list. */
static void print_value(struct print *p, const struct field *f)
{
	const char *list = f->code ? f->code->codes : f->comment->code;
	const ProtobufCMessageDescriptor *type = f->proto->descriptor;
	if (*list)
		description_code(p, NULL, list);
	else if (f->proto->type == PROTOBUF_C_TYPE_MESSAGE)
		print_text(p, "$ref", arena_printf(p->arena, "#/components/schemas/%s", type->short_name));
	else
		print_type(p, f);
}

static void print_map(struct print *p, const struct field *f)
{
	print_text(p, "type", "object");
	print_open(p, "additionalProperties", '{');
	print_text(p, "type", "integer");
	print_text(p, "format", "int32");
	print_close(p, '}');
	if (f->required)
		print_number(p, "minProperties", 1);
}

static void print_list(struct print *p, const struct field *f)
{
	print_text(p, "type", "array");
	print_open(p, "items", '{');
	print_value(p, f);
	print_close(p, '}');
	if (f->required)
		print_number(p, "minItems", 1);
	if (f->items)
		print_number(p, "maxItems", f->items->max);
}

static void print_field(struct print *p, const struct field *f)
{
	print_open(p, shape_json_name(p->arena, f->proto->name), '{');
	if (shape_is_map(f->proto))
		print_map(p, f);
	else if (f->proto->label == PROTOBUF_C_LABEL_REPEATED)
		print_list(p, f);
	else
		print_value(p, f);
	if (*f->comment->says)
		print_text(p, "description", f->comment->says);
	print_close(p, '}');
}

/* --- one message --- */

/* Of what a client sends, what a rule demands; of what it gets, the lists of records, which are written also when they
 * are empty. */
static bool must_be_there(const struct field *f, bool taken)
{
	bool records = f->proto->label == PROTOBUF_C_LABEL_REPEATED && f->proto->type == PROTOBUF_C_TYPE_MESSAGE &&
	               !shape_is_map(f->proto);
	return f->required || (records && !taken);
}

static void print_required(struct print *p, const struct printed_type *t)
{
	bool begun = false;
	for (unsigned i = 0; i < t->type->n_fields; i++) {
		struct field f = field_of(p, t->type, &t->type->fields[i]);
		if (!must_be_there(&f, t->taken))
			continue;
		if (!begun)
			print_open(p, "required", '[');
		begun = true;
		print_text(p, NULL, shape_json_name(p->arena, f.proto->name));
	}
	if (begun)
		print_close(p, ']');
}

static void print_message(struct print *p, const struct printed_type *t)
{
	const struct comment *comment = comment_find(t->type->short_name, NULL);
	print_open(p, t->type->short_name, '{');
	print_text(p, "type", "object");
	if (*comment->says)
		print_text(p, "description", comment->says);
	print_required(p, t);
	print_open(p, "properties", '{');
	for (unsigned i = 0; i < t->type->n_fields; i++) {
		struct field f = field_of(p, t->type, &t->type->fields[i]);
		print_field(p, &f);
	}
	print_close(p, '}');
	if (t->taken)
		print_bool(p, "additionalProperties", false);
	print_close(p, '}');
}

/* --- codes --- */

void description_code(struct print *p, const char *name, const char *list)
{
	const char *to = arena_printf(p->arena, "Code.%s", list);
	size_t i = 0;
	while (i < p->n_codes && strcmp(p->codes[i], list) != 0)
		i++;
	if (i == p->n_codes) {
		assert(p->n_codes < PRINT_MAX_CODES);
		p->codes[p->n_codes++] = list;
	}
	if (name)
		print_ref(p, name, "schemas", to);
	else
		print_text(p, "$ref", arena_printf(p->arena, "#/components/schemas/%s", to));
}

static void print_code_words(struct print *p, const struct code_list *list)
{
	print_open(p, "x-words", '{');
	for (size_t i = 0; i < list->n; i++) {
		print_open(p, list->codes[i].code, '{');
		print_text(p, "da", list->codes[i].da);
		print_text(p, "en", list->codes[i].en);
		print_close(p, '}');
	}
	print_close(p, '}');
}

static void print_codes(struct print *p, const char *name)
{
	const struct code_list *list = code_list(name);
	struct buffer says = buffer_in(p->arena);
	assert(list);
	for (size_t i = 0; i < list->n; i++)
		buffer_printf(&says, "%s%s: %s", i ? "; " : "", list->codes[i].code, list->codes[i].en);
	print_open(p, arena_printf(p->arena, "Code.%s", name), '{');
	print_text(p, "type", "string");
	print_text(p, "description", says.data);
	print_open(p, "enum", '[');
	for (size_t i = 0; i < list->n; i++)
		print_text(p, NULL, list->codes[i].code);
	print_close(p, ']');
	print_code_words(p, list);
	print_close(p, '}');
}

static void print_problems(struct print *p)
{
	struct buffer says = buffer_in(p->arena);
	for (enum err e = OK + 1; e < ERR_COUNT; e++)
		if (description_tells(e))
			buffer_printf(&says, "%s%s: %s", says.len ? " " : "", err_slug(e), err_text(e));
	print_open(p, "Code." PROBLEMS, '{');
	print_text(p, "type", "string");
	print_text(p, "format", "uri-reference");
	print_text(p, "description", says.data);
	print_open(p, "enum", '[');
	for (enum err e = OK + 1; e < ERR_COUNT; e++)
		if (description_tells(e))
			print_text(p, NULL, arena_printf(p->arena, "/problems/%s", err_slug(e)));
	print_close(p, ']');
	print_close(p, '}');
}

void description_schemas(struct print *p)
{
	print_open(p, "schemas", '{');
	for (size_t i = 0; i < p->n_types; i++)
		print_message(p, &p->types[i]);
	for (size_t i = 0; i < p->n_codes; i++)
		if (strcmp(p->codes[i], PROBLEMS) == 0)
			print_problems(p);
		else
			print_codes(p, p->codes[i]);
	print_close(p, '}');
}
