/* SPDX-License-Identifier: EUPL-1.2 */
/* Programmes and instruments as this node knows them, for pages and other systems. Reads only. */
#include "intake/definition/definition.h"

/* --- fields that name one --- */

enum err definition_check_programme(struct tx *tx, const struct principal *who, const char *field, const char *key)
{
	const struct programmes *all = ((const struct intake *)tx->app)->programmes;
	(void)who;
	if (programme_by_key(all, key))
		return OK;
	tx_broken(tx, field, BROKEN_PROGRAMME, SAY_LIST("known", programme_keys(tx->arena, all), all->n));
	return OK;
}

enum err definition_check_instrument(struct tx *tx, const struct principal *who, const char *field, const char *key)
{
	const struct instruments *all = ((const struct intake *)tx->app)->instruments;
	(void)who;
	if (instrument_by_key(all, key))
		return OK;
	const char **known = ARENA_ARRAY(tx->arena, const char *, all->n);
	for (size_t i = 0; i < all->n; i++)
		known[i] = all->all[i].key;
	tx_broken(tx, field, BROKEN_INSTRUMENT, SAY_LIST("known", known, all->n));
	return OK;
}

enum err definition_check_municipality(struct tx *tx, const struct principal *who, const char *field, const char *code)
{
	(void)who;
	if (!municipality_by_code(((const struct intake *)tx->app)->municipalities, code))
		tx_broken(tx, field, BROKEN_MUNICIPALITY);
	return OK;
}

/* --- telling of them --- */

static Words *words_of(struct arena *a, struct words w)
{
	if (!w.da && !w.en)
		return NULL;
	Words *out = shape_new(a, &words__descriptor);
	out->da = w.da ? w.da : "";
	out->en = w.en ? w.en : "";
	return out;
}

static Programme *describe_programme(struct tx *tx, const struct programme *p)
{
	struct refusal why;
	Programme *out = shape_new(tx->arena, &programme__descriptor);
	out->key = p->key;
	out->name = words_of(tx->arena, p->name);
	out->organisation = p->organisation;
	out->form = p->form == FORM_GROUP ? "group" : "one-to-one";
	out->cap = p->cap;
	out->months = p->months;
	out->enrols_by = p->enrols_by;
	out->recruiting = programme_check_recruitment(tx->arena, p, tx->today, "", &why) == OK;
	out->n_phases = p->n_phases;
	out->phases = ARENA_ARRAY(tx->arena, Words *, p->n_phases);
	for (size_t i = 0; i < p->n_phases; i++)
		out->phases[i] = words_of(tx->arena, p->phases[i]);
	out->n_instruments = p->n_schedule;
	out->instruments = ARENA_ARRAY(tx->arena, const char *, p->n_schedule);
	for (size_t i = 0; i < p->n_schedule; i++)
		out->instruments[i] = p->schedule[i].instrument;
	return out;
}

static enum err programme_list(struct tx *tx, const struct request *rq, struct reply *reply)
{
	const struct intake *app = tx->app;
	Programmes *list = shape_new(tx->arena, &programmes__descriptor);
	(void)rq;
	list->n_items = app->programmes->n;
	list->items = ARENA_ARRAY(tx->arena, Programme *, list->n_items);
	for (size_t i = 0; i < list->n_items; i++)
		list->items[i] = describe_programme(tx, &app->programmes->all[i]);
	reply->body = &list->base;
	return OK;
}

static Instrument *describe_instrument(struct arena *a, const struct instrument *in)
{
	Instrument *out = shape_new(a, &instrument__descriptor);
	out->key = in->key;
	out->version = in->version;
	out->name = words_of(a, in->name);
	out->has_min_case = INSTRUMENT__HAS_MIN_MIN;
	out->min = in->min;
	out->max = in->max;
	out->min_answers = in->min_answers;
	out->enrols = in->enrols;
	out->source = in->source;
	out->terms = in->terms;
	out->n_raters = in->n_raters;
	out->raters = (const char **)in->raters;
	out->n_items = in->n_items;
	out->items = ARENA_ARRAY(a, Item *, in->n_items);
	for (size_t i = 0; i < in->n_items; i++) {
		out->items[i] = shape_new(a, &item__descriptor);
		out->items[i]->key = in->items[i].key;
		out->items[i]->words = words_of(a, in->items[i].words);
	}
	return out;
}

static enum err instrument_list(struct tx *tx, const struct request *rq, struct reply *reply)
{
	const struct intake *app = tx->app;
	Instruments *list = shape_new(tx->arena, &instruments__descriptor);
	(void)rq;
	list->n_items = app->instruments->n;
	list->items = ARENA_ARRAY(tx->arena, Instrument *, list->n_items);
	for (size_t i = 0; i < list->n_items; i++)
		list->items[i] = describe_instrument(tx->arena, &app->instruments->all[i]);
	reply->body = &list->base;
	return OK;
}

/* --- the table --- */

static const struct route routes[] = {
	{ "GET", "/api/v1/programmes", "The programmes of all organisations.", ROLES_OF_ALL, SCOPE_NOBODYS, READS_NOTHING,
	  .returns = &programmes__descriptor, .answer = programme_list },
	{ "GET", "/api/v1/instruments", "The instruments.", ROLES_OF_ALL, SCOPE_NOBODYS, READS_NOTHING,
	  .returns = &instruments__descriptor, .answer = instrument_list },
};

const struct resource definition_resource = { "Definitions", "Programmes and instruments.", ROWS(routes) };
