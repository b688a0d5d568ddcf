/* SPDX-License-Identifier: EUPL-1.2 */
/* The writer: what waits shares a transaction, what fails alone is judged, and nothing is told before the commit. The
 * database is a stand-in that does what the test says; the clock is the test's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "engine/writer.h"

/* --- the clock and the database --- */

static int64_t now_ms;
static int outcome; /* of a commit */
static bool lost, rollback_fails;
static const char *said;
static char story[1024]; /* what happened, a word each */

static void note(const char *word)
{
	snprintf(story + strlen(story), sizeof story - strlen(story), "%s%s", *story ? " " : "", word);
}

int64_t clock_monotonic_ms(void)
{
	return now_ms;
}

struct date clock_today(struct engine *e)
{
	(void)e;
	return date_make(2026, 6, 1);
}

enum err db_begin(struct db *db)
{
	(void)db;
	note("begin");
	return OK;
}

enum err db_commit_send(struct db *db)
{
	(void)db;
	note("commit");
	return OK;
}

int db_commit_poll(struct db *db)
{
	(void)db;
	return outcome;
}

enum err db_rollback(struct db *db)
{
	(void)db;
	note("rollback");
	return rollback_fails ? ERR_DB_LOST : OK;
}

enum err db_reopen(struct db *db)
{
	(void)db;
	lost = false;
	note("reopen");
	return OK;
}

bool db_is_lost(const struct db *db)
{
	(void)db;
	return lost;
}

const struct sql *db_missed(const struct db *db)
{
	(void)db;
	return NULL;
}

const char *db_error(const struct db *db)
{
	(void)db;
	return said;
}

int db_socket(const struct db *db)
{
	(void)db;
	return -1;
}

bool db_wants_write(struct db *db)
{
	(void)db;
	return false;
}

enum err db_exec_args(struct db *db, struct arena *a, const struct sql *sql, const ProtobufCMessage *message,
                      const struct db_arg *args)
{
	(void)db;
	(void)a;
	(void)sql;
	(void)message;
	(void)args;
	return OK;
}

/* --- jobs --- */

struct work {
	struct job job;
	const char *word;
	enum err err; /* what it comes to, until it is judged */
	const char *after;
};

static void run_after(struct engine *e, const char *text)
{
	(void)e;
	note(text);
}

static const struct after_commit after = { run_after, .once = true };

static enum err run(struct job *job, struct tx *tx)
{
	struct work *w = (struct work *)job;
	note(w->word);
	if (job->judged) {
		note("aside");
		return w->err == ERR_FILE ? ERR_FILE : OK;
	}
	if (w->after)
		tx_after_commit(tx, &after, w->after);
	return w->err;
}

static void committed(struct job *job)
{
	(void)job;
	note("told");
}

static void in_doubt(struct job *job)
{
	(void)job;
	note("doubt");
}

static void overdue(struct job *job, bool runs)
{
	(void)job;
	note(runs ? "late?" : "late");
}

static void free_work(struct job *job)
{
	free(job);
}

static const struct job_kind asked = {
	.name = "asked", .run = run, .committed = committed, .in_doubt = in_doubt, .overdue = overdue, .free = free_work
};
static const struct job_kind sent = {
	.name = "sent", .run = run, .committed = committed, .free = free_work, .comes_again = true
};

/* --- a participant --- */

static bool due;

static enum err save(void *owner, struct arena *a)
{
	(void)owner;
	(void)a;
	note("save");
	return OK;
}

static void is_committed(void *owner)
{
	(void)owner;
	due = false;
	note("true");
}

static enum err is_rolled_back(void *owner)
{
	(void)owner;
	note("back");
	return OK;
}

static enum err reload(void *owner)
{
	(void)owner;
	note("reload");
	return OK;
}

static bool is_due(void *owner, int64_t ms)
{
	(void)owner;
	(void)ms;
	return due;
}

static const struct participant participants[] = {
	{ .save = save, .committed = is_committed, .rolled_back = is_rolled_back, .reload = reload, .due = is_due },
};

static struct engine e;

static struct work *put(const struct job_kind *kind, const char *word, enum err err)
{
	struct work *w = calloc(1, sizeof *w);
	assert_non_null(w);
	*w = (struct work){ .job = { .kind = kind }, .word = word, .err = err };
	writer_put(e.writer, &w->job);
	return w;
}

/* What has happened since the last time. */
static void happened(const char *expected)
{
	assert_string_equal(story, expected);
	*story = 0;
}

static int begin(void **state)
{
	(void)state;
	now_ms = 1000000;
	outcome = 0;
	lost = rollback_fails = due = false;
	said = "";
	*story = 0;
	e = (struct engine){ .participants = participants, .n_participants = countof(participants) };
	e.arena = arena_new(1024 * 1024);
	e.scratch = arena_new(1024 * 1024);
	e.writer = writer_new(&e);
	return 0;
}

static int end(void **state)
{
	(void)state;
	writer_free(e.writer);
	arena_free(e.arena);
	arena_free(e.scratch);
	return 0;
}

