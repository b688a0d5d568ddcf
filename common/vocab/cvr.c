/* SPDX-License-Identifier: EUPL-1.2 */
/* Form and check digit of company numbers. Says that a number can exist, never that it does: no register is asked. */
#include "vocab/cvr.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

static bool is_digits(const char *s, size_t n)
{
	if (!s || strlen(s) != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!isdigit((unsigned char)s[i]))
			return false;
	return true;
}

bool cvr_is_valid(const char *s)
{
	static const int weights[] = { 2, 7, 6, 5, 4, 3, 2, 1 };
	int sum = 0;
	if (!is_digits(s, 8))
		return false;
	for (size_t i = 0; i < 8; i++)
		sum += weights[i] * (s[i] - '0');
	return sum % 11 == 0;
}

bool cvr_is_p_number(const char *s)
{
	return is_digits(s, 10);
}
