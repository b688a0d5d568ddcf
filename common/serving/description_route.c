/* SPDX-License-Identifier: EUPL-1.2 */
/* One route as an operation of the description: its name, who may use it, and what it takes. Owns the
 * headers that a client may send. Pure. */
#include <ctype.h>
#include <string.h>

#include "serving/print.h"

static const struct header {
	const char *name;
	bool (*can)(const struct route *r);
	const char *says, *example;
	int64_t max;
} headers[] = {
	{ "Idempotency-Key", description_is_write,
	  "A key of your own choice, for instance a UUID: the same when you repeat a request whose answer you did not get. "
	  "The "
	  "same key with the same body gives the same Location and the current state; with another body it is refused. It "
	  "counts for your token and this address.",
	  "5b0c8b3e-3f0a-4a53-9d2c-0d7a4b1f6e11", .max = 255 },
	{ "If-Match", description_can_be_stale,
	  "The ETag of the record as you read it: refused with 412 if it has changed since.", "\"3\"" },
};
static const struct header prefer = {
	"Prefer", NULL,
	"`wait=N` holds the answer back for at most N seconds (30 at most), until the decision has come (RFC 7240).",
	"wait=5"
};

/* --- who it is --- */

static const char *method_name(struct print *p, const struct route *r)
{
	char *name = arena_strdup(p->arena, r->method);
	for (char *c = name; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return name;
}

/* A word of a path: courses, or, where one of them is meant, course. */
static void add_word(struct buffer *id, const char *word, size_t len, bool one)
{
	bool ies = one && len > 3 && strncmp(word + len - 3, "ies", 3) == 0;
	bool begins = true;
	for (size_t i = 0; i < len - (ies ? 3 : one && word[len - 1] == 's'); i++) {
		char c = word[i];
		if (isalnum((unsigned char)c))
			buffer_printf(id, "%c", begins ? toupper((unsigned char)c) : c);
		begins = !isalnum((unsigned char)c);
	}
	buffer_puts(id, ies ? "y" : "");
}

/* getCourseMeasurements: the method and the words of the path, so that it stays while these do. */
static const char *operation_id(struct print *p, const struct route *r)
{
	static const char base[] = "/api/v1";
	struct buffer id = buffer_in(p->arena);
	const char *at = r->path + (strncmp(r->path, base, strlen(base)) == 0 ? strlen(base) : 0);
	buffer_puts(&id, method_name(p, r));
	while (*at) {
		const char *word = at + 1;
		size_t len = strcspn(word, "/");
		at = word + len;
		if (*word != '{')
			add_word(&id, word, len, strncmp(at, "/{", 2) == 0);
	}
	return id.data;
}

static const char *const scopes[] = {
	[SCOPE_NOBODYS] = "nobodys", [SCOPE_OWN_CASES] = "own-cases", [SCOPE_ORGANISATION] = "organisation"
};
static const char *const reads[] = { [READS_NOTHING] = "nothing", [READS_CODES] = "codes", [READS_PERSON] = "person" };

static const char *const holds[] = { [HOLD_WAY] = "way", [HOLD_READ] = "read", [HOLD_WORK] = "work" };

static void print_who(struct print *p, const struct route *r)
{
	if (description_is_open(r)) {
		print_open(p, "security", '[');
		print_close(p, ']');
		return;
	}
	print_open(p, "x-roles", '[');
	for (unsigned role = 1; role < ROLE_ANYONE; role <<= 1)
		if (r->roles & role)
			print_text(p, NULL, role_name(role));
	print_close(p, ']');
	print_text(p, "x-scope", scopes[r->scope]);
	print_text(p, "x-reads", reads[r->reads]);
	if (r->scope == SCOPE_OWN_CASES)
		print_text(p, "x-needs", holds[r->needs ? r->needs : HOLD_WAY]);
}

static const char *roles_in_words(struct print *p, const struct route *r)
{
	struct buffer text = buffer_in(p->arena);
	if (description_is_open(r))
		return "Open to anyone, without a token.";
	for (unsigned role = 1; role < ROLE_ANYONE; role <<= 1)
		if (r->roles & role)
			buffer_printf(&text, "%s%s", text.len ? ", " : "Open to these roles: ", role_name(role));
	buffer_puts(&text, ".");
	return text.data;
}

static void print_words(struct print *p, const struct route *r)
{
	const char *stop = strstr(r->says, ". "), *end = r->says + strlen(r->says);
	size_t len = (size_t)((stop ? stop : end - (end > r->says && end[-1] == '.')) - r->says);
	print_text(p, "summary", arena_strndup(p->arena, r->says, len));
	print_text(p, "description",
	           arena_printf(p->arena, "%s%s%s", stop ? stop + 2 : "", stop ? "\n\n" : "", roles_in_words(p, r)));
}

/* --- what it takes --- */

static void print_parameter_schema(struct print *p, const struct parameter *q)
{
	if (q->kind == PARAMETER_CODE) {
		description_code(p, "schema", q->codes);
		return;
	}
	print_open(p, "schema", '{');
	print_text(p, "type", q->kind == PARAMETER_NUMBER ? "integer" : "string");
	if (q->kind == PARAMETER_DATE)
		print_text(p, "format", "date");
	if (q->kind == PARAMETER_ID)
		print_text(p, "format", "uuid");
	if (q->kind == PARAMETER_TEXT && q->max)
		print_number(p, "maxLength", q->max);
	if (q->kind == PARAMETER_NUMBER) {
		print_text(p, "format", "int64");
		print_number(p, "minimum", q->min);
		print_number(p, "maximum", q->max);
	}
	print_close(p, '}');
}

static void print_parameter(struct print *p, const struct parameter *q, const char *in)
{
	bool in_path = strcmp(in, "path") == 0;
	print_open(p, NULL, '{');
	print_text(p, "name", q->name);
	print_text(p, "in", in);
	print_text(p, "description", q->says);
	if (in_path || q->required)
		print_bool(p, "required", true);
	print_parameter_schema(p, q);
	print_close(p, '}');
}

/* Those of the path that the route says nothing of are ids of records. */
static void print_path_parameters(struct print *p, const struct route *r)
{
	for (const char *at = strchr(r->path, '{'); at; at = strchr(at + 1, '{')) {
		const char *name = arena_strndup(p->arena, at + 1, strcspn(at + 1, "}"));
		const struct parameter *q = r->params;
		while (q && q->name && strcmp(q->name, name) != 0)
			q++;
		if (q && q->name)
			print_parameter(p, q, "path");
		else
			print_ref(p, NULL, "parameters", "id");
	}
}

static void print_parameters(struct print *p, const struct route *r)
{
	print_open(p, "parameters", '[');
	print_path_parameters(p, r);
	for (const struct parameter *q = r->query; q && q->name; q++)
		print_parameter(p, q, "query");
	for (size_t i = 0; i < countof(headers); i++)
		if (headers[i].can(r))
			print_ref(p, NULL, "parameters", headers[i].name);
	if (r->is_command)
		print_ref(p, NULL, "parameters", prefer.name);
	print_close(p, ']');
}

static void print_body(struct print *p, const struct route *r)
{
	print_open(p, "requestBody", '{');
	print_bool(p, "required", true);
	print_open(p, "content", '{');
	print_open(p, "application/json", '{');
	print_ref(p, "schema", "schemas", r->body->short_name);
	print_close(p, '}');
	print_close(p, '}');
	print_close(p, '}');
}

void description_route(struct print *p, const struct printed_route *route)
{
	const struct route *r = route->route;
	print_open(p, method_name(p, r), '{');
	print_text(p, "operationId", operation_id(p, r));
	print_open(p, "tags", '[');
	print_text(p, NULL, route->resource->name);
	print_close(p, ']');
	print_words(p, r);
	print_who(p, r);
	print_parameters(p, r);
	if (r->body)
		print_body(p, r);
	description_answers(p, r);
	print_close(p, '}');
}

/* --- what routes refer to --- */

static void print_header_parameter(struct print *p, const struct header *h)
{
	print_open(p, h->name, '{');
	print_text(p, "name", h->name);
	print_text(p, "in", "header");
	print_text(p, "description", h->says);
	print_open(p, "schema", '{');
	print_text(p, "type", "string");
	if (h->max) {
		print_number(p, "minLength", 1);
		print_number(p, "maxLength", h->max);
	}
	print_close(p, '}');
	print_text(p, "example", h->example);
	print_close(p, '}');
}

void description_parameters(struct print *p)
{
	bool one = false, stale = false;
	for (size_t i = 0; i < p->n_routes; i++) {
		one |= description_is_of_one(p->routes[i].route) && !p->routes[i].route->params;
		stale |= description_can_be_stale(p->routes[i].route);
	}
	print_open(p, "parameters", '{');
	if (one) {
		print_open(p, "id", '{');
		print_text(p, "name", "id");
		print_text(p, "in", "path");
		print_text(p, "description", "Id of the record.");
		print_bool(p, "required", true);
		print_open(p, "schema", '{');
		print_text(p, "type", "string");
		print_text(p, "format", "uuid");
		print_close(p, '}');
		print_close(p, '}');
	}
	for (size_t i = 0; i < countof(headers); i++)
		if (headers[i].can == description_can_be_stale ? stale : p->writes)
			print_header_parameter(p, &headers[i]);
	if (p->commands)
		print_header_parameter(p, &prefer);
	print_close(p, '}');
}
