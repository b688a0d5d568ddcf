/* SPDX-License-Identifier: EUPL-1.2 */
/* The rules that what a client sent can break, one row each: a code that stays, the error it is, and a sentence. A
 * refusal names all that were broken, with the values a sentence needs, so that it can be said in any language. Adding
 * a rule is adding a row; a value of a new name also needs a field in RuleArgs of proto/api.proto. */
#ifndef UDVEJ_BASE_BROKEN_H
#define UDVEJ_BASE_BROKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

#define BROKEN_MAX 50u /* one refusal names so many; the rest shows when these are mended */

/* clang-format off */
/*      name                     code                  error              sentence */
#define BROKEN_TABLE(ROW)                                                                                          \
	ROW(BROKEN_NOT_TEXT,        "wrong-type",         ERR_TYPE,          "must be text")                              \
	ROW(BROKEN_NOT_BOOL,        "wrong-type",         ERR_TYPE,          "must be true or false")                     \
	ROW(BROKEN_NOT_NUMBER,      "wrong-type",         ERR_TYPE,          "must be a whole number")                    \
	ROW(BROKEN_NOT_LIST,        "wrong-type",         ERR_TYPE,          "must be a list")                            \
	ROW(BROKEN_NOT_OBJECT,      "wrong-type",         ERR_TYPE,          "must be an object")                         \
	ROW(BROKEN_NOT_JSON_FIELD,  "wrong-type",         ERR_TYPE,          "cannot be given as JSON")                   \
	ROW(BROKEN_UNKNOWN_FIELD,   "unknown-field",      ERR_UNKNOWN_FIELD, "unknown field; known are: {known}")         \
	ROW(BROKEN_TWO_NAMES,       "twice",              ERR_JSON,          "stands twice, under two names of the same field") \
	ROW(BROKEN_REQUIRED,        "required",           ERR_MISSING,       "must be given")                             \
	ROW(BROKEN_EMPTY,           "empty",              ERR_VALUE,         "must not be empty")                         \
	ROW(BROKEN_NOT_A_DATE,      "not-a-date",         ERR_VALUE,         "must be a date that exists, as YYYY-MM-DD") \
	ROW(BROKEN_IN_THE_FUTURE,   "in-the-future",      ERR_VALUE,         "must not be in the future")                 \
	ROW(BROKEN_BEFORE,          "before",             ERR_VALUE,         "must not be before {day}")                  \
	ROW(BROKEN_BEFORE_COURSE,   "before-the-course",  ERR_VALUE,         "must not be before the course, which began on {day}") \
	ROW(BROKEN_BEFORE_BIRTH,    "before-birth",       ERR_VALUE,         "must not be before the citizen was born")   \
	ROW(BROKEN_UNKNOWN_CODE,    "unknown-code",       ERR_VALUE,         "must be one of: {known}")                   \
	ROW(BROKEN_OUT_OF_RANGE,    "out-of-range",       ERR_VALUE,         "must be from {from} to {to}")               \
	ROW(BROKEN_TOO_LONG,        "too-long",           ERR_VALUE,         "must be at most {max} characters")          \
	ROW(BROKEN_TOO_MANY_ITEMS,  "too-many-items",     ERR_VALUE,         "must have at most {max} items")             \
	ROW(BROKEN_NOT_A_CPR,       "not-a-cpr",          ERR_VALUE,                                                      \
	    "must be ten digits, ddmmyy-ssss, of which the first six and the seventh give a date that exists")            \
	ROW(BROKEN_MUNICIPALITY,    "not-a-municipality", ERR_VALUE,         "must be a Danish municipality code of four digits") \
	ROW(BROKEN_DISAGREES,       "disagrees",          ERR_VALUE,         "does not agree with {other}")               \
	ROW(BROKEN_PROGRAMME,       "unknown-programme",  ERR_VALUE,         "there is no such programme; known are: {known}") \
	ROW(BROKEN_OTHER_PROVIDER,  "other-provider",     ERR_VALUE,         "{programme} is provided by {organisation}") \
	ROW(BROKEN_NOT_AN_ID,       "not-an-id",          ERR_VALUE,         "must be an id: a UUID")                     \
	ROW(BROKEN_NOT_A_KEY,       "not-a-key",          ERR_VALUE,         "must be 1 to {max} of a-z, 0-9 and -")      \
	ROW(BROKEN_WORKER,          "unknown-worker",     ERR_VALUE,         "this node knows no worker with this id")    \
	ROW(BROKEN_ORGANISATION,    "unknown-organisation", ERR_VALUE,       "must be the code of an organisation in the registry") \
	ROW(BROKEN_INSTRUMENT,      "unknown-instrument", ERR_VALUE,         "there is no such instrument; known are: {known}") \
	ROW(BROKEN_RATER,           "not-a-rater",        ERR_RULE,          "{instrument} is rated by: {known}")         \
	ROW(BROKEN_UNKNOWN_ITEM,    "unknown-item",       ERR_UNKNOWN_FIELD, "the instrument {instrument} has no such item") \
	ROW(BROKEN_ANSWERED_TWICE,  "answered-twice",     ERR_VALUE,         "an item can be answered once only")         \
	ROW(BROKEN_TOO_FEW_ANSWERS, "too-few-answers",    ERR_RULE,                                                       \
	    "the instrument {instrument} needs at least {min} answers; {given} were given")                               \
	ROW(BROKEN_UNKNOWN_PARAMETER, "unknown-parameter", ERR_QUERY,                                                     \
	    "there is no such query parameter here; see /api/v1/openapi.json")                                            \
	ROW(BROKEN_REPEATED,        "repeated",           ERR_QUERY,         "a query parameter must stand once only")    \
	ROW(BROKEN_NOT_DATES,       "not-dates",          ERR_QUERY,         "must be dates that exist, as YYYY-MM-DD, with commas between them") \
	ROW(BROKEN_CUT_OUTSIDE,     "cut-outside",        ERR_QUERY,         "each day must lie after from, and not after to") \
	ROW(BROKEN_TOO_MANY_PERIODS, "too-many-periods",  ERR_QUERY,                                                      \
	    "a report has at most {max} periods: take longer ones, or fewer days")

