/* SPDX-License-Identifier: EUPL-1.2 */
/* Makes the entry of a call in the log of use: from the row of its route, from who asked, and from what the answer
 * shows. No handler has a say in it. Pure. */
#include <string.h>

#include "api.pb-c.h"
#include "serving/entry.h"

struct citizens {
	struct buffer text;
	size_t n;
};

static void add(struct citizens *c, const char *id)
{
	if (!*id || (c->n && strstr(c->text.data, id)))
		return;
	buffer_printf(&c->text, "%s%s", c->n++ ? "," : "{", id);
}

/* The record's own citizen, and those of its items. */
static void add_shown(struct citizens *c, const ProtobufCMessage *body)
{
	struct shape_slot slot;
	if (shape_find(NULL, body, "citizen_id", &slot))
		add(c, *(const char **)shape_at(slot));
	if (body->descriptor == &citizen_record__descriptor)
		add(c, ((const CitizenRecord *)body)->id);
	if (!shape_find(NULL, body, "items", &slot))
		return;
	ProtobufCMessage **items = *(ProtobufCMessage ***)shape_at(slot);
	for (size_t i = 0; i < shape_count(slot); i++)
		add_shown(c, items[i]);
}

static const char *citizens_of(const struct call *c)
{
	struct citizens all = { .text = buffer_in(c->http->arena) };
	add(&all, c->rq.seen.citizen ? c->rq.seen.citizen : "");
	for (size_t i = 0; i < c->reply.n_citizens; i++)
		add(&all, c->reply.citizens[i]);
	if (c->reply.body)
		add_shown(&all, c->reply.body);
	if (!all.n)
		return "";
	buffer_puts(&all.text, "}");
	return all.text.data;
}

bool entry_is_needed(const struct route *route)
{
	return !(route->roles & ROLE_ANYONE) && (route->write || route->reads != READS_NOTHING);
}

struct audit_entry entry_of(const struct call *c, const char *outcome)
{
	const struct request *rq = &c->rq;
	const char *why = rq->seen.why && *rq->seen.why ? rq->seen.why : rq->view.reach;
	return (struct audit_entry){
		.who = rq->principal.who,
		.role = role_name(rq->principal.role),
		.use = arena_printf(c->http->arena, "%s %s", c->route->method, c->route->path),
		.subject = rq->params[0]      ? rq->params[0]
		           : c->reply.subject ? c->reply.subject
		           : rq->subject      ? rq->subject
		                              : "",
		.outcome = outcome,
		.status = c->reply.status,
		.why = why ? why : "",
		.citizens = citizens_of(c),
		.searched = c->reply.searched ? c->reply.searched : "",
	};
}

struct audit_entry entry_of_refusal(const struct call *c)
{
	struct audit_entry e = entry_of(c, "refused");
	e.status = err_status(c->why.err);
	e.why = err_slug(c->why.err);
	return e;
}
