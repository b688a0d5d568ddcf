/* SPDX-License-Identifier: EUPL-1.2 */
/* Every way something can go wrong, one row each: its name, what it says, the HTTP status it
 * becomes, and its fate when a bus message meets it. Adding an error is adding a row. */
#ifndef UDVEJ_BASE_ERR_H
#define UDVEJ_BASE_ERR_H

#include <stddef.h>

/* What the dispatcher does with a bus message whose handler returned the error. */
enum fate {
	FATE_NONE,   /* not an error */
	FATE_RETRY,  /* the world is at fault: roll back, try again */
	FATE_REJECT, /* the sender's wish is refused: answer it, move on */
	FATE_PARK,   /* the parent entity has not come yet: keep until it does */
	FATE_DEAD,   /* cannot ever be applied: dead-letter table */
	FATE_STOP,   /* our own bug or a broken machine: stop the daemon */
};

/* clang-format off */
/*        name              slug                      text                                               status fate */
#define ERR_TABLE(ROW)                                                                                             \
	ROW(OK,               "ok",                     "done",                                             200, NONE)   \
	ROW(ERR_JSON,         "not-json",               "The body is not JSON.",                            400, REJECT) \
	ROW(ERR_TYPE,         "wrong-type",             "A field has the wrong type.",                      422, REJECT) \
	ROW(ERR_UNKNOWN_FIELD,"unknown-field",          "There is no such field.",                          422, REJECT) \
	ROW(ERR_MISSING,      "missing-field",          "A field that must be given is missing.",           422, REJECT) \
	ROW(ERR_VALUE,        "invalid-value",          "A field has a value that is not allowed.",         422, REJECT) \
	ROW(ERR_RULE,         "rule-refused",           "A rule refuses this.",            422, REJECT) \
	ROW(ERR_HEADER,       "invalid-header",         "A request header is missing or wrong.",            400, REJECT) \
	ROW(ERR_QUERY,        "invalid-query",          "A query parameter is unknown, missing or wrong.",  400, REJECT) \
	ROW(ERR_TOO_LARGE,    "too-large",              "The request is larger than allowed.",              413, DEAD)   \
	ROW(ERR_MEDIA,        "unsupported-media-type", "The body must be application/json.",               415, REJECT) \
	ROW(ERR_NOT_ACCEPTABLE,"not-acceptable",        "No representation that the client accepts.",       406, REJECT) \
	ROW(ERR_NO_TOKEN,     "no-token",               "A bearer token is needed.",                        401, REJECT) \
	ROW(ERR_BAD_TOKEN,    "bad-token",              "The bearer token is not valid here.",              401, REJECT) \
	ROW(ERR_FORBIDDEN,    "forbidden",              "You may not do this.",                             403, REJECT) \
	ROW(ERR_NOT_FOUND,    "not-found",              "There is nothing at this address.",                404, REJECT) \
	ROW(ERR_METHOD,       "method-not-allowed",     "This address does not take that method.",          405, REJECT) \
	ROW(ERR_CONFLICT,     "conflict",               "The state of the record does not allow this.",     409, REJECT) \
	ROW(ERR_STALE,        "stale-version",          "The record has changed since it was read.",        412, REJECT) \
	ROW(ERR_KEY_REUSED,   "idempotency-key-reused", "The key was used before with another body.",       422, REJECT) \
	ROW(ERR_NO_PARENT,    "parent-unknown",         "The entity it belongs to has not come yet.",       409, PARK)   \
	ROW(ERR_MALFORMED,    "malformed-message",      "The message cannot be read.",                      400, DEAD)   \
	ROW(ERR_NO_HANDLER,   "no-handler",             "No handler takes this type of message.",           500, DEAD)   \
	ROW(ERR_DB,           "database",               "The database refused a statement.",                503, RETRY)  \
	ROW(ERR_DB_LOST,      "database-lost",          "The database cannot be reached.",                  503, RETRY)  \
	ROW(ERR_CRYPTO,       "crypto",                 "A seal or signature does not verify.",             401, DEAD)   \
	ROW(ERR_FILE,         "file",                   "A file cannot be read or is not well formed.",     500, STOP)   \
	ROW(ERR_CONFIG,       "config",                 "A setting is missing or wrong.",                   500, STOP)   \
	ROW(ERR_MEMORY,       "memory",                 "Out of memory, or over a memory limit.",           503, DEAD)   \
	ROW(ERR_SYSTEM,       "system",                 "The operating system refused a call.",             500, STOP)   \
	ROW(ERR_SET_BACK,     "restored",               "This database was set back: nothing may change.",  503, REJECT) \
	ROW(ERR_BUSY,         "busy",                   "Too much is waiting; try again shortly.",          503, RETRY)

/* clang-format on */

enum err {
#define ROW(name, slug, text, status, fate) name,
	ERR_TABLE(ROW)
#undef ROW
	    ERR_COUNT
};

#define MUST_USE __attribute__((warn_unused_result))

/* The stable name of an error, used in logs and as the last part of a problem type. */
const char *err_slug(enum err e);
/* One sentence for people. */
const char *err_text(enum err e);
/* The HTTP status an error becomes. */
int err_status(enum err e);
/* What happens to a bus message that met it. */
enum fate err_fate(enum err e);
/* The error with this slug, or ERR_COUNT. */
enum err err_of_slug(const char *slug);

/* Why something was refused, in terms a caller can act on. Strings live in the arena of the
 * message or request, or are literals. */
struct refusal {
	enum err err;
	const char *field;     /* JSON path of the offending field ("citizen.birthYear"), or "" */
	const char *rule;      /* one sentence: the rule, and what was found */
	struct broken *broken; /* all rules that were broken (broken.h), of which that is the first; NULL: it alone */
};

/* Fills *r with this alone and returns e, so that a check can say `return refuse(r, ERR_VALUE, "aim", "..."). */
enum err refuse(struct refusal *r, enum err e, const char *field, const char *rule);

#define TRY(call)                                                                                                      \
	do {                                                                                                               \
		enum err try_err_ = (call);                                                                                    \
		if (try_err_ != OK)                                                                                            \
			return try_err_;                                                                                           \
	} while (0)

#define countof(array) (sizeof(array) / sizeof((array)[0]))

#endif