/* --- */

static void jobs_that_wait_share_a_transaction_and_are_told_after_its_commit(void **state)
{
	(void)state;
	put(&asked, "a", OK)->after = "wake";
	put(&sent, "b", OK)->after = "wake";
	writer_turn(e.writer);
	happened("begin a b save commit");
	put(&asked, "c", OK); /* the next one */
	writer_turn(e.writer);
	happened("");
	outcome = 1;
	writer_turn(e.writer);
	happened("true told told wake begin c save commit");
}

static void job_that_fails_is_judged_alone_and_set_aside_and_the_others_go_on(void **state)
{
	(void)state;
	outcome = 1;
	put(&asked, "a", OK);
	put(&sent, "b", ERR_DB);
	put(&asked, "c", OK);
	writer_turn(e.writer);
	happened("begin a b rollback back begin a save commit");
	writer_turn(e.writer);
	happened("true told begin b rollback back begin b aside save commit");
	writer_turn(e.writer);
	happened("true told begin c save commit");
	assert_false(e.stopping);
}

static void job_that_cannot_even_be_set_aside_stops_the_process(void **state)
{
	(void)state;
	put(&asked, "a", ERR_FILE);
	writer_turn(e.writer);
	happened("begin a rollback back begin a aside rollback back");
	assert_true(e.stopping && e.failed);
}

static void nothing_is_judged_where_the_server_is_at_fault(void **state)
{
	(void)state;
	said = "course_save: SQLSTATE 53100, could not extend file";
	put(&asked, "a", ERR_DB);
	writer_turn(e.writer);
	happened("begin a rollback back");
	writer_turn(e.writer);
	happened("");
	now_ms += 1001;
	writer_turn(e.writer);
	happened("begin a rollback back");
}

static void lost_commit_leaves_requests_in_doubt_and_messages_to_their_senders(void **state)
{
	(void)state;
	put(&asked, "a", OK);
	put(&sent, "b", OK);
	writer_turn(e.writer);
	happened("begin a b save commit");
	outcome = -1;
	lost = true;
	writer_turn(e.writer);
	assert_true(strncmp(story, "doubt", strlen("doubt")) == 0);
	assert_non_null(strstr(story, "reopen reload"));
	*story = 0;
	outcome = 0;
	writer_turn(e.writer);
	happened("begin a save commit");
}

static void who_waits_too_long_for_the_database_is_answered(void **state)
{
	(void)state;
	put(&asked, "a", OK);
	put(&sent, "b", OK);
	writer_turn(e.writer);
	now_ms += 10001;
	*story = 0;
	writer_turn(e.writer);
	happened("late?");
}

static void only_a_job_for_which_nobody_waits_waits_for_others(void **state)
{
	(void)state;
	struct work *w = calloc(1, sizeof *w);
	assert_non_null(w);
	*w = (struct work){ .job = { .kind = &sent, .patient = true }, .word = "a" };
	writer_put(e.writer, &w->job);
	writer_turn(e.writer);
	happened("");
	assert_int_equal(writer_begins_ms(e.writer), 20);
	put(&asked, "b", OK);
	assert_int_equal(writer_begins_ms(e.writer), 0);
	writer_turn(e.writer);
	happened("begin a b save commit");
}

static void participant_that_has_something_to_save_needs_no_job(void **state)
{
	(void)state;
	outcome = 1;
	due = true;
	writer_turn(e.writer);
	happened("begin save commit");
	writer_turn(e.writer);
	happened("true");
	writer_turn(e.writer);
	happened("");
}

static void what_is_noted_for_after_the_commit_is_gone_with_a_rollback(void **state)
{
	(void)state;
	outcome = 1;
	put(&asked, "a", ERR_DB)->after = "wake";
	writer_turn(e.writer);
	writer_turn(e.writer);
	happened("begin a rollback back begin a aside save commit true told");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(jobs_that_wait_share_a_transaction_and_are_told_after_its_commit, begin, end),
		cmocka_unit_test_setup_teardown(job_that_fails_is_judged_alone_and_set_aside_and_the_others_go_on, begin, end),
		cmocka_unit_test_setup_teardown(job_that_cannot_even_be_set_aside_stops_the_process, begin, end),
		cmocka_unit_test_setup_teardown(nothing_is_judged_where_the_server_is_at_fault, begin, end),
		cmocka_unit_test_setup_teardown(lost_commit_leaves_requests_in_doubt_and_messages_to_their_senders, begin, end),
		cmocka_unit_test_setup_teardown(who_waits_too_long_for_the_database_is_answered, begin, end),
		cmocka_unit_test_setup_teardown(only_a_job_for_which_nobody_waits_waits_for_others, begin, end),
		cmocka_unit_test_setup_teardown(participant_that_has_something_to_save_needs_no_job, begin, end),
		cmocka_unit_test_setup_teardown(what_is_noted_for_after_the_commit_is_gone_with_a_rollback, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
