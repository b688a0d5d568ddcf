/* SPDX-License-Identifier: EUPL-1.2 */
/* The Danish personal number (CPR), ddmmyy-ssss. Modulus 11 is not asked for: since 2007 numbers are given that
 * fail it. What must hold is a real date, with the century from the seventh digit. */
#ifndef UDVEJ_VOCAB_CPR_H
#define UDVEJ_VOCAB_CPR_H

#include <stdbool.h>

#include "base/arena.h"
#include "vocab/date.h"

struct cpr {
	char digits[11];  /* ten digits, without the hyphen */
	struct date born; /* 1858 to 2057 */
	bool replacement; /* day + 60: a replacement number (erstatningsnummer); never match persons by it */
};

/* Reads ddmmyyssss or ddmmyy-ssss. False when it cannot be a CPR, *ret untouched. */
bool cpr_parse(const char *s, struct cpr *ret);

#endif