/* clang-format on */

enum broken_rule {
#define ROW(name, code, err, sentence) name,
	BROKEN_TABLE(ROW)
#undef ROW
	    BROKEN_COUNT
};

/* A value of a sentence. Texts and lists live as long as the refusal, or are literals. */
struct broken_arg {
	const char *name;
	const char *text;        /* else */
	const char *const *list; /* else */
	size_t n;
	int64_t number;
};
#define SAY_NUMBER(name_, n_)                                                                                          \
	{                                                                                                                  \
		.name = (name_), .number = (n_)                                                                                \
	}
#define SAY_TEXT(name_, text_)                                                                                         \
	{                                                                                                                  \
		.name = (name_), .text = (text_)                                                                               \
	}
#define SAY_LIST(name_, list_, n_)                                                                                     \
	{                                                                                                                  \
		.name = (name_), .list = (list_), .n = (n_)                                                                    \
	}
/* Ends with one that has no name. */
#define BROKEN_ARGS(...) ((const struct broken_arg[]){ __VA_ARGS__ __VA_OPT__(, ){ 0 } })

struct broken {
	const char *field, *code, *message;
	const struct broken_arg *args; /* ends with one that has no name */
	bool unread;                   /* the value could not be read: nothing can be said of what it lies in */
	struct broken *next;
};

/* Whether there is nothing to add about a field: it or what it lies in was said, or the refusal is full. */
bool broken_is_said(const struct refusal *why, const char *field);
/* Adds to a refusal, which must have been { 0 }, that a field breaks a rule; the first gives the refusal its error,
 * field and sentence. Adds nothing where broken_is_said(). Gives the error of the refusal. `field` is kept. */
#define broken_add(a, why, field, rule, ...) broken_add_args((a), (why), (field), (rule), BROKEN_ARGS(__VA_ARGS__))
enum err broken_add_args(struct arena *a, struct refusal *why, const char *field, enum broken_rule rule,
                         const struct broken_arg *args);

#endif
