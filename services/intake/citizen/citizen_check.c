/* SPDX-License-Identifier: EUPL-1.2 */
/* Checks what was said of a citizen beyond the shape: a CPR that is a date, a date of birth that is
 * past and agrees with it, nothing before birth, a municipality that exists. Pure. */
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

enum err citizen_check(struct tx *tx, const Citizen *c, struct date on)
{
	const struct intake *app = tx->app;
	struct cpr cpr;
	struct date born;
	if (*c->cpr && !cpr_parse(c->cpr, &cpr))
		return tx_refuse(
		    tx, ERR_VALUE, "citizen.cpr",
		    "must be ten digits, ddmmyy-ssss, of which the first six and the seventh give a date that exists");
	if (*c->birth_date && date_parse(c->birth_date, &born) && born.days > tx->today.days)
		return tx_refuse(tx, ERR_VALUE, "citizen.birthDate", "must not be in the future");
	if (c->birth_year > year_of(tx->today))
		return tx_refuse(tx, ERR_VALUE, "citizen.birthYear", "must not be in the future");
	if (*c->municipality && !municipality_by_code(app->municipalities, c->municipality))
		return tx_refuse(tx, ERR_VALUE, "citizen.municipality", "must be a Danish municipality code of four digits");
	if (*c->cpr && !cpr.replacement && *c->birth_date && date_parse(c->birth_date, &born) && born.days != cpr.born.days)
		return tx_refuse(tx, ERR_VALUE, "citizen.birthDate", "does not agree with citizen.cpr");
	if (c->birth_year && born_on(c, &born) && year_of(born) != c->birth_year)
		return tx_refuse(tx, ERR_VALUE, "citizen.birthYear", "does not agree with the date of birth");
	if (born_on(c, &born) && born.days > on.days)
		return tx_refuse(tx, ERR_VALUE, "authoredOn", "must not be before the citizen was born");
	return OK;
}
