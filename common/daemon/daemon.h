/* SPDX-License-Identifier: EUPL-1.2 */
/* What a service gives and gets. A service is four tables (statements, message handlers, routes,
 * settings) and a state; this layer owns process, loop, transactions, streams, retries, dead
 * letters, idempotency and waiting, so that no handler can forget one. */
#ifndef UDVEJ_DAEMON_DAEMON_H
#define UDVEJ_DAEMON_DAEMON_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/broken.h"
#include "base/err.h"
#include "daemon/setting.h"
#include "db/db.h"
#include "http/http.h"
#include "membership/registry.h"
#include "shape/shape.h"
#include "vocab/date.h"

struct daemon;

/* --- one unit of work: a message or a request, inside a batch --- */

struct tx {
	struct arena *arena;
	struct db *db; /* the writing connection in a batch, the reading one for a read */
	void *app;     /* the service's state */
	const struct registry *registry;
	struct date today;  /* domain clock, Europe/Copenhagen */
	struct date latest; /* the last day that may be told: today; by a message a day more, where midnight came first */
	struct refusal why; /* filled by whoever refuses: tx_refuse() */
	const char *sender; /* of a message: the authenticated node name; else "" */
	const char *who;    /* of a request: who asks; else "". Statements take it as :entered_by */
	const char *cause;  /* id of the message or request being handled */
	const struct message_row *row; /* of a message: its row in the table of handlers; else NULL */
	void **kept;           /* of a message: what was read earlier in this batch and is true still; of the service */
	struct daemon *daemon; /* private to this layer */
	unsigned emitted;
	bool wrote;
};

/* Says why, and returns e for the handler to return. `rule` is copied by printf. */
enum err tx_refuse(struct tx *tx, enum err e, const char *field, const char *rule, ...)
    __attribute__((format(printf, 4, 5)));
/* Notes that a field breaks a rule, beside what was noted before (broken.h), and gives the error of all. Who collects
 * returns tx->why.err at the end. */
#define tx_broken(tx, field, rule, ...) broken_add((tx)->arena, &(tx)->why, (field), (rule), __VA_ARGS__)
/* Save: queues a write. message may be NULL; see db.h for how parameters find their values. */
#define tx_exec(tx, sql, message, ...) tx_exec_args((tx), (sql), (message), DB_ARGS(__VA_ARGS__))
enum err tx_exec_args(struct tx *tx, const struct sql *sql, const ProtobufCMessage *message,
                      const struct db_arg *args) MUST_USE;
/* Load. */
#define tx_one(tx, sql, ret, message, ...) db_one((tx)->db, (tx)->arena, (sql), (ret), (message), __VA_ARGS__)
#define tx_all(tx, sql, type, ret, n, message, ...)                                                                    \
	db_all((tx)->db, (tx)->arena, (sql), (type), (ret), (n), (message), __VA_ARGS__)
/* Emit: the message goes out with this transaction, to a node by name. `entity` is what it speaks of. */
enum err tx_emit(struct tx *tx, const char *to, const char *entity, const ProtobufCMessage *message) MUST_USE;
/* The parent entity has come: messages parked under it are applied after this one. */
void tx_unpark(struct tx *tx, const char *entity);
/* After commit, answers the requests that wait for this key (an operation id). */
void tx_wake(struct tx *tx, const char *key);
/* An id that this cause and n always give. */
const char *tx_id(struct tx *tx, const char *purpose);

/* --- messages --- */

/* Four beats: load, decide, save, emit. ERR_NO_PARENT parks the message under `entity` of the message. */
typedef enum err on_message(struct tx *tx, const ProtobufCMessage *message);
struct message_row {
	const ProtobufCMessageDescriptor *type;
	on_message *handle;
	const char *from; /* role that may send it: "intake", "caseload", ... */
	/* Nobody waits for what it brings, so it may wait a moment for others: a transaction costs more than all else about
	 * a message. */
	bool patient;
	const void *of; /* of the service: what a handler that serves several rows wants to know (tx->row->of) */
};

