/* SPDX-License-Identifier: EUPL-1.2 */
/* Routes, as a service writes them: who may ask, what of, with which body and query, and what answers. */
#ifndef UDVEJ_SERVING_ROUTE_H
#define UDVEJ_SERVING_ROUTE_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "engine/transaction.h"
#include "http/http.h"
#include "vocab/date.h"

/* After the commit, answers the requests that wait for this key (an operation id). */
void tx_wake(struct tx *tx, const char *key);

enum role {
	ROLE_SYSTEM = 1 << 0,
	ROLE_WORKER = 1 << 1,
	ROLE_GROUP_LEADER = 1 << 2,
	ROLE_LEAD = 1 << 3,
	ROLE_COORDINATOR = 1 << 4,
	ROLE_BROBYGGER = 1 << 5,
	ROLE_PROJECT_LEAD = 1 << 6,
	ROLE_ADMIN = 1 << 7,
	ROLE_AUDITOR = 1 << 8,
	ROLE_CULTURAL_MEDIATOR = 1 << 9,
	ROLE_STEERING_GROUP = 1 << 10,
	ROLE_ANYONE = 1 << 11, /* no token needed */
};
/* Everybody who has an account. */
#define ROLES_OF_ALL                                                                                                   \
	(ROLE_SYSTEM | ROLE_WORKER | ROLE_GROUP_LEADER | ROLE_LEAD | ROLE_COORDINATOR | ROLE_BROBYGGER |                   \
	 ROLE_PROJECT_LEAD | ROLE_ADMIN | ROLE_AUDITOR | ROLE_CULTURAL_MEDIATOR | ROLE_STEERING_GROUP)
/* "project lead" and so on; 0 and NULL when there is none. */
unsigned role_of(const char *name);
const char *role_name(unsigned role);

/* How much of a case somebody holds. */
enum hold {
	HOLD_NONE,
	HOLD_WAY,  /* sees its way: where it stands, and with whom */
	HOLD_READ, /* sees its content too */
	HOLD_WORK, /* may also work on it */
};

/* Whose records are asked for: what statements on cases take as :reach, :who, :me, :today
 * and :sees_content. */
struct view {
	const char *reach; /* own | posted | organisation */
	bool sees_content; /* not only the way of a case */
	const char *who;   /* the name under which the person enters things */
	const char *me;    /* the worker whom the person is; "" when none */
	const char *today;
};

/* Whose records are asked for, as statements take it. Of a view of zeros: nobody's. */
#define ARGS_OF_VIEW(view)                                                                                             \
	ARG_TEXT("reach", (view)->reach), ARG_TEXT("who", (view)->who), ARG_TEXT("me", (view)->me),                        \
	    ARG_TEXT("today", (view)->today)

struct principal {
	const char *id;  /* token or user id: idempotency keys are scoped to it */
	const char *who; /* the name under which all is entered and logged; stays the same when a token is renewed */
	const char *name;
	const char *organisation;
	const char *worker; /* the worker this person is; "" when none */
	unsigned role;
};

/* Why somebody may see a record, and whom it is about: as its `subject` says. */
struct seen {
	const char *citizen, *worker; /* "" when none */
	const char *why;              /* code of list why-allowed */
	enum hold hold;
};

struct request {
	struct http_request *http;
	struct principal principal;
	const struct route *route;
	struct view view;                    /* whose records are asked for */
	struct seen seen;                    /* of a route with a subject */
	const char *params[HTTP_MAX_PARAMS]; /* of the path */
	const ProtobufCMessage *body;        /* checked against the route's shape and rules */
	const char *subject;                 /* on a replay or after a wait: what the write stored in reply->subject */
	bool waits;                          /* Prefer: wait: the final answer is wanted where there is one */
	int64_t if_match;                    /* version of If-Match; 0: not given */
};

struct reply {
	int status;
	const ProtobufCMessage *body;    /* becomes JSON */
	const char *text, *content_type; /* instead of body: CSV and the like */
	const char *location;
	const char *content_disposition; /* of a download; NULL: none */
	int64_t version;                 /* becomes an ETag; 0: none */
	const char *searched;            /* what was searched for, for the log of use; NULL: nothing */
	const char **citizens;           /* whom it shows, where no field `citizen_id` of the body says so */
	size_t n_citizens;
	const char *subject;  /* write: id by which `answer` finds the outcome again (kept with the idempotency key) */
	const char *wait_for; /* write: key of tx_wake() that decides it; "" or NULL: decided now */
};

/* A field rule, checked by the route layer after the JSON has the right shape. A table of them ends with { 0 }. */
struct rule {
	const char *field; /* dotted proto path: "citizen.birth_year" */
	enum rule_kind {
		RULE_REQUIRED = 1, /* a text of spaces alone is none */
		RULE_DATE,
		RULE_PAST_DATE, /* a date that is not after today */
		RULE_CODE,
		RULE_KNOWN,
		RULE_RANGE,
		RULE_MAX_LENGTH, /* in characters */
		RULE_MAX_ITEMS,
	} kind;
	/* RULE_CODE: name of a code list in vocab/code.h; RULE_KNOWN: of a row of the service's table `known`. Each item of
	 * a list is checked. */
	const char *codes;
	int64_t min, max; /* RULE_RANGE; lengths and item counts: max */
};

/* Notes each field that breaks a rule, by its JSON path, in tx->why, and gives the error of it. `who` asks; NULL: it is
 * a message. */
enum err rules_check(struct tx *tx, const struct principal *who, const ProtobufCMessage *message,
                     const struct rule *rules) MUST_USE;

/* Something that a service knows by keys, so that a field or parameter can hold one: programmes, workers. A table of
 * them ends with { 0 }. */
