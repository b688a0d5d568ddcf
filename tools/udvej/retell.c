/* SPDX-License-Identifier: EUPL-1.2 */
/* `udvej retell`: an operator's word that a node is told all facts again, in the database of the one that tells. The
 * daemon does it, page by page, and `udvej status` shows how far it is. Must never note a receiver that is not in the
 * registry. */
#include <stdio.h>
#include <string.h>

#include "membership/agreement.h"
#include "session.h"
#include "sql_udvej_operator.h"

static enum err check_receiver(struct session *s, const char *to)
{
	struct agreement *agreement = NULL;
	const char *node = settings_get(s->settings, "node");
	enum err e = agreement_open(settings_get(s->settings, "registry"), settings_get(s->settings, "partners"),
	                            &agreement, &s->why);
	if (e != OK)
		s->why = arena_strdup(s->arena, s->why);
	else if (!registry_by_name(agreement_registry(agreement), to) || strcmp(to, node) == 0) {
		s->why = arena_printf(s->arena, "--to: must be another node of the registry, but is `%s`", to);
		e = ERR_NOT_FOUND;
	}
	agreement_close(agreement);
	return e;
}

static enum err begin(struct session *s, const char *to)
{
	struct db_rows rows;
	s->why = "";
	TRY(db_rows(s->db, s->arena, sql_operator_retell_begin, &rows, NULL, ARG_TEXT("receiver", to)));
	if (!rows.n) {
		printf("%s is being told all facts again already: that goes on, see `udvej status`.\n", to);
		return OK;
	}
	printf("%s is told all facts %s.\n"
	       "The daemon begins when it is sent SIGHUP, or at its next start; `udvej status` shows how far it is.\n",
	       to, strcmp(rows.cells[0], "t") == 0 ? "again, from where that had stopped" : "again");
	return OK;
}

static int run(int argc, char **argv)
{
	const char *conf = session_option(argc, argv, 1, "--conf"), *to = session_option(argc, argv, 1, "--to");
	struct session s;
	if (!conf || !to || argc != 5)
		return EXIT_USAGE;
	enum err e = session_open(&s, conf);
	if (e == OK)
		e = check_receiver(&s, to);
	if (e == OK)
		e = begin(&s, to);
	return session_close(&s, e);
}

const struct command command_retell = {
	.name = "retell",
	.usage = "--conf SETTINGS-FILE --to NODE",
	.doc =
	    "Tells a node that lost them all facts again, while everything else goes on: given at every node that tells\n"
	    "    it facts. What the receiver has already does not change.",
	.run = run,
};
