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
	ROLE_ANYONE = 1 << 9, /* no token needed */
};
/* "project lead" and so on; 0 and NULL when there is none. */
unsigned role_of(const char *name);
const char *role_name(unsigned role);

struct principal {
	const char *id; /* token or user id: idempotency keys are scoped to it */
	const char *name;
	const char *organisation;
	const char *worker; /* the worker this person is; "" when none */
	unsigned role;
};

struct request {
	struct http_request *http;
	struct principal principal;
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
	const char *subject;  /* write: id by which `answer` finds the outcome again (kept with the idempotency key) */
	const char *wait_for; /* write: key of tx_wake() that decides it; "" or NULL: decided now */
};

/* A field rule, checked by the route layer after the JSON has the right shape. A table of them ends with { 0 }. */
struct rule {
	const char *field; /* dotted proto path: "citizen.birth_year" */
	enum rule_kind { RULE_REQUIRED = 1, RULE_DATE, RULE_CODE, RULE_RANGE, RULE_MAX_LENGTH, RULE_MAX_ITEMS } kind;
	const char *codes; /* RULE_CODE: name of a code list in vocab/code.h; each item of a list is checked */
	int64_t min, max;  /* RULE_RANGE; lengths and item counts: max */
};

/* Refuses the first field that breaks a rule, by its JSON path. */
enum err rules_check(struct arena *a, const ProtobufCMessage *message, const struct rule *rules,
                     struct refusal *why) MUST_USE;

/* A query parameter. What a client sends is checked against it before anything else sees it. */
struct parameter {
	const char *name;
	enum parameter_kind { PARAMETER_TEXT = 1, PARAMETER_CODE, PARAMETER_DATE, PARAMETER_NUMBER } kind;
	const char *says;  /* one sentence, for the description */
	const char *codes; /* PARAMETER_CODE: name of a code list in vocab/code.h */
	int64_t min, max;  /* PARAMETER_NUMBER; PARAMETER_TEXT: max characters */
};

#define PARAMETERS_OF_A_PAGE                                                                                           \
	{ "limit", PARAMETER_NUMBER, "So many at most.", .min = 1, .max = 500 },                                           \
	{                                                                                                                  \
		"after", PARAMETER_NUMBER, "`next` of the page before.", .min = 0, .max = (int64_t)1 << 52                     \
	}

/* Of whom a route tells, and so who is shown which rows of it. */
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

struct route {
	const char *method, *path;
	const char *says; /* what it does, for the description: the first sentence is its title */
	unsigned roles;
	enum scope scope;
	enum reads reads;
	const ProtobufCMessageDescriptor *body;    /* NULL: takes none */
	const struct rule *rules;                  /* of its fields; ends with one that has no field. NULL: none */
	const struct parameter *query;             /* allowed parameters; ends with one that has no name. NULL: none */
	const ProtobufCMessageDescriptor *returns; /* of an answer that is no refusal; NULL: text */
	bool is_command;                           /* another daemon decides: answered 202 with an operation */
	/* GET: on the reading connection, at once. For a write: builds the current state of `subject` for a replayed
	 * key and for an answer that was waited for. */
	enum err (*answer)(struct tx *tx, const struct request *rq, struct reply *reply);
	/* POST, PUT: in a transaction of the writer. */
	enum err (*write)(struct tx *tx, const struct request *rq, struct reply *reply);
	bool idempotency_required; /* Idempotency-Key must be given; else it may be */
};

#define ROWS(table) (table), countof(table)

struct message_row; /* delivery/delivery.h */

/* What one kind of record brings with it. A service is a list of them, ended by NULL. */
struct resource {
	const char *name, *says; /* for the description: "Courses", and one sentence */
	const struct route *routes;
	size_t n_routes;
	const struct message_row *messages;
	size_t n_messages;
};

#endif
