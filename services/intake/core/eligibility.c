/* SPDX-License-Identifier: EUPL-1.2 */
/* The rules of eligibility as a table, each with three answers. A new rule is a function and a row. Owns the order:
 * age first, since the duty to notify follows from it whatever the programme says. Must never answer no to what is
 * merely not known. */
#include "intake/core/eligibility.h"

#include "intake/core/age.h"

typedef enum verdict eligibility_rule(struct arena *a, const struct programme *p, const Citizen *citizen,
                                      struct date on, struct refusal *why);

static enum verdict is_adult(struct arena *a, const struct programme *p, const Citizen *citizen, struct date on,
                             struct refusal *why)
{
	(void)a;
	(void)p;
	const char *field = *citizen->cpr          ? "citizen.cpr"
	                    : *citizen->birth_date ? "citizen.birthDate"
	                                           : "citizen.birthYear";
	switch (age_is_minor(citizen, on)) {
	case MINOR_YES:
		(void)refuse(why, ERR_RULE, field,
		             "The citizen is under 18: no course is given, and the duty to notify arises.");
		return VERDICT_NO;
	case MINOR_UNKNOWN:
		(void)refuse(why, ERR_RULE, field, "It is not known whether the citizen is 18: find out.");
		return VERDICT_CLARIFY;
	default:
		return VERDICT_YES;
	}
}

static enum verdict is_recruiting(struct arena *a, const struct programme *p, const Citizen *citizen, struct date on,
                                  struct refusal *why)
{
	(void)citizen;
	return programme_check_recruitment(a, p, on, "programme", why) == OK ? VERDICT_YES : VERDICT_NO;
}

static const struct {
	const char *key;
	eligibility_rule *ask;
} rules[] = {
	{ "age", is_adult },
	{ "recruitment", is_recruiting },
};

struct eligibility eligibility_of(struct arena *a, const struct programme *p, const Citizen *citizen, struct date on)
{
	struct eligibility e = { .verdict = VERDICT_YES,
		                     .rule = "",
		                     .why = { .err = OK, .field = "", .rule = "" },
		                     .duty_to_notify = age_is_minor(citizen, on) == MINOR_YES };
	for (size_t i = 0; i < countof(rules); i++) {
		struct refusal why = { .err = OK, .field = "", .rule = "" };
		enum verdict v = rules[i].ask(a, p, citizen, on, &why);
		if (v <= e.verdict)
			continue;
		e.verdict = v;
		e.rule = rules[i].key;
		e.why = why;
	}
	return e;
}
