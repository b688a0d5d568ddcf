/* SPDX-License-Identifier: EUPL-1.2 */
/* Every answer that can come of a route: the good ones with shape and headers, and the refusals. Owns which refusal
 * belongs to which kind of route; what each says comes from the table of errors. Pure. */
#include <string.h>

#include "api.pb-c.h"
#include "serving/print.h"
#include "shape/shape.h"

bool description_is_write(const struct route *r)
{
	return r->write != NULL;
}

bool description_is_open(const struct route *r)
{
	return (r->roles & ROLE_ANYONE) != 0;
}

static bool takes_body(const struct route *r)
{
	return r->body != NULL;
}

static bool takes_anything(const struct route *r)
{
	return r->write || r->body;
}

/* What stands at an address can be read, and changed by who has read it. */
bool description_is_of_one(const struct route *r)
{
	return strchr(r->path, '{') != NULL;
}

static bool can_miss(const struct route *r)
{
	return description_is_of_one(r) && (r->subject || strcmp(r->method, "PUT") != 0);
}

bool description_can_be_stale(const struct route *r)
{
	return description_is_of_one(r) && description_is_write(r);
}

static bool has_forms(const struct route *r)
{
	return r->media && r->returns;
}

static bool any(const struct route *r)
{
	(void)r;
	return true;
}

static bool knows_who(const struct route *r)
{
	return !description_is_open(r);
}

static const struct refused {
	int status;
	bool (*can)(const struct route *r);
	const char *header, *header_says;
} refused[] = {
	{ 400, any },
	{ 401, knows_who, "WWW-Authenticate", "Bearer." },
	{ 403, knows_who },
	{ 404, can_miss },
	{ 406, has_forms },
	{ 409, takes_body },
	{ 412, description_can_be_stale },
	{ 413, takes_anything },
	{ 415, takes_body },
	{ 422, takes_anything },
	{ 503, knows_who, "Retry-After", "Seconds after which to try again; absent where an operator must come first." },
};

/* Errors that only a message from another node can meet. */
static const enum err of_messages[] = { ERR_NO_PARENT, ERR_MALFORMED, ERR_NO_HANDLER, ERR_CRYPTO };

bool description_tells(enum err e)
{
	for (size_t i = 0; i < countof(of_messages); i++)
		if (e == of_messages[i])
			return false;
	return e != OK;
}

/* --- what it answers --- */

/* The statuses of an answer that is no refusal; ended by 0. */
static const int *statuses_of(const struct route *r)
{
	static const struct {
		const char *method;
		bool command;
		int statuses[4];
	} usual[] = {
		{ "GET", false, { 200 } },      { "POST", false, { 201 } },         { "PUT", false, { 200, 201 } },
		{ "POST", true, { 201, 202 } }, { "PUT", true, { 200, 201, 202 } },
	};
	static const int none[] = { 0 };
	if (r->statuses[0])
		return r->statuses;
	for (size_t i = 0; i < countof(usual); i++)
		if (usual[i].command == r->is_command && strcmp(usual[i].method, r->method) == 0)
			return usual[i].statuses;
	return none;
}

static const char *words_of(const struct route *r, int status)
{
	switch (status) {
	case 201:
		return r->is_command ? "Made: with `Prefer: wait`, once it is decided." : "Made, and on disk.";
	case 202:
		return "Stored on disk; the decision is pending. Location is the operation, which tells how far it is.";
	case 503:
		return "It cannot now.";
	default:
		if (r->is_command)
			return "Done: with `Prefer: wait`, once it is decided.";
		return description_is_write(r) ? "Done, and on disk." : "As it stands.";
	}
}

/* Whether what the route returns can be read at an address of its own. */
static bool has_address(const struct print *p, const struct route *r)
{
	for (size_t i = 0; i < p->n_routes; i++) {
		const struct route *other = p->routes[i].route;
		size_t len = strlen(other->path);
		if (other->returns == r->returns && strcmp(other->method, "GET") == 0 && other->path[len - 1] == '}')
			return true;
	}
	return false;
}

