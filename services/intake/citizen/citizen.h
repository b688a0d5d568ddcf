/* SPDX-License-Identifier: EUPL-1.2 */
/* Citizens, with what they chose to say: found, read and corrected. */
#ifndef UDVEJ_INTAKE_CITIZEN_H
#define UDVEJ_INTAKE_CITIZEN_H

#include "intake/intake.h"

/* Rules of a message that has a field `citizen`. */
#define RULES_OF_CITIZEN                                                                                               \
	{ "citizen.name", RULE_MAX_LENGTH, .max = 200 }, { "citizen.phone", RULE_MAX_LENGTH, .max = 40 },                  \
	    { "citizen.gender", RULE_CODE, "gender" }, { "citizen.birth_year", RULE_RANGE, .min = 1900, .max = 2100 },     \
	    { "citizen.birth_date", RULE_PAST_DATE }, { "citizen.languages", RULE_MAX_ITEMS, .max = 20 },                  \
	    { "citizen.languages", RULE_CODE, "language" }, { "citizen.municipality", RULE_KNOWN, "municipality" },        \
	    { "citizen.setting", RULE_CODE, "setting" }, { "citizen.residence", RULE_CODE, "residence" },                  \
	{                                                                                                                  \
		"citizen.occupation", RULE_MAX_LENGTH, .max = 200                                                              \
	}

/* Notes what is wrong in what was said of a citizen beyond the field rules: CPR, and how the dates agree; `on` is the
 * day of the referral, DATE_NONE when it is not known. */
void citizen_check(struct tx *tx, const Citizen *citizen, struct date on);

/* Somebody who was found by exact words. */
struct found {
	const char *id;
	const char *why; /* "" when she is none of one's cases */
};
/* Those whom exact words name: a CPR, a telephone number, or a whole name with a year of birth; whoever's case they
 * are. ERR_MISSING when it says none of these. */
enum err citizen_find_exactly(struct tx *tx, const struct request *rq, const CitizenSearch *search, struct found **ret,
                              size_t *ret_n) MUST_USE;
/* The words of a search as the log of use keeps them. */
const char *citizen_searched(struct arena *a, const CitizenSearch *search);

#endif
