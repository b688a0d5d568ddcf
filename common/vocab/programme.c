/* SPDX-License-Identifier: EUPL-1.2 */
/* Programmes from their files, and which grant pays for one on a day. Owns the form of a programme file (see
 * definition.h for how strictly it is read). Must never know a programme or a grant by name. */
#include "vocab/programme.h"

#include <stdlib.h>
#include <string.h>

#include "vocab/definition.h"

#define MAX_PHASES 12
#define MAX_SCHEDULE 50
#define MAX_GRANTS 50
#define MAX_CAP 1000
#define MAX_MONTHS 60

/* --- reading --- */

static const struct words *take_phases(const struct definition *d, size_t *ret_n)
{
	static const char *const fields[] = { "name", NULL };
	size_t n = definition_count(d, "phases", 0, MAX_PHASES);
	struct words *phases = ARENA_ARRAY(d->arena, struct words, n);
	for (size_t k = 0; k < n; k++) {
		struct definition e = definition_element(d, "phases", k);
		definition_only(&e, fields);
		phases[k] = definition_words(&e, "name");
	}
	*ret_n = n;
	return phases;
}

static const struct schedule_row *take_schedule(const struct definition *d, const struct instruments *known,
                                                size_t *ret_n)
{
	static const char *const fields[] = { "instrument", "every_months", "at_start", "at_close", NULL };
	size_t n = definition_count(d, "schedule", 0, MAX_SCHEDULE);
	struct schedule_row *rows = ARENA_ARRAY(d->arena, struct schedule_row, n);
	for (size_t k = 0; k < n; k++) {
		struct definition e = definition_element(d, "schedule", k);
		definition_only(&e, fields);
		rows[k] = (struct schedule_row){
			.instrument = definition_text(&e, "instrument"),
			.every_months = definition_int(&e, "every_months", 0, MAX_MONTHS),
			.at_start = definition_bool(&e, "at_start"),
			.at_close = definition_bool(&e, "at_close"),
		};
		if (known && !instrument_by_key(known, rows[k].instrument))
			definition_fault(&e, "instrument", "must be the key of an instrument file");
		for (size_t before = 0; before < k; before++)
			if (strcmp(rows[before].instrument, rows[k].instrument) == 0)
				definition_fault(&e, "instrument", "is scheduled already");
	}
	*ret_n = n;
	return rows;
}

static bool is_before(struct date a, struct date b)
{
	return !date_is_none(a) && !date_is_none(b) && a.days < b.days;
}

static const struct grant *take_grants(const struct definition *d, size_t *ret_n)
{
	static const char *const fields[] = { "key", "from", "recruitment_to", "last_funded_day", "note", NULL };
	size_t n = definition_count(d, "grants", 1, MAX_GRANTS);
	struct grant *grants = ARENA_ARRAY(d->arena, struct grant, n);
	for (size_t k = 0; k < n; k++) {
		struct definition e = definition_element(d, "grants", k);
		definition_only(&e, fields);
		struct grant *g = &grants[k];
		*g = (struct grant){
			.key = definition_text(&e, "key"),
			.from = definition_date(&e, "from", false),
			.recruitment_to = definition_date(&e, "recruitment_to", true),
			.last_funded_day = definition_date(&e, "last_funded_day", true),
			.note = definition_text_or(&e, "note", ""),
		};
		if (k && g->from.days <= grants[k - 1].from.days)
			definition_fault(&e, "from", "must be later than the grant before");
		if (is_before(g->recruitment_to, g->from))
			definition_fault(&e, "recruitment_to", "must not be before the grant begins");
		if (is_before(g->last_funded_day, g->from) || is_before(g->last_funded_day, g->recruitment_to))
			definition_fault(&e, "last_funded_day", "must not be before the end of recruitment");
	}
	*ret_n = n;
	return grants;
}

static void take_programme(const struct definition *d, void *element, void *context)
{
	static const char *const fields[] = { "key",    "name",   "organisation", "form",        "cap",
		                                  "months", "phases", "enrols_by",    "auto_accept", "preferred_cap",
		                                  "note",   "grants", "schedule",     NULL };
	static const char *const forms[] = { "one-to-one", "group", NULL };
	struct programme *p = element;
	definition_only(d, fields);
	p->key = definition_text(d, "key");
	p->name = definition_words(d, "name");
	p->organisation = definition_text(d, "organisation");
	p->form = (enum programme_form)definition_choice(d, "form", forms);
	p->cap = definition_int(d, "cap", 1, MAX_CAP);
	p->preferred_cap = definition_int_or(d, "preferred_cap", 1, p->cap, p->cap);
	p->months = definition_int(d, "months", 1, MAX_MONTHS);
	p->phases = take_phases(d, &p->n_phases);
	p->enrols_by = definition_text(d, "enrols_by");
	if (!code_find("enrolled-by", p->enrols_by))
		definition_fault(d, "enrols_by", "must be of the code list enrolled-by");
	p->auto_accept = definition_bool(d, "auto_accept");
	p->schedule = take_schedule(d, context, &p->n_schedule);
	p->grants = take_grants(d, &p->n_grants);
}

enum err programmes_load(struct arena *a, const char *dir, const struct instruments *instruments,
                         const struct programmes **ret, const char **why)
{
	void *all;
	size_t n;
	TRY(definitions_load(a, dir, sizeof(struct programme), take_programme, (void *)instruments, &all, &n, why));
	struct programmes *ps = ARENA_NEW(a, struct programmes);
	*ps = (struct programmes){ .all = all, .n = n };
	*ret = ps;
	return OK;
}

/* --- asking --- */

static int compare_key(const void *key, const void *p)
{
	return strcmp(key, ((const struct programme *)p)->key);
}

const struct programme *programme_by_key(const struct programmes *ps, const char *key)
{
	return key ? bsearch(key, ps->all, ps->n, sizeof *ps->all, compare_key) : NULL;
}

const char *const *programme_keys(struct arena *a, const struct programmes *ps)
{
	const char **keys = ARENA_ARRAY(a, const char *, ps->n);
	for (size_t i = 0; i < ps->n; i++)
		keys[i] = ps->all[i].key;
	return keys;
}

const struct grant *programme_grant_on(const struct programme *p, struct date day)
{
	for (size_t k = p->n_grants; k-- > 0;) {
		const struct grant *g = &p->grants[k];
		if (g->from.days <= day.days && !is_before(g->last_funded_day, day))
			return g;
	}
	return NULL;
}

enum err programme_check_recruitment(struct arena *a, const struct programme *p, struct date day, const char *field,
                                     struct refusal *why)
{
	const struct grant *g = programme_grant_on(p, day);
	const char *rule;
	if (!g)
		rule = arena_printf(a, "No grant pays for %s on %s: the citizen is registered and referred, not enrolled.",
		                    p->key, date_text(a, day));
	else if (is_before(g->recruitment_to, day))
		rule = arena_printf(a,
		                    "Recruitment to %s under grant %s ended on %s: the citizen is registered and referred, not "
		                    "enrolled.",
		                    p->key, g->key, date_text(a, g->recruitment_to));
	else
		return OK;
	return refuse(why, ERR_RULE, field, rule);
}
