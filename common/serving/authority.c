/* SPDX-License-Identifier: EUPL-1.2 */
/* Who sees whom. The row of a route says of whom it tells and how much of a case one must hold; the row of a role says
 * how far it reaches; the statement of the subject says why this person may see this record. No handler is called
 * before the three agree, and none has a say in it. Owns nothing, writes nothing. */
#include "serving/authority.h"

#include <string.h>

#include "base/uuid.h"

/* How far each role reaches. A role without a row sees no case. */
static const struct reach {
	unsigned role;
	const char *reach; /* own: her cases and what she entered; posted: what this system posted, and what is addressed
	                      to the organisation; organisation: all */
	enum hold most;    /* holds no more of any case than this: the coordinator only its way */
	bool persons;      /* sees who a citizen is */
} reaches[] = {
	{ ROLE_WORKER, "own", HOLD_WORK, true },        { ROLE_GROUP_LEADER, "own", HOLD_WORK, true },
	{ ROLE_BROBYGGER, "own", HOLD_WORK, true },     { ROLE_CULTURAL_MEDIATOR, "own", HOLD_WORK, true },
	{ ROLE_LEAD, "organisation", HOLD_WORK, true }, { ROLE_COORDINATOR, "organisation", HOLD_WAY, false },
	{ ROLE_SYSTEM, "posted", HOLD_WORK, true },
};

static const struct reach *reach_of(unsigned role)
{
	for (size_t i = 0; i < countof(reaches); i++)
		if (reaches[i].role == role)
			return &reaches[i];
	return NULL;
}

/* Whether a role sees who a citizen is, and what was told in confidence. */
static bool sees_persons(unsigned role)
{
	const struct reach *r = reach_of(role);
	return r && r->persons;
}

/* What a reason gives. Who entered a case goes on holding it until a worker has it; then she sees its way. */
static enum hold hold_of(const struct reach *r, const char *why, const char *worker)
{
	enum hold hold = HOLD_WORK;
	if (!*why)
		hold = HOLD_NONE;
	else if (strcmp(why, "break-glass") == 0)
		hold = HOLD_READ;
	else if (strcmp(why, "entered") == 0 && strcmp(r->reach, "posted") != 0 && *worker)
		hold = HOLD_WAY;
	return hold < r->most ? hold : r->most;
}

static enum hold needs_of(const struct route *route)
{
	return route->needs ? route->needs : HOLD_WAY;
}

static const char *text_or_empty(const char *text)
{
	return text ? text : "";
}

static enum err look_up(struct tx *tx, struct request *rq, const struct reach *reach)
{
	const struct subject *s = rq->route->subject;
	struct db_rows rows = { 0 };
	if (uuid_is_valid(rq->params[0]))
		TRY(db_rows(tx->db, tx->arena, s->sql, &rows, NULL, ARG_TEXT("id", rq->params[0]), ARGS_OF_VIEW(&rq->view)));
	if (!rows.n)
		return tx_refuse(tx, ERR_NOT_FOUND, "id", "this node knows no %s with this id", s->name);
	rq->seen.citizen = text_or_empty(rows.cells[0]);
	rq->seen.worker = text_or_empty(rows.cells[1]);
	rq->seen.why = text_or_empty(rows.cells[2]);
	rq->seen.hold = hold_of(reach, rq->seen.why, rq->seen.worker);
	if (rq->seen.hold >= needs_of(rq->route))
		return OK;
	if (rq->seen.hold == HOLD_NONE)
		return tx_refuse(tx, ERR_FORBIDDEN, "id", "this %s is none of your cases", s->name);
	return tx_refuse(tx, ERR_FORBIDDEN, "id",
	                 rq->seen.hold == HOLD_WAY ? "you may see the way of this %s, not its content, nor change it"
	                                           : "you may read this %s, not change it",
	                 s->name);
}

enum err authority_check(struct tx *tx, struct request *rq)
{
	const struct reach *reach = reach_of(rq->principal.role);
	rq->seen = (struct seen){ .citizen = "", .worker = "", .why = "" };
	if (rq->route->scope != SCOPE_OWN_CASES)
		return OK;
	if (!reach)
		return tx_refuse(tx, ERR_FORBIDDEN, "", "the role %s sees no citizen's case", role_name(rq->principal.role));
	rq->view = (struct view){
		.reach = reach->reach,
		.sees_content = reach->most > HOLD_WAY,
		.who = rq->principal.who,
		.me = rq->principal.worker,
		.today = date_text(tx->arena, tx->today),
	};
	return rq->route->subject ? look_up(tx, rq, reach) : OK;
}

/* --- what may be done with a record --- */

