/* SPDX-License-Identifier: EUPL-1.2 */
/* `udvej status` and `udvej dead`: the streams of a daemon with their lags, what is parked, and dead
 * letters, listed, replayed or discarded. Works on the daemon's own database, running or not. Never
 * shows a body: it may speak of people. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session.h"
#include "sql_udvej_operator.h"

static size_t width_of(const struct db_rows *rows, size_t column)
{
	size_t widest = strlen(rows->names[column]);
	for (size_t i = 0; i < rows->n; i++) {
		const char *cell = rows->cells[i * rows->n_columns + column];
		size_t width = cell ? strlen(cell) : 0;
		widest = width > widest ? width : widest;
	}
	return widest;
}

/* A heading, the names of the columns, and a line for each row. */
static void print_table(const char *heading, const char *none, const struct db_rows *rows)
{
	printf("%s\n", heading);
	if (!rows->n) {
		printf("  %s\n\n", none);
		return;
	}
	for (size_t line = 0; line <= rows->n; line++) {
		for (size_t c = 0; c < rows->n_columns; c++) {
			const char *cell = line ? rows->cells[(line - 1) * rows->n_columns + c] : rows->names[c];
			printf("  %-*s", (int)width_of(rows, c), cell ? cell : "");
		}
		printf("\n");
	}
	printf("\n");
}

/* --- status --- */

static const struct {
	const struct sql *sql;
	const char *heading, *none;
} views[] = {
	{ sql_operator_streams_out, "Streams out", "none: this daemon has sent nothing yet" },
	{ sql_operator_streams_in, "Streams in", "none: this daemon has heard nothing yet" },
	{ sql_operator_parked, "Parked: they wait for what they speak of", "none" },
	{ sql_operator_dead, "Dead letters", "none" },
	{ sql_operator_recovery_peers, "Recovery: what the others have told", "none is under way" },
	{ sql_operator_recovery_problems, "Told in a recovery, and could not be applied", "none" },
};

static int run_status(int argc, char **argv)
{
	struct session s;
	if (argc != 3 || strcmp(argv[1], "--conf") != 0)
		return EXIT_USAGE;
	enum err e = session_open(&s, argv[2]);
	for (size_t i = 0; i < countof(views) && e == OK; i++) {
		struct db_rows rows;
		e = db_rows(s.db, s.arena, views[i].sql, &rows, NULL);
		if (e == OK)
			print_table(views[i].heading, views[i].none, &rows);
	}
	return session_close(&s, e);
}

/* --- dead --- */

static const struct verb {
	const char *name;
	const struct sql *sql;
	bool one; /* of one letter: --from and --seq */
	const char *heading, *none, *then;
} verbs[] = {
	{ "list", sql_operator_dead, false, "Dead letters", "none", "" },
	{ "replay", sql_operator_dead_replay, true, "To be applied again", "there is no such dead letter",
	  "The daemon takes it up when it is sent SIGHUP, or at its next start.\n" },
	{ "discard", sql_operator_dead_discard, true, "Discarded for good", "there is no such dead letter",
	  "What waits behind it goes on when the daemon is sent SIGHUP, or at its next start.\n" },
};

static int run_verb(const struct verb *v, const char *conf, const char *from, const char *seq)
{
	struct session s;
	struct db_rows rows = { 0 };
	enum err e = session_open(&s, conf);
	if (e == OK)
		e = db_rows(s.db, s.arena, v->sql, &rows, NULL, ARG_TEXT("sender", from), ARG_TEXT("seq", seq));
	if (e == OK) {
		print_table(v->heading, v->none, &rows);
		fputs(rows.n ? v->then : "", stdout);
	}
	if (e == OK && v->one && !rows.n) {
		s.why = v->none;
		e = ERR_NOT_FOUND;
	}
	return session_close(&s, e);
}

static int run_dead(int argc, char **argv)
{
	const char *conf = option(argc, argv, 2, "--conf"), *from = option(argc, argv, 2, "--from");
	const char *seq = option(argc, argv, 2, "--seq");
	for (size_t i = 0; argc > 1 && i < countof(verbs); i++) {
		const struct verb *v = &verbs[i];
		if (strcmp(v->name, argv[1]) != 0)
			continue;
		bool whole = conf && argc == (v->one ? 8 : 4) && (!v->one || (from && seq && atoll(seq) > 0));
		return whole ? run_verb(v, conf, from, seq) : EXIT_USAGE;
	}
	return EXIT_USAGE;
}

const struct command command_status = {
	.name = "status",
	.usage = "--conf SETTINGS-FILE",
	.doc = "Shows the streams of a daemon with what waits in them, parked messages and dead letters.",
	.run = run_status,
};

const struct command command_dead = {
	.name = "dead",
	.usage = "list --conf SETTINGS-FILE | replay|discard --conf SETTINGS-FILE --from NODE --seq N",
	.doc = "Lists dead letters; puts one back to be applied again once its cause is mended; or gives one up for good.",
	.run = run_dead,
};