/* --- facts: what of its records a service tells --- */

/* The records of one kind as they are told: a statement that gives a message each, some hundred at most, in the order
 * of the field `key`. Its parameters: `id`, that record alone; or `after`, those after it (neither: from the first);
 * and `node` and `organisation` of who is told. */
struct projection {
	const struct sql *sql;
	const ProtobufCMessageDescriptor *type;
	const char *key, *entity; /* fields of the message: its place in that order, and what it speaks of */
};
/* One kind of fact. The projection tells it, and tells it again: an operator can have all facts told once more to a
 * node that lost them (`udvej retell`). So a fact carries a version, and its receiver ignores what is not newer. */
struct fact_row {
	const char *to; /* role of the node that is told */
	const struct projection *what;
};
/* Tells a fact as the projection finds it now. It is read back, which costs a wait for the database: where many wait
 * for an answer emit the message as it was made, and let a test hold it against the projection. */
enum err tx_tell(struct tx *tx, const struct fact_row *fact, const char *id) MUST_USE;

/* --- recovery: a node whose database was set back, or is new, is told by the others what they share with it --- */

/* A page of a snapshot, as it is being written. */
struct snapshot;
/* Adds what is known of an entity, as a message of a type that the asking service has in its table `recovers`. `key` is
 * its place in the order of the kind. False: the page is full; stop there, and go on after the last key that was added
 * when asked again. */
bool snapshot_add(struct snapshot *s, const char *key, const char *entity, const ProtobufCMessage *message) MUST_USE;

/* A page of what a projection finds. */
enum err snapshot_rows(struct tx *tx, const struct registry_node *to, const char *after, struct snapshot *s,
                       const struct projection *what) MUST_USE;

/* Adds what comes after the key (NULL: from the start) in the order of keys, only what `to` may know, until the page is
 * full or some hundred are added. Adds nothing when there is no more. Reads only. */
typedef enum err snapshot_page(struct tx *tx, const struct registry_node *to, const char *after, struct snapshot *s);
/* One kind of entity that a node of a role may have lost. */
struct snapshot_row {
	const char *to; /* role of the node that asks */
	snapshot_page *page;
};

/* --- HTTP --- */

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
/* "project lead" and so on; 0 and NULL when there is none. */
unsigned role_of(const char *name);
const char *role_name(unsigned role);

/* How much of a case somebody holds. */
enum hold {
	HOLD_NONE,
	HOLD_WAY,  /* its way: where it stands, and with whom */
	HOLD_READ, /* and its content */
	HOLD_WORK, /* and may work on it */
};

/* Whose records are asked for: what statements on cases take as :reach, :who, :me, :today
 * and :sees_content. */
struct view {
	const char *reach; /* own | posted | organisation */
	bool sees_content; /* not only the way of a case */
	const char *who;   /* what was entered under this name */
	const char *me;    /* the cases of this worker, of those she leads and covers for; "" when none */
	const char *today;
};

