/* SPDX-License-Identifier: EUPL-1.2 */
/* `udvej status`: what a node says of itself, when it runs, and the streams of its database with their lags, what is
 * parked, dead letters, and who is told what again. Reads only. Never shows a body: it may speak of people. */
#include <stdio.h>
#include <string.h>

#include "readiness.h"
#include "session.h"
#include "sql_udvej_operator.h"
#include "table.h"

static const struct {
	const struct sql *sql;
	const char *heading, *none;
} views[] = {
	{ sql_operator_streams_out, "Streams out", "none: this daemon has sent nothing yet" },
	{ sql_operator_streams_in, "Streams in", "none: this daemon has heard nothing yet" },
	{ sql_operator_parked, "Parked: they wait for what they speak of", "none" },
	{ sql_operator_dead, "Dead letters", "none" },
	{ sql_operator_retell, "Told again, all facts", "nobody" },
	{ sql_operator_recovery_peers, "Recovery: what the others have told", "none is under way" },
	{ sql_operator_recovery_problems, "Told in a recovery, and could not be applied", "none" },
};

/* Which streams stand still, and whether the database was set back, is known in the memory of the process only. */
static void print_node(const struct session *s)
{
	const char *host = settings_get(s->settings, "http_host"), *port = settings_get(s->settings, "http_port");
	const char *said = readiness_ask(s->arena, host, port);
	printf("Node %s\n", settings_get(s->settings, "node"));
	if (!said)
		printf("  the node does not answer at http://%s:%s: is it running?\n", host, port);
	for (const char *line = said; line && *line; line += strspn(line, "\n")) {
		size_t len = strcspn(line, "\n");
		printf("  %.*s\n", (int)len, line);
		line += len;
	}
	printf("\n");
}

static int run(int argc, char **argv)
{
	struct session s;
	if (argc != 3 || strcmp(argv[1], "--conf") != 0)
		return EXIT_USAGE;
	enum err e = session_open(&s, argv[2]);
	if (s.settings) /* also where there is no database: the node knows more about that */
		print_node(&s);
	for (size_t i = 0; i < countof(views) && e == OK; i++) {
		struct db_rows rows;
		e = db_rows(s.db, s.arena, views[i].sql, &rows, NULL);
		if (e == OK)
			table_print(views[i].heading, views[i].none, &rows);
	}
	fflush(stdout);
	return session_close(&s, e);
}

const struct command command_status = {
	.name = "status",
	.usage = "--conf SETTINGS-FILE",
	.doc =
	    "Shows what a node says of itself (its /readyz: what stands still, and why), and of its database the streams\n"
	    "    with what waits in them, parked messages, dead letters, and how far a retelling is.",
	.run = run,
};
