/* SPDX-License-Identifier: EUPL-1.2 */
/* A database of made-up rows: takes every write, and answers a read with a row of the type that is asked for. Stands in
 * for common/db under its names. Rows are what our own statements could have stored: what comes from outside is the
 * input, not the database. Gives a bounded number of rows for each input, so that nothing that waits is served for
 * ever. */
#include <stdio.h>
#include <string.h>

#include "fuzz.h"
#include "world.h"

#define ROWS_AN_INPUT 12

static uint8_t variant;
static unsigned given;

void rows_begin(uint8_t chosen)
{
	variant = chosen;
	given = 0;
}

#define ID "\"" WORLD_ID "\""
#define COURSE                                                                                                         \
	"\"programme\":\"reden-1-1\",\"organisation\":\"reden\",\"aim\":\"exit\",\"version\":2,"                           \
	"\"priority\":\"routine\",\"requestedOn\":\"2026-01-05\""
#define OFFERED "\"offeredOn\":\"2026-01-06\",\"worker\":\"anna\""
#define ENROLLED OFFERED ",\"enrolledOn\":\"2026-02-02\",\"plannedEnd\":\"2026-11-30\",\"grant\":\"g\""
#define OPERATION "\"id\":" ID ",\"subject\":" ID

static const struct row {
	const char *type, *json;
} rows[] = {
	{ "CourseRow", "{\"node\":\"reden\",\"citizen\":" ID ",\"course\":{\"courseId\":" ID "," COURSE
	               ",\"state\":\"offered\"," OFFERED "}}" },
	{ "CourseRow", "{\"node\":\"reden\",\"citizen\":" ID ",\"course\":{\"courseId\":" ID "," COURSE
	               ",\"state\":\"waiting\",\"waitingSince\":\"2026-01-05\",\"waitingNumber\":3},"
	               "\"wishes\":{\"languages\":[\"da\"],\"gender\":\"woman\"}}" },
	{ "CourseRow", "{\"node\":\"reden\",\"citizen\":" ID ",\"course\":{\"courseId\":" ID "," COURSE
	               ",\"state\":\"enrolled\"," ENROLLED "}}" },
	{ "CourseRow", "{\"node\":\"reden\",\"citizen\":" ID ",\"course\":{\"courseId\":" ID
	               ",\"programme\":\"livarehab-job-coaching\",\"organisation\":\"livarehab\",\"version\":1,"
	               "\"state\":\"closed\",\"closedOn\":\"2026-03-01\"," ENROLLED "}}" },
	{ "CandidateRow", "{\"workerId\":\"anna\",\"active\":true,\"open\":2,\"worker\":{\"kind\":\"worker\","
	                  "\"programmes\":[\"reden-1-1\"],\"languages\":[\"da\",\"en\"],\"gender\":\"woman\"}}" },
	{ "CandidateRow", "{\"workerId\":\"bo\",\"active\":true,\"open\":40}" },
	{ "CourseState", "{\"waitingNumber\":4}" },
	{ "OutcomesCourse", "{\"node\":\"reden\",\"dueVersion\":3,\"dueText\":\"{}\",\"course\":{\"courseId\":" ID
	                    "," COURSE ",\"state\":\"enrolled\"," ENROLLED "}}" },
	{ "OutcomesCourse",
	  "{\"node\":\"reden\",\"course\":{\"courseId\":" ID "," COURSE ",\"state\":\"offered\"," OFFERED "}}" },
	{ "OutcomesCourse", "{\"node\":\"livarehab\",\"course\":{\"courseId\":" ID "," COURSE
	                    ",\"state\":\"closed\",\"closedOn\":\"2026-05-01\"," ENROLLED "}}" },
	{ "MeasuredRow", "{\"instrument\":\"nine-areas\",\"measuredOn\":\"2026-02-02\",\"complete\":true}" },
	{ "MeasuredRow", "{\"instrument\":\"who5\",\"measuredOn\":\"2026-05-02\"}" },
	{ "FirstScores", "{\"scores\":[{\"area\":\"\",\"value\":40},{\"area\":\"housing\",\"value\":2}]}" },
	{ "FirstScores", "{}" },
	{ "MeasurementDue", "{\"courseId\":" ID ",\"version\":1}" },
	{ "Operation", "{" OPERATION ",\"kind\":\"close\",\"state\":\"pending\"}" },
	{ "Operation", "{" OPERATION ",\"kind\":\"refer\",\"state\":\"done\"}" },
	{ "Operation", "{" OPERATION ",\"kind\":\"measure\",\"state\":\"refused\",\"problem\":"
	               "{\"type\":\"/problems/rule-refused\",\"field\":\"on\",\"rule\":\"no\",\"status\":422}}" },
	{ "Referral", "{\"id\":" ID ",\"version\":1,\"direction\":\"received\",\"requester\":\"livarehab\","
	              "\"owner\":\"reden\",\"state\":\"requested\",\"priority\":\"urgent\",\"authoredOn\":\"2026-01-05\","
	              "\"operation\":" ID "}" },
	{ "Referral", "{\"id\":" ID ",\"version\":4,\"direction\":\"own\",\"requester\":\"reden\",\"owner\":\"reden\","
	              "\"state\":\"accepted\",\"citizen\":{\"name\":\"N\",\"languages\":[\"da\"]}}" },
	{ "Course", "{\"id\":" ID "," COURSE ",\"state\":\"offered\"," OFFERED "}" },
	{ "Course", "{\"id\":" ID "," COURSE ",\"state\":\"enrolled\"," ENROLLED "}" },
	{ "Course", "{\"id\":" ID "," COURSE ",\"state\":\"requested\"}" },
	{ "Course", "{\"id\":" ID "," COURSE ",\"state\":\"closed\",\"closedOn\":\"2026-05-01\"}" },
	{ "Measurement", "{\"id\":" ID ",\"courseId\":" ID ",\"instrument\":\"who5\",\"answers\":{\"1\":3},"
	                 "\"state\":\"scored\",\"scores\":[{\"value\":12,\"change\":0}]}" },
	{ "Enquiry", "{\"id\":" ID ",\"version\":1,\"receivedOn\":\"2026-01-05\",\"channel\":\"self\",\"number\":9}" },
	{ "Worker", "{\"id\":\"anna\",\"version\":1,\"name\":\"Anna\",\"kind\":\"worker\",\"programmes\":[\"cti\"]}" },
};

