/* SPDX-License-Identifier: EUPL-1.2 */
/* Civil dates as days since 1970-01-01, in Europe/Copenhagen where a time becomes a date. Pure: the summer
 * time of date_of_time is computed from the rule of the EU, so no time zone data can be missing. */
#ifndef UDVEJ_VOCAB_DATE_H
#define UDVEJ_VOCAB_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

struct date {
	int32_t days;
};

/* "Not said": what date_or_none() gives for an empty text. Smaller than every real date. */
#define DATE_NONE ((struct date){ .days = INT32_MIN })
bool date_is_none(struct date d);

/* YYYY-MM-DD of a date that exists, 1900-01-01 to 2199-12-31. False otherwise, *ret untouched. */
bool date_parse(const char *s, struct date *ret);
/* The same, but DATE_NONE for what is empty, NULL or no date. */
struct date date_or_none(const char *s);
/* YYYY-MM-DD in the arena; "" for DATE_NONE. */
const char *date_text(struct arena *a, struct date d);
struct date date_make(int year, int month, int day);
/* Whether the day exists in the Gregorian calendar. */
bool date_exists(int year, int month, int day);
void date_parts(struct date d, int *year, int *month, int *day);
/* Plus n months (n may be negative), clamped to the end of the month: 31 January + 1 = 28 or 29 February. */
struct date date_add_months(struct date d, int n);
struct date date_add_days(struct date d, int n);
/* Whole months from a to b; negative when b is before a. */
int date_months_between(struct date a, struct date b);
/* Whole years of age on a day. Who is born on 29 February has a birthday on the 28th in other years. */
int date_age(struct date born, struct date on);
/* The date in Copenhagen at a Unix time (1996 and later). */
struct date date_of_time(int64_t unix_seconds);
/* n working days (Monday to Friday) after d; d itself for 0. Public holidays are not known. */
struct date date_add_working_days(struct date d, int n);

#endif
