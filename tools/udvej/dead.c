/* SPDX-License-Identifier: EUPL-1.2 */
/* `udvej dead`: dead letters, listed, shown, replayed or discarded, in the node's own database, running or not. A
 * letter is one of a sender, in one life of its database: numbers begin at 1 again in the next. Must never act on a
 * letter that was not meant, nor show a body unasked: it may speak of people. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "letter.h"
#include "membership/document.h"
#include "session.h"
#include "sql_udvej_operator.h"
#include "table.h"

#define EPOCH_MIN 8

struct wish {
	const char *conf, *from, *seq, *epoch;
	bool body;
};

static bool read_wish(int argc, char **argv, struct wish *ret)
{
	static const struct option options[] = {
		{ "conf", required_argument, NULL, 'c' }, { "from", required_argument, NULL, 'f' },
		{ "seq", required_argument, NULL, 's' },  { "epoch", required_argument, NULL, 'e' },
		{ "body", no_argument, NULL, 'b' },       { NULL, 0, NULL, 0 },
	};
	struct wish w = { .epoch = "" };
	for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		const char **text = option == 'c' ? &w.conf : option == 'f' ? &w.from : option == 's' ? &w.seq : &w.epoch;
		if (option == '?')
			return false;
		if (option == 'b')
			w.body = true;
		else
			*text = optarg;
	}
	*ret = w;
	return w.conf && optind == argc;
}

/* What of a wish breaks a rule, in words; NULL: nothing. */
static const char *broken_rule(struct arena *a, const struct wish *w)
{
	const char *name, *rule = document_read_name(a, w->from, &name, sizeof name);
	size_t digits = strspn(w->seq, "0123456789");
	if (rule)
		return arena_printf(a, "--from: %s, but is `%s`", rule, w->from);
	if (w->seq[digits] || !digits || digits > 18 || atoll(w->seq) < 1)
		return arena_printf(a, "--seq: must be a whole number from 1 on, but is `%s`", w->seq);
	size_t hexadecimal = strspn(w->epoch, "0123456789abcdef-");
	if (*w->epoch && (w->epoch[hexadecimal] || hexadecimal < EPOCH_MIN))
		return arena_printf(
		    a,
		    "--epoch: must be an epoch that `udvej dead list` shows, or at least its first %d characters, but is `%s`",
		    EPOCH_MIN, w->epoch);
	return NULL;
}

/* --- one letter --- */

/* Its whole epoch, only when exactly one letter is meant. */
static enum err find(struct session *s, const struct wish *w, const char **ret_epoch)
{
	struct db_rows rows;
	TRY(db_rows(s->db, s->arena, sql_operator_dead_find, &rows, NULL, ARG_TEXT("sender", w->from),
	            ARG_TEXT("seq", w->seq), ARG_TEXT("epoch", w->epoch)));
	if (rows.n == 1) {
		*ret_epoch = rows.cells[0];
		return OK;
	}
	const char *which = "";
	for (size_t i = 0; i < rows.n; i++)
		which = arena_printf(s->arena, "%s\n  --epoch %s", which, rows.cells[i]);
	s->why = rows.n ? arena_printf(s->arena,
	                               "%zu dead letters of %s have number %s, from several lives of its database; "
	                               "nothing was done. Say which is meant:%s",
	                               rows.n, w->from, w->seq, which)
	                : "there is no such dead letter, and nothing was done; `udvej dead list` shows all";
	return ERR_NOT_FOUND;
}

struct verb {
	const char *name;
	bool one; /* of one letter: --from and --seq */
	enum err (*run)(struct session *s, const struct wish *w, const char *epoch);
};

static enum err list(struct session *s, const struct wish *w, const char *epoch)
{
	struct db_rows rows;
	(void)w;
	(void)epoch;
	TRY(db_rows(s->db, s->arena, sql_operator_dead, &rows, NULL));
	table_print("Dead letters", "none", &rows);
	return OK;
}

static enum err show(struct session *s, const struct wish *w, const char *epoch)
{
	struct db_rows rows;
	TRY(db_rows(s->db, s->arena, sql_operator_dead_show, &rows, NULL, ARG_TEXT("sender", w->from),
	            ARG_TEXT("seq", w->seq), ARG_TEXT("epoch", epoch)));
	table_print_one("Dead letter", &rows);
	return w->body ? letter_print_body(s, w->from, w->seq, epoch) : OK;
}

static enum err change(struct session *s, const struct wish *w, const char *epoch, const struct sql *sql,
                       const char *heading, const char *then)
{
	struct db_rows rows;
	TRY(db_rows(s->db, s->arena, sql, &rows, NULL, ARG_TEXT("sender", w->from), ARG_TEXT("seq", w->seq),
	            ARG_TEXT("epoch", epoch)));
	if (!rows.n) {
		s->why = "the letter has just been taken by someone else; nothing was done";
		return ERR_NOT_FOUND;
	}
	table_print(heading, "", &rows);
	printf("%s, or at its next start.\n", then);
	return OK;
}

static enum err replay(struct session *s, const struct wish *w, const char *epoch)
{
	return change(s, w, epoch, sql_operator_dead_replay, "To be applied again",
	              "The daemon takes it up when it is sent SIGHUP");
}

static enum err discard(struct session *s, const struct wish *w, const char *epoch)
{
	return change(s, w, epoch, sql_operator_dead_discard, "Discarded for good",
	              "What waits behind it goes on when the daemon is sent SIGHUP");
}

/* --- the command --- */

static const struct verb verbs[] = {
	{ "list", false, list },
	{ "show", true, show },
	{ "replay", true, replay },
	{ "discard", true, discard },
};

static int run_verb(const struct verb *v, const struct wish *w)
{
	struct session s;
	const char *epoch = "";
	enum err e = session_open(&s, w->conf);
	if (e == OK && v->one)
		e = find(&s, w, &epoch);
	if (e == OK)
		e = v->run(&s, w, epoch);
	return session_close(&s, e);
}

static bool is_whole(const struct verb *v, const struct wish *w)
{
	if (w->body && v->run != show)
		return false;
	return v->one ? w->from && w->seq : !w->from && !w->seq && !*w->epoch;
}

static int run(int argc, char **argv)
{
	struct wish w;
	const struct verb *v = NULL;
	for (size_t i = 0; argc > 1 && i < countof(verbs); i++)
		if (strcmp(verbs[i].name, argv[1]) == 0)
			v = &verbs[i];
	if (!v || !read_wish(argc - 1, argv + 1, &w) || !is_whole(v, &w))
		return EXIT_USAGE;
	struct arena *a = arena_new((size_t)64 * 1024);
	const char *rule = v->one ? broken_rule(a, &w) : NULL;
	if (rule)
		fprintf(stderr, "udvej: %s\n", rule);
	int code = rule ? 1 : run_verb(v, &w);
	arena_free(a);
	return code;
}

const struct command command_dead = {
	.name = "dead",
	.usage = "list --conf SETTINGS-FILE | show|replay|discard --conf SETTINGS-FILE --from NODE --seq N [--epoch E]\n"
	         "           [--body, of show]",
	.doc = "Lists dead letters; shows one; puts one back to be applied again once its cause is mended; or gives one up "
	       "for\n"
	       "    good. --epoch: the life of the sender's database, where several letters have the same number; its "
	       "first 8\n"
	       "    characters or more. --body: what the letter says, which may be personal data.",
	.run = run,
};
