/* SPDX-License-Identifier: EUPL-1.2 */
/* The age of a citizen, from whatever is known of it. Owns the order in which sources are trusted. Must never turn an
 * unknown age into a minor or an adult: unknown is asked about. */
#include "intake/core/age.h"

#include "vocab/cpr.h"

struct date age_birth_date(const Citizen *citizen)
{
	struct date given = date_or_none(citizen->birth_date);
	struct cpr cpr;
	if (!cpr_parse(citizen->cpr, &cpr) || (cpr.replacement && !date_is_none(given)))
		return given;
	return cpr.born;
}

/* In the year of the birthday itself only its last day is sure. */
static enum minor minor_by_year(int birth_year, struct date on)
{
	int year, month, day;
	date_parts(on, &year, &month, &day);
	int64_t turning = (int64_t)year - birth_year; /* another organisation may send any number */
	if (turning == AGE_OF_MAJORITY)
		return month == 12 && day == 31 ? MINOR_NO : MINOR_UNKNOWN;
	return turning > AGE_OF_MAJORITY ? MINOR_NO : MINOR_YES;
}

enum minor age_is_minor(const Citizen *citizen, struct date on)
{
	struct date born = age_birth_date(citizen);
	if (!date_is_none(born))
		return date_age(born, on) < AGE_OF_MAJORITY ? MINOR_YES : MINOR_NO;
	return citizen->birth_year ? minor_by_year(citizen->birth_year, on) : MINOR_UNKNOWN;
}

enum minor age_told_is_minor(int age)
{
	if (age <= 0)
		return MINOR_UNKNOWN;
	return age < AGE_OF_MAJORITY ? MINOR_YES : MINOR_NO;
}