static void print_headers(struct print *p, const struct route *r, int status)
{
	bool location = description_is_write(r) && (r->is_command || has_address(p, r));
	bool etag = r->returns && shape_field(r->returns, "version", strlen("version"));
	bool applied = description_is_write(r) && status != 202;
	if (!location && !etag && !applied)
		return;
	print_open(p, "headers", '{');
	if (location)
		print_ref(p, "Location", "headers", "Location");
	if (etag)
		print_ref(p, "ETag", "headers", "ETag");
	if (applied)
		print_ref(p, "Preference-Applied", "headers", "Preference-Applied");
	print_close(p, '}');
}

/* While a change is pending the operation is told, and when the request is repeated the record as it stands. */
static void print_answer_schema(struct print *p, const struct route *r, int status)
{
	bool made = statuses_of(r)[0] == 201;
	if (status != 202 || made) {
		print_ref(p, "schema", "schemas", r->returns->short_name);
		return;
	}
	print_open(p, "schema", '{');
	print_open(p, "anyOf", '[');
	print_ref(p, NULL, "schemas", operation__descriptor.short_name);
	print_ref(p, NULL, "schemas", r->returns->short_name);
	print_close(p, ']');
	print_close(p, '}');
}

static void print_plain(struct print *p, const char *media, const char *type)
{
	print_open(p, media, '{');
	print_open(p, "schema", '{');
	print_text(p, "type", type);
	print_close(p, '}');
	print_close(p, '}');
}

static void print_answer(struct print *p, const struct route *r, int status)
{
	char name[NUMBER_ROOM];
	print_open(p, buffer_number_in(name, status), '{');
	print_text(p, "description", words_of(r, status));
	print_headers(p, r, status);
	print_open(p, "content", '{');
	if (r->returns) {
		print_open(p, "application/json", '{');
		print_answer_schema(p, r, status);
		print_close(p, '}');
	} else if (!r->media)
		print_plain(p, "application/json", "object");
	if (r->media)
		print_plain(p, r->media, "string");
	print_close(p, '}');
	print_close(p, '}');
}

void description_answers(struct print *p, const struct route *r)
{
	char name[NUMBER_ROOM];
	print_open(p, "responses", '{');
	for (const int *status = statuses_of(r); *status; status++)
		print_answer(p, r, *status);
	for (size_t i = 0; i < countof(refused); i++) {
		if (!refused[i].can(r))
			continue;
		p->refusals[refused[i].status] = true;
		print_ref(p, buffer_number_in(name, refused[i].status), "responses", buffer_number_in(name, refused[i].status));
	}
	print_close(p, '}');
}

/* --- what routes refer to --- */

static void print_header(struct print *p, const char *name, const char *type, const char *says)
{
	print_open(p, name, '{');
	print_text(p, "description", says);
	print_open(p, "schema", '{');
	print_text(p, "type", type);
	print_close(p, '}');
	print_close(p, '}');
}

static void print_shared_headers(struct print *p)
{
	if (!p->writes)
		return;
	print_open(p, "headers", '{');
	print_header(p, "Location", "string",
	             "Address of the record that was made, or of the operation while the decision is pending.");
	print_header(p, "ETag", "string", "Version of the record, for If-Match.");
	print_header(p, "Preference-Applied", "string",
	             "The preference that was honoured: `wait=N`, when the decision came in time.");
	print_close(p, '}');
}

static void print_refused(struct print *p, const struct refused *refusal)
{
	char name[NUMBER_ROOM];
	struct buffer says = buffer_in(p->arena);
	for (enum err e = OK + 1; e < ERR_COUNT; e++)
		if (err_status(e) == refusal->status && description_tells(e))
			buffer_printf(&says, "%s`%s`: %s", says.len ? " " : "", err_slug(e), err_text(e));
	print_open(p, buffer_number_in(name, refusal->status), '{');
	print_text(p, "description", says.data);
	if (refusal->header) {
		print_open(p, "headers", '{');
		print_header(p, refusal->header, "string", refusal->header_says);
		print_close(p, '}');
	}
	print_open(p, "content", '{');
	print_open(p, "application/problem+json", '{');
	print_ref(p, "schema", "schemas", problem__descriptor.short_name);
	print_close(p, '}');
	print_close(p, '}');
	print_close(p, '}');
}

void description_responses(struct print *p)
{
	print_shared_headers(p);
	print_open(p, "responses", '{');
	for (size_t i = 0; i < countof(refused); i++)
		if (p->refusals[refused[i].status])
			print_refused(p, &refused[i]);
	print_close(p, '}');
}
