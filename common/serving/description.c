/* SPDX-License-Identifier: EUPL-1.2 */
/* The OpenAPI description as a whole: title, conventions, resources, addresses. Owns the words about what all routes
 * have in common. Everything else comes from the tables of routes, rules, codes and errors and from the comments of the
 * .proto files; nothing may be described here that one of those could say. Pure. */
#include "serving/description.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

#include "serving/print.h"

/* --- what holds for all --- */

static const struct convention {
	size_t when; /* offset of the fact of struct print that must hold; 0: always */
	const char *says;
} conventions[] = {
	{ 0, "Bodies are JSON after the proto3 mapping: a field that is not said is left out, and so are an empty text, a "
	     "zero, "
	     "`false` and an empty list; a list of records is there also when it is empty. Counts of reports are there "
	     "also when "
	     "they are zero. 64-bit numbers are JSON numbers. Dates are YYYY-MM-DD in Europe/Copenhagen." },
	{ offsetof(struct print, writes), "A body has at most 64 KiB, and lengths are counted in characters. Unknown "
	                                  "fields are refused. What was answered "
	                                  "as done is on disk. A request whose answer was lost is repeated with the same "
	                                  "`Idempotency-Key`: it is done once, "
	                                  "and answered with the same address and the current state." },
	{ offsetof(struct print, commands), "What another daemon must decide (a place, an enrolment, a score) is stored, "
	                                    "sent, and answered `202` with the address "
	                                    "of an operation, which tells how far it is. With `Prefer: wait=5` the answer "
	                                    "is held back until the decision has "
	                                    "come, normally within milliseconds." },
	{ offsetof(struct print, tables), "Reports come as JSON or, with `Accept: text/csv`, as CSV (RFC 4180) with a "
	                                  "header row; the last row is the total. A "
	                                  "text that begins with = + - @ has an apostrophe in front." },
	{ 0, "Every refusal is a problem document (RFC 9457) with `field` and `rule`, and has changed nothing. Query "
	     "parameters that "
	     "are unknown or stand twice are refused. An address that does not exist is answered 404, a method that it "
	     "does not "
	     "take 405." },
	{ offsetof(struct print, secured),
	  "A node knows the records of its own organisation only: those of others are answered 404. `x-roles` names the "
	  "roles "
	  "that may use an operation, `x-scope` whose records it is about, and `x-reads` what it shows of a citizen." },
};

static void print_info(struct print *p, const struct served *s)
{
	struct buffer text = buffer_in(p->arena);
	buffer_puts(&text, s->says);
	for (size_t i = 0; i < countof(conventions); i++)
		if (!conventions[i].when || *((const bool *)p + conventions[i].when))
			buffer_printf(&text, "\n\n%s", conventions[i].says);
	print_open(p, "info", '{');
	print_text(p, "title", arena_printf(p->arena, "udvej %s", s->name));
	print_text(p, "version", UDVEJ_VERSION);
	print_text(p, "description", text.data);
	print_open(p, "license", '{');
	print_text(p, "name", "EUPL-1.2");
	print_text(p, "identifier", "EUPL-1.2");
	print_close(p, '}');
	print_close(p, '}');
	print_open(p, "servers", '[');
	print_open(p, NULL, '{');
	print_text(p, "url", "/");
	print_text(p, "description", "The node that served this description.");
	print_close(p, '}');
	print_close(p, ']');
}

static void print_tags(struct print *p)
{
	const struct resource *last = NULL;
	print_open(p, "tags", '[');
	for (size_t i = 0; i < p->n_routes; i++) {
		const struct resource *r = p->routes[i].resource;
		if (r == last)
			continue;
		print_open(p, NULL, '{');
		print_text(p, "name", r->name);
		print_text(p, "description", r->says);
		print_close(p, '}');
		last = r;
	}
	print_close(p, ']');
}

/* --- the addresses --- */

static void add_routes(struct print *p, const struct resource *resource)
{
	for (size_t i = 0; i < resource->n_routes; i++) {
		const struct route *r = &resource->routes[i];
		assert(p->n_routes < PRINT_MAX_ROUTES);
		p->routes[p->n_routes++] = (struct printed_route){ .route = r, .resource = resource };
		p->writes |= r->write != NULL;
		p->commands |= r->is_command;
		p->tables |= r->media && r->returns;
		p->secured |= !(r->roles & ROLE_ANYONE);
	}
}

static void print_paths(struct print *p)
{
	print_open(p, "paths", '{');
	for (size_t i = 0; i < p->n_routes; i++) {
		const char *path = p->routes[i].route->path;
		if (p->routes[i].done)
			continue;
		print_open(p, path, '{');
		for (size_t k = i; k < p->n_routes; k++) {
			if (strcmp(p->routes[k].route->path, path) != 0)
				continue;
			p->routes[k].done = true;
			description_route(p, &p->routes[k]);
		}
		print_close(p, '}');
	}
	print_close(p, '}');
}

static void print_security(struct print *p)
{
	print_open(p, "security", '[');
	print_open(p, NULL, '{');
	print_open(p, "bearer", '[');
	print_close(p, ']');
	print_close(p, '}');
	print_close(p, ']');
}

static void print_security_scheme(struct print *p)
{
	print_open(p, "securitySchemes", '{');
	print_open(p, "bearer", '{');
	print_text(p, "type", "http");
	print_text(p, "scheme", "bearer");
	print_text(p, "description", "Who asks, and in which role.");
	print_close(p, '}');
	print_close(p, '}');
}

const char *description_print(struct arena *a, const struct served *s, const struct resource *about)
{
	struct print *p = ARENA_NEW(a, struct print);
	p->arena = a;
	p->out = buffer_in(a);
	for (const struct resource *const *r = s->resources; r && *r; r++)
		add_routes(p, *r);
	add_routes(p, about);
	description_collect(p);
	print_open(p, NULL, '{');
	print_text(p, "openapi", "3.1.0");
	print_info(p, s);
	print_security(p);
	print_tags(p);
	print_paths(p);
	print_open(p, "components", '{');
	print_security_scheme(p);
	description_parameters(p);
	description_responses(p);
	description_schemas(p);
	print_close(p, '}');
	print_close(p, '}');
	return p->out.data;
}
