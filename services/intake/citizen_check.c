/* SPDX-License-Identifier: EUPL-1.2 */
/* Checks what was said of a citizen beyond the shape: a CPR that is a date, a date of birth that is
 * past and agrees with it, a municipality that exists. Pure. */
#include <string.h>

#include "intake/intake.h"
#include "vocab/cpr.h"

enum err citizen_check(struct tx *tx, const Citizen *c)
{
	const struct intake *app = tx->app;
	struct cpr cpr;
	struct date born;
	int this_year, month, day;
	date_parts(tx->today, &this_year, &month, &day);
	if (*c->cpr && !cpr_parse(c->cpr, &cpr))
		return tx_refuse(
		    tx, ERR_VALUE, "citizen.cpr",
		    "must be ten digits, ddmmyy-ssss, of which the first six and the seventh give a date that exists");
	if (*c->birth_date && date_parse(c->birth_date, &born) && born.days > tx->today.days)
		return tx_refuse(tx, ERR_VALUE, "citizen.birthDate", "must not be in the future");
	if (c->birth_year > this_year)
		return tx_refuse(tx, ERR_VALUE, "citizen.birthYear", "must not be in the future");
	if (*c->municipality && !municipality_by_code(app->municipalities, c->municipality))
		return tx_refuse(tx, ERR_VALUE, "citizen.municipality", "must be a Danish municipality code of four digits");
	if (*c->cpr && !cpr.replacement && *c->birth_date && date_parse(c->birth_date, &born) && born.days != cpr.born.days)
		return tx_refuse(tx, ERR_VALUE, "citizen.birthDate", "does not agree with citizen.cpr");
	return OK;
}