struct known_row {
	const char *name;
	/* Notes with tx_broken() that the value is not known. Another error: it could not be asked. Reads only. */
	enum err (*check)(struct tx *tx, const struct principal *who, const char *field, const char *value);
};

/* A query parameter. What a client sends is checked against it before anything else sees it. */
struct parameter {
	const char *name;
	enum parameter_kind {
		PARAMETER_TEXT = 1,
		PARAMETER_ID, /* a UUID, of something or nothing */
		PARAMETER_CODE,
		PARAMETER_DATE,
		PARAMETER_NUMBER,
		PARAMETER_KNOWN
	} kind;
	const char *says;  /* one sentence, for the description */
	const char *codes; /* PARAMETER_CODE: name of a code list in vocab/code.h; PARAMETER_KNOWN: of a row of `known` */
	int64_t min, max;  /* PARAMETER_NUMBER; PARAMETER_TEXT: max characters */
	bool required;
};

/* rq.c: a parameter of the query, which the table of the route has checked; else the fallback. */
int64_t rq_number(const struct request *rq, const char *name, int64_t fallback);
struct date rq_date(const struct request *rq, const char *name, struct date fallback);
/* NULL: not given. */
const char *rq_text(const struct request *rq, const char *name);

#define PARAMETERS_OF_A_PAGE                                                                                           \
	{ "limit", PARAMETER_NUMBER, "So many at most; default 50.", .min = 1, .max = 500 },                               \
	{                                                                                                                  \
		"after", PARAMETER_NUMBER, "`next` of the page before.", .min = 0, .max = (int64_t)1 << 52                     \
	}

/* Whose records a route tells of. It decides who is shown which of them. */
enum scope {
	SCOPE_NOBODYS,      /* of no citizen: workers, programmes, figures */
	SCOPE_OWN_CASES,    /* of cases: each role sees those that are its own (authority) */
	SCOPE_ORGANISATION, /* of all citizens of the organisation, or of none */
};

/* What of a citizen the answer shows. Each look at a citizen is in the log of use. */
enum reads {
	READS_NOTHING, /* of any citizen */
	READS_CODES,   /* codes, dates and numbers of a case */
	READS_PERSON,  /* name, number, words: what identifies or what was told in confidence */
};

/* A kind of record that belongs to a case. */
struct subject {
	const char *name; /* "course" */
	/* Takes :id and those of struct view, gives citizen, worker and why (NULL: may not be seen). No row: there is
	 * none. */
	const struct sql *sql;
	const ProtobufCMessageDescriptor *record; /* as it is shown; its field `actions` is filled */
};

/* A list of records, page by page: newest first by the field `number`, or upwards by another key. */
struct listing {
	/* Takes :after (rows are below it; of another key above it, NULL: from the first) and :limit, those of struct view
	 * where it is of cases, :id where the path has one, and what the query may say. */
	const struct sql *sql;
	const ProtobufCMessageDescriptor *row;
	/* Adds to a row what no table holds; may be NULL. */
	void (*dress)(struct tx *tx, ProtobufCMessage *row);
	const char *key; /* a field of text that orders it; NULL: `number` */
	int64_t limit;   /* rows of a page, where the client does not say; 0: 50 */
};

struct route {
	const char *method, *path;
	const char *says; /* what it does, for the description: the first sentence is its title */
	unsigned roles;
	enum scope scope;
	enum reads reads;
	const ProtobufCMessageDescriptor *body; /* NULL: takes none */
	const struct rule *rules;               /* of its fields; ends with one that has no field. NULL: none */
	/* What the rules of single fields cannot say of the body: notes all with tx_broken(). Asked before the transaction
	 * and also when rules are broken, so that everything is refused at once. No database. May be NULL. */
	void (*check)(struct tx *tx, const struct request *rq);
	const struct parameter *query;                /* allowed parameters; ends with one that has no name. NULL: none */
	const struct parameter *params;               /* of the path, so too. NULL: `id`, the UUID of a record */
	const ProtobufCMessageDescriptor *returns;    /* of an answer that is no refusal; NULL: text */
	const struct subject *subject;                /* of {id}, where the scope is of cases */
	enum hold needs;                              /* of that case; 0: HOLD_WAY */
	const char *action;                           /* its name among the `actions` of the record that {id} names */
	bool (*fits)(const ProtobufCMessage *record); /* whether the record allows that action now; NULL: always */
	const struct listing *list;                   /* GET: instead of `answer` */
	/* Fields that say who somebody is or what was told in confidence, where a role that sees no persons may use this
	 * route: they are left out for it, and `masked` is set. Ends with NULL. */
	const char *const *persons;
	const char *media; /* of that text; or beside JSON, what else the client may ask for. NULL: JSON only */
	/* Of an answer that is no refusal. None given: GET 200, POST 201, PUT 200 or 201, and 202 for a command. */
	int statuses[3];
	bool is_command; /* another daemon decides: answered 202 with an operation */
	/* GET: on the reading connection, at once. For a write: builds the current state of `subject` for a replayed
	 * key and for an answer that was waited for. */
	enum err (*answer)(struct tx *tx, const struct request *rq, struct reply *reply);
	/* POST, PUT: in a transaction of the writer. */
	enum err (*write)(struct tx *tx, const struct request *rq, struct reply *reply);
	bool idempotency_required; /* Idempotency-Key must be given; else it may be */
};

#define ROWS(table) (table), countof(table)

struct message_row; /* delivery/delivery.h */
struct fact_row;    /* the same */

/* What one kind of record brings with it. A service is a list of them, ended by NULL. */
struct resource {
	const char *name, *says; /* for the description: "Courses", and one sentence */
	const struct route *routes;
	size_t n_routes;
	const struct message_row *messages;
	size_t n_messages;
	const struct fact_row *facts; /* what is told of it */
	size_t n_facts;
};

#endif