static bool may_act(const struct route *route, const struct request *rq, const ProtobufCMessage *record)
{
	return route->action && route->subject && route->subject->record == record->descriptor &&
	       (route->roles & rq->principal.role) && rq->seen.hold >= needs_of(route) &&
	       (!route->fits || route->fits(record));
}

void authority_add_actions(struct tx *tx, const struct served *served, const struct request *rq,
                           ProtobufCMessage *record)
{
	const struct route *route;
	struct shape_slot slot;
	size_t n = 0, most = 0;
	if (!shape_find(NULL, record, "actions", &slot))
		return;
	while (served_route(served, most))
		most++;
	const char **actions = (const char **)ARENA_ARRAY(tx->arena, char *, most);
	for (size_t i = 0; (route = served_route(served, i)); i++)
		if (may_act(route, rq, record))
			actions[n++] = route->action;
	*(const char ***)shape_at(slot) = actions;
	*(size_t *)((char *)record + slot.field->quantifier_offset) = n;
}

/* --- persons --- */

static void take_out(ProtobufCMessage *record, const char *field)
{
	static const char nothing[] = "";
	struct shape_slot slot;
	if (!shape_find(NULL, record, field, &slot) || !shape_is_set(slot))
		return;
	if (slot.field->label == PROTOBUF_C_LABEL_REPEATED)
		*(size_t *)((char *)slot.holder + slot.field->quantifier_offset) = 0;
	else if (slot.field->type == PROTOBUF_C_TYPE_MESSAGE)
		*(ProtobufCMessage **)shape_at(slot) = NULL;
	else if (slot.field->type == PROTOBUF_C_TYPE_STRING)
		*(const char **)shape_at(slot) = nothing;
	else
		*(int32_t *)shape_at(slot) = 0;
}

static void mask(ProtobufCMessage *record, const char *const *fields)
{
	struct shape_slot masked;
	for (; *fields; fields++)
		take_out(record, *fields);
	if (shape_find(NULL, record, "masked", &masked))
		*(protobuf_c_boolean *)shape_at(masked) = true;
}

/* The statement says it of a record whose citizen is none of one's own. */
static bool is_masked(const ProtobufCMessage *record)
{
	struct shape_slot masked;
	return shape_find(NULL, record, "masked", &masked) && *(const protobuf_c_boolean *)shape_at(masked);
}

void authority_mask(const struct request *rq, ProtobufCMessage *body)
{
	struct shape_slot items;
	const char *const *fields = rq->route->persons;
	bool all = !sees_persons(rq->principal.role);
	if (!fields)
		return;
	bool is_list = shape_find(NULL, body, "items", &items);
	ProtobufCMessage **rows = is_list ? *(ProtobufCMessage ***)shape_at(items) : &body;
	size_t n = is_list ? shape_count(items) : 1;
	for (size_t i = 0; i < n; i++)
		if (all || is_masked(rows[i]))
			mask(rows[i], fields);
}

/* --- at start --- */

/* Whether a role that sees no persons may use this route, which does not say what to leave out for it. */
static bool shows_too_much(const struct route *r)
{
	for (size_t i = 0; i < countof(reaches); i++)
		if (!reaches[i].persons && (r->roles & reaches[i].role) && r->reads == READS_PERSON && !r->persons)
			return true;
	return false;
}

static bool takes(const struct sql *sql, const char *param)
{
	for (unsigned i = 0; i < sql->n_params; i++)
		if (strcmp(sql->params[i], param) == 0)
			return true;
	return false;
}

/* How a route of cases is guarded: by its subject, by its list, or, where it makes a record, by nothing but its roles.
 */
static const char *gap_of(const struct route *r)
{
	bool names_one = strchr(r->path, '{') != NULL, makes = r->write || r->body;
	if (names_one && !r->subject)
		return "names a record, and no subject says whose it is";
	if (!names_one && !makes && !r->list)
		return "tells of cases, and is no list that says whose";
	if (!names_one && r->list && (!takes(r->list->sql, "reach") || !takes(r->list->sql, "who")))
		return "lists cases, and its statement does not ask whose they are";
	if (shows_too_much(r))
		return "shows persons to a role that sees none, and does not say what to leave out for it";
	return NULL;
}

enum err authority_check_routes(struct arena *a, const struct served *served, const char **why)
{
	const struct route *route;
	for (size_t i = 0; (route = served_route(served, i)); i++) {
		const char *gap = route->scope == SCOPE_OWN_CASES ? gap_of(route) : NULL;
		if (!gap)
			continue;
		*why = arena_printf(a, "%s %s %s", route->method, route->path, gap);
		return ERR_CONFIG;
	}
	return OK;
}
