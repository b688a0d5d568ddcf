/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads a CPR number by the rules of the Civil Registration System: the date, and the century that digit 7 and the
 * year give together. Owns nothing. Must never demand modulus 11, nor find the sex a person has from the number. */
#include "vocab/cpr.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

/* One row for each range of the seventh digit and the year of two digits. */
static const struct century {
	char digit_from, digit_to;
	int year_to; /* the first row whose digit fits and whose year_to is not passed */
	int century;
} centuries[] = {
	{ '0', '3', 99, 1900 }, { '4', '4', 36, 2000 }, { '4', '4', 99, 1900 }, { '5', '8', 57, 2000 },
	{ '5', '8', 99, 1800 }, { '9', '9', 36, 2000 }, { '9', '9', 99, 1900 },
};

static int full_year(char seventh, int year)
{
	for (size_t i = 0; i < sizeof centuries / sizeof centuries[0]; i++) {
		const struct century *c = &centuries[i];
		if (seventh >= c->digit_from && seventh <= c->digit_to && year <= c->year_to)
			return c->century + year;
	}
	return 0; /* not reached: the rows cover every digit and year */
}

static int two_digits(const char *s)
{
	return (s[0] - '0') * 10 + (s[1] - '0');
}

bool cpr_parse(const char *s, struct cpr *ret)
{
	struct cpr c = { .replacement = false };
	if (!s)
		return false;
	size_t len = strlen(s);
	if (len != 10 && !(len == 11 && s[6] == '-'))
		return false;
	memcpy(c.digits, s, 6);
	memcpy(c.digits + 6, s + len - 4, 4);
	for (int i = 0; i < 10; i++)
		if (!isdigit((unsigned char)c.digits[i]))
			return false;
	int day = two_digits(c.digits), month = two_digits(c.digits + 2);
	c.replacement = day > 60;
	if (c.replacement)
		day -= 60;
	int year = full_year(c.digits[6], two_digits(c.digits + 4));
	if (!date_exists(year, month, day))
		return false;
	c.born = date_make(year, month, day);
	*ret = c;
	return true;
}