struct principal {
	const char *id;  /* token or user id: idempotency keys are scoped to it */
	const char *who; /* under which everything is entered and logged; stays the same when a token is renewed */
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
	enum parameter_kind { PARAMETER_TEXT = 1, PARAMETER_CODE, PARAMETER_DATE, PARAMETER_NUMBER, PARAMETER_KNOWN } kind;
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

/* A kind of record that belongs to a case. */
struct subject {
	const char *name; /* "course" */
	/* Takes :id and those of struct view, gives citizen, worker and why (NULL: may not be seen). No row: there is
	 * none. */
	const struct sql *sql;
	const ProtobufCMessageDescriptor *record; /* as it is shown; its field `actions` is filled */
};

/* A list of records, page by page: newest first by the field `number`. */
struct listing {
	/* Takes :after and :limit, those of struct view where it is of cases, :id where the path has one, and what the
	 * query may say. */
	const struct sql *sql;
	const ProtobufCMessageDescriptor *row;
	/* Adds to a row what no table holds; may be NULL. */
	void (*dress)(struct tx *tx, ProtobufCMessage *row);
};

struct route {
	const char *method, *path;
	const char *says; /* what it does, for the description: the first sentence is its title */
	unsigned roles;
	enum scope scope;
	enum reads reads;
	const ProtobufCMessageDescriptor *body; /* NULL: takes none */
	const struct rule *rules;               /* of its fields; ends with one that has no field. NULL: none */
	/* What the rules of single fields cannot say of the body: notes all with tx_broken(). Asked before the batch and
	 * also when rules are broken, so that everything is refused at once. No database. May be NULL. */
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
	int statuses[3]; /* of an answer that is no refusal, where not GET 200, POST 201, PUT 200 or 201, a command also 202
	                  */
	bool is_command; /* another daemon decides: answered 202 with an operation */
	/* GET: on the reading connection, at once. For a write: builds the current state of `subject` for a replayed
	 * key and for an answer that was waited for. */
	enum err (*answer)(struct tx *tx, const struct request *rq, struct reply *reply);
	/* POST, PUT: in the batch. */
	enum err (*write)(struct tx *tx, const struct request *rq, struct reply *reply);
	bool idempotency_required; /* Idempotency-Key must be given; else it may be */
};

#define ROWS(table) (table), countof(table)

/* What one kind of record brings with it. A service is a list of them, ended by NULL. */
struct resource {
	const char *name, *says; /* for the description: "Courses", and one sentence */
	const struct route *routes;
	size_t n_routes;
	const struct message_row *messages;
	size_t n_messages;
	const struct fact_row *facts;
	size_t n_facts;
};

/* --- a service --- */

struct service {
	const char *name;
	const struct sql_set *statements;
	const struct migrations *migrations;
	const char *says; /* one paragraph, for the description of its API */
	const struct resource *const *resources;
	const struct known_row *known; /* what rules and parameters can ask for; NULL: none does */
	const struct setting *settings;
	size_t n_settings;
	/* What this service can tell of to others who are recovered: kinds in the order they are told. */
	const struct snapshot_row *snapshots;
	size_t n_snapshots;
	/* What it takes from others when it is recovered: handlers as of messages. All of the first row are applied before
	 * the second, whoever told them; of one row and sender in the order they were told. Each must leave alone what is
	 * known here already with the same or a higher version. What they emit goes out when the new life begins. */
	const struct message_row *recovers;
	size_t n_recovers;
	/* When all of that is applied: mends what only the whole shows, in a transaction of its own just before the new
	 * life begins; after a crash in between once more. May be NULL. */
	enum err (*recovered)(struct tx *tx);
	/* Makes the state (definitions, caches). Called once the database is ready, before anything is served. */
	enum err (*start)(struct daemon *d, void **ret_app, const char **why);
	/* Who a bearer token is; ERR_BAD_TOKEN. Reads only. */
	enum err (*authenticate)(struct tx *tx, const char *token, struct principal *ret);
};

/* The nth row of all its resources; NULL after the last. */
const struct route *service_route(const struct service *s, size_t n);
const struct message_row *service_message(const struct service *s, size_t n);
const struct fact_row *service_fact(const struct service *s, size_t n);

/* The whole life of a daemon: settings, database, bus, HTTP, loop until SIGTERM. The exit code of the process. */
int daemon_main(int argc, char **argv, const struct service *service);

/* The settings of a daemon, for the operator's tools: those that all daemons have. */
enum err daemon_settings(struct arena *a, const char *path, struct settings **ret, const char **why) MUST_USE;

/* For service->start. */
struct arena *daemon_arena(struct daemon *d); /* process life */
struct db *daemon_db(struct daemon *d);
const char *daemon_setting(struct daemon *d, const char *key);
const struct registry *daemon_registry(struct daemon *d); /* until the next is in force: copy what is kept */
const struct secret_keys *daemon_keys(struct daemon *d);
const char *daemon_node(struct daemon *d); /* this node's name in the registry */

#endif
