/* SPDX-License-Identifier: EUPL-1.2 */
/* Programmes (indsatser) as data, one JSON file each: provider, capacity, length, phases, what enrols, what is
 * measured when, and the grants that pay, with their recruitment windows. */
#ifndef UDVEJ_VOCAB_PROGRAMME_H
#define UDVEJ_VOCAB_PROGRAMME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "vocab/code.h"
#include "vocab/date.h"
#include "vocab/instrument.h"

enum programme_form { FORM_ONE_TO_ONE, FORM_GROUP };

/* When an instrument is used in a course. */
struct schedule_row {
	const char *instrument;
	int every_months; /* rounds after enrolment; 0: none */
	bool at_start, at_close;
};

/* A grant period. Both ends are days that still count; DATE_NONE: no end. */
struct grant {
	const char *key;
	struct date from, recruitment_to, last_funded_day;
	const char *note; /* what in it is our assumption; "" */
};

struct programme {
	const char *key;
	struct words name;
	const char *organisation; /* of the provider, as in the registry: kommune | reden | livarehab */
	enum programme_form form;
	int cap;           /* open courses of a worker, or seats of a group */
	int preferred_cap; /* what is aimed at; never more than cap */
	int months;        /* of a full-length course */
	const struct words *phases;
	size_t n_phases;       /* 0: none */
	const char *enrols_by; /* star | session | seat */
	bool auto_accept;
	const struct schedule_row *schedule;
	size_t n_schedule;
	const struct grant *grants; /* by `from`, ascending */
	size_t n_grants;
};

struct programmes {
	const struct programme *all; /* by key, ascending */
	size_t n;
};

/* Loads every *.json of a directory into the arena. `instruments` may be NULL: then the schedule's instruments are not
 * checked to exist. ERR_FILE: *why names file, field and rule. */
enum err programmes_load(struct arena *a, const char *dir, const struct instruments *instruments,
                         const struct programmes **ret, const char **why) MUST_USE;
/* The programme with this key, or NULL. */
const struct programme *programme_by_key(const struct programmes *ps, const char *key);
/* The keys of all of them. */
const char *const *programme_keys(struct arena *a, const struct programmes *ps);
/* The newest grant that pays on a day, or NULL. */
const struct grant *programme_grant_on(const struct programme *p, struct date day);
/* Whether the programme takes new citizens on a day; else ERR_RULE on `field`: registered and referred, not enrolled.
 */
enum err programme_check_recruitment(struct arena *a, const struct programme *p, struct date day, const char *field,
                                     struct refusal *why) MUST_USE;

#endif