/* The row after the one that was given before, of this type; NULL when the type has none. */
static const struct row *row_for(const char *type)
{
	unsigned n = 0, chosen;
	for (size_t i = 0; i < countof(rows); i++)
		n += strcmp(rows[i].type, type) == 0;
	if (n == 0)
		return NULL;
	chosen = ((variant & 0x1f) + given) % n;
	for (size_t i = 0;; i++)
		if (strcmp(rows[i].type, type) == 0 && chosen-- == 0)
			return &rows[i];
}

static ProtobufCMessage *next_row(struct arena *a, const ProtobufCMessageDescriptor *type)
{
	const struct row *row = row_for(type->short_name);
	struct refusal why;
	ProtobufCMessage *m = NULL;
	if ((variant & 0x80) || given++ >= ROWS_AN_INPUT || !row)
		return NULL;
	enum err e = shape_from_json(a, type, row->json, strlen(row->json), &m, &why);
	if (e != OK)
		fprintf(stderr, "row of %s: %s: %s\n", row->type, why.field, why.rule);
	FUZZ_MUST(e == OK);
	return m;
}

enum err db_exec_args(struct db *db, struct arena *a, const struct sql *sql, const ProtobufCMessage *message,
                      const struct db_arg *args)
{
	(void)db;
	(void)a;
	(void)message;
	FUZZ_MUST(sql->name && args);
	return OK;
}

enum err db_one_args(struct db *db, struct arena *a, const struct sql *sql, ProtobufCMessage *ret,
                     const ProtobufCMessage *message, const struct db_arg *args)
{
	(void)db_exec_args(db, a, sql, message, args);
	const ProtobufCMessage *m = next_row(a, ret->descriptor);
	if (!m)
		return ERR_NOT_FOUND;
	memcpy(ret, m, ret->descriptor->sizeof_message);
	return OK;
}

enum err db_all_args(struct db *db, struct arena *a, const struct sql *sql, const ProtobufCMessageDescriptor *type,
                     ProtobufCMessage ***ret, size_t *n, const ProtobufCMessage *message, const struct db_arg *args)
{
	ProtobufCMessage **all = ARENA_ARRAY(a, ProtobufCMessage *, 4);
	size_t found = 0;
	(void)db_exec_args(db, a, sql, message, args);
	while (found < 3 && (all[found] = next_row(a, type)))
		found++;
	*ret = all;
	*n = found;
	return OK;
}

/* Rows as text: only the account that a token belongs to. Half of all tokens are an administrator's. */
enum err db_rows_args(struct db *db, struct arena *a, const struct sql *sql, struct db_rows *ret,
                      const ProtobufCMessage *message, const struct db_arg *args)
{
	static const char *const names[] = { "id", "role", "name", "worker" };
	static const size_t lengths[4];
	static const char *cells[2][4] = { { "1", "coordinator", "C", "anna" }, { "2", "admin", "A", "" } };
	(void)db_exec_args(db, a, sql, message, args);
	bool account = strcmp(sql->name, "token_by_hash") == 0;
	*ret = (struct db_rows){ .n = account, .n_columns = 4, .names = (const char **)names, .lengths = lengths };
	ret->cells = cells[account && args->kind == ARG_KIND_BYTES && (args->text[0] & 1)];
	return OK;
}

bool db_is_lost(const struct db *db)
{
	(void)db;
	return false;
}

const struct sql *db_missed(const struct db *db)
{
	(void)db;
	return NULL;
}

const char *db_error(const struct db *db)
{
	(void)db;
	return "";
}
