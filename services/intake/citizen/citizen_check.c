/* SPDX-License-Identifier: EUPL-1.2 */
/* Checks what was said of a citizen beyond the rules of single fields: a CPR that is a date, a date of birth that
 * agrees with it, nothing before birth. Pure. */
#include <string.h>

#include "intake/citizen/citizen.h"
#include "intake/core/age.h"
#include "vocab/cpr.h"

static int year_of(struct date d)
{
	int year, month, day;
	date_parts(d, &year, &month, &day);
	return year;
}

/* The date of birth, where it is known to the day. */
static bool born_on(const Citizen *c, struct date *ret)
{
	*ret = age_birth_date(c);
	return !date_is_none(*ret);
}

void citizen_check(struct tx *tx, const Citizen *c, struct date on)
{
	struct cpr cpr = { .replacement = true };
	struct date born;
	if (*c->cpr && !cpr_parse(c->cpr, &cpr))
		tx_broken(tx, "citizen.cpr", BROKEN_NOT_A_CPR);
	if (c->birth_year > year_of(tx->today))
		tx_broken(tx, "citizen.birthYear", BROKEN_IN_THE_FUTURE);
	if (!cpr.replacement && date_parse(c->birth_date, &born) && born.days != cpr.born.days)
		tx_broken(tx, "citizen.birthDate", BROKEN_DISAGREES, SAY_TEXT("other", "citizen.cpr"));
	if (!born_on(c, &born))
		return;
	if (c->birth_year && year_of(born) != c->birth_year)
		tx_broken(tx, "citizen.birthYear", BROKEN_DISAGREES,
		          SAY_TEXT("other", *c->birth_date ? "citizen.birthDate" : "citizen.cpr"));
	if (!date_is_none(on) && born.days > on.days && born.days <= tx->latest.days) /* or else that is what is wrong */
		tx_broken(tx, "authoredOn", BROKEN_BEFORE_BIRTH);
}
