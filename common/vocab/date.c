/* SPDX-License-Identifier: EUPL-1.2 */
/* Dates in the proleptic Gregorian calendar, counted in days since 1970-01-01. Owns nothing and asks nobody: neither
 * the clock, nor the time zone of the process (setting TZ in a library would change it for all).
 * Must never guess a date out of one that does not exist. */
#include "vocab/date.h"

#include <ctype.h>
#include <stddef.h>

#define DAYS_IN_400_YEARS 146097
#define SECONDS_IN_DAY 86400

static bool is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_in_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	return days[month - 1] + (month == 2 && is_leap(year));
}

bool date_is_none(struct date d)
{
	return d.days == INT32_MIN;
}

bool date_exists(int year, int month, int day)
{
	return month >= 1 && month <= 12 && day >= 1 && day <= days_in_month(year, month);
}

/* Years are counted from 1 March, so that the leap day is the last of its year: then the days before a month are
 * (153 m + 2) / 5, and 400 such years always have 146097 days. Day 0 of that count is 0000-03-01. */
#define EPOCH_FROM_MARCH_0 719468

struct date date_make(int year, int month, int day)
{
	int from_march = (month + 9) % 12;
	int y = month <= 2 ? year - 1 : year;
	int day_of_year = (153 * from_march + 2) / 5 + day - 1;
	return (struct date){ .days = y * 365 + y / 4 - y / 100 + y / 400 + day_of_year - EPOCH_FROM_MARCH_0 };
}

void date_parts(struct date d, int *year, int *month, int *day)
{
	int n = d.days + EPOCH_FROM_MARCH_0;
	int y = (int)((int64_t)n * 400 / DAYS_IN_400_YEARS);
	int first = y * 365 + y / 4 - y / 100 + y / 400;
	if (first > n) {
		y--;
		first = y * 365 + y / 4 - y / 100 + y / 400;
	} else if (n - first >= 365 + is_leap(y + 1)) {
		first += 365 + is_leap(y + 1);
		y++;
	}
	int day_of_year = n - first;
	int from_march = (5 * day_of_year + 2) / 153;
	*day = day_of_year - (153 * from_march + 2) / 5 + 1;
	*month = (from_march + 2) % 12 + 1;
	*year = *month <= 2 ? y + 1 : y;
}

bool date_parse(const char *s, struct date *ret)
{
	static const char form[] = "dddd-dd-dd";
	if (!s)
		return false;
	for (size_t i = 0; i < sizeof form; i++)
		if (form[i] == 'd' ? !isdigit((unsigned char)s[i]) : s[i] != form[i])
			return false;
	int year = (s[0] - '0') * 1000 + (s[1] - '0') * 100 + (s[2] - '0') * 10 + (s[3] - '0');
	int month = (s[5] - '0') * 10 + (s[6] - '0');
	int day = (s[8] - '0') * 10 + (s[9] - '0');
	if (year < 1900 || year > 2199 || !date_exists(year, month, day))
		return false;
	*ret = date_make(year, month, day);
	return true;
}

struct date date_or_none(const char *s)
{
	struct date d = DATE_NONE;
	return date_parse(s, &d) ? d : DATE_NONE;
}

const char *date_text(struct arena *a, struct date d)
{
	int year, month, day;
	if (date_is_none(d))
		return "";
	date_parts(d, &year, &month, &day);
	if (year < 0 || year > 9999)
		return arena_printf(a, "%04d-%02d-%02d", year, month, day);
	const char digits[] = { (char)('0' + year / 1000),
		                    (char)('0' + year / 100 % 10),
		                    (char)('0' + year / 10 % 10),
		                    (char)('0' + year % 10),
		                    '-',
		                    (char)('0' + month / 10),
		                    (char)('0' + month % 10),
		                    '-',
		                    (char)('0' + day / 10),
		                    (char)('0' + day % 10) };
	return arena_strndup(a, digits, sizeof digits);
}

struct date date_add_days(struct date d, int n)
{
	return (struct date){ .days = d.days + n };
}

struct date date_add_months(struct date d, int n)
{
	int year, month, day;
	date_parts(d, &year, &month, &day);
	int months = year * 12 + month - 1 + n;
	year = months / 12;
	month = months % 12 + 1;
	int last = days_in_month(year, month);
	return date_make(year, month, day < last ? day : last);
}

int date_months_between(struct date a, struct date b)
{
	if (b.days < a.days)
		return -date_months_between(b, a);
	int from_year, from_month, to_year, to_month, day;
	date_parts(a, &from_year, &from_month, &day);
	date_parts(b, &to_year, &to_month, &day);
	int n = (to_year - from_year) * 12 + to_month - from_month;
	return date_add_months(a, n).days > b.days ? n - 1 : n;
}

int date_age(struct date born, struct date on)
{
	return date_months_between(born, on) / 12;
}

/* 01:00 UTC on the last Sunday of a month. */
static int64_t last_sunday(int year, int month)
{
	struct date last = date_make(year, month, 31);
	int weekday = (last.days % 7 + 7 + 4) % 7; /* 0: Sunday; 1970-01-01 was a Thursday */
	return (int64_t)(last.days - weekday) * SECONDS_IN_DAY + 3600;
}

/* Directive 2000/84/EC: summer time from the last Sunday of March to the last Sunday of October, 01:00 UTC. */
struct date date_of_time(int64_t unix_seconds)
{
	int64_t winter = unix_seconds + 3600;
	struct date d = { .days = (int32_t)(winter / SECONDS_IN_DAY - (winter % SECONDS_IN_DAY < 0)) };
	int year, month, day;
	date_parts(d, &year, &month, &day);
	if (unix_seconds >= last_sunday(year, 3) && unix_seconds < last_sunday(year, 10))
		d.days = (int32_t)((unix_seconds + 7200) / SECONDS_IN_DAY);
	return d;
}

struct date date_add_working_days(struct date d, int n)
{
	while (n > 0) {
		d.days++;
		int weekday = (d.days % 7 + 7 + 4) % 7;
		if (weekday != 0 && weekday != 6)
			n--;
	}
	return d;
}
