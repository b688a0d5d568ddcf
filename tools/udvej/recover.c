/* SPDX-License-Identifier: EUPL-1.2 */
/* `udvej recover`: an operator's word that a node is recovered from what the others know, with a partner's signature
 * for the life that begins then. Writes it into the node's database, where the node finds it, and tells how far it is.
 */
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "membership/life.h"
#include "session.h"
#include "sql_udvej_operator.h"

#define POLL_SECONDS 1
#define LOOK_MEMORY ((size_t)256 * 1024)
#define AWAY_SECONDS 30  /* without the node; a supervisor has started it by then, if there is one */
#define STILL_SECONDS 30 /* without news from the others */

/* Later than the life that the database has, wherever that was signed and whatever the clock said there. */
static enum err begin_life(struct session *s, struct life *l)
{
	struct timespec now;
	struct db_rows rows;
	TRY(db_rows(s->db, s->arena, sql_operator_life, &rows, NULL));
	clock_gettime(CLOCK_REALTIME, &now);
	int64_t last = rows.n ? atoll(rows.cells[0]) : 0;
	l->since = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	if (l->since <= last)
		l->since = last + 1;
	memcpy(l->epoch, uuid_new(s->arena), sizeof l->epoch);
	return OK;
}

/* Signs, and looks whether the partners' file of the node would take it: better here than at every other node. */
static enum err sign(struct session *s, const char *organisation, const char *key_file, struct life *l)
{
	struct secret_keys keys = { 0 };
	struct agreement *agreement = NULL;
	const char *node = settings_get(s->settings, "node");
	if (strlen(organisation) > LIFE_PARTNER_MAX) {
		s->why = "the name of the organisation is too long";
		return ERR_VALUE;
	}
	memcpy(l->partner, organisation, strlen(organisation) + 1);
	TRY(begin_life(s, l));
	TRY(keys_load(s->arena, key_file, NULL, &keys, &s->why));
	life_sign(l, node, keys.sign_secret);
	sodium_memzero(&keys, sizeof keys);
	enum err e = agreement_open(settings_get(s->settings, "registry"), settings_get(s->settings, "partners"),
	                            &agreement, &s->why);
	if (e == OK && !life_holds(l, node, agreement)) {
		s->why = arena_printf(s->arena, "%s is not the key of partner %s: the other nodes would not believe it",
		                      key_file, organisation);
		e = ERR_FORBIDDEN;
	} else if (e != OK)
		s->why = arena_strdup(s->arena, s->why);
	agreement_close(agreement);
	return e;
}

static enum err store(struct session *s, const struct life *l)
{
	struct db_rows rows;
	s->why = "";
	TRY(db_rows(s->db, s->arena, sql_operator_recover, &rows, NULL, ARG_TEXT("epoch", l->epoch),
	            ARG_INT("since", l->since), ARG_TEXT("partner", l->partner),
	            ARG_BYTES("signature", l->signature, sizeof l->signature)));
	if (rows.n)
		printf("%s signs for a new life of %s: %s\n"
		       "The running node takes it up by itself. It only reads until it is done.\n",
		       l->partner, settings_get(s->settings, "node"), l->epoch);
	else
		printf("A recovery is under way already: it goes on.\n");
	return OK;
}

/* What an operator sees while the node works. */
struct watch {
	char before[512];
	int64_t changed, away; /* seconds since something changed; since the node does not run */
	bool said;             /* that nothing changes */
};

/* The node may be away for a moment: a crash, or a supervisor that starts it again. */
static enum err look_at_node(struct session *s, struct watch *w)
{
	bool runs = false;
	TRY(session_node_runs(s, &runs));
	const char *node = settings_get(s->settings, "node");
	if (!runs && !w->away)
		printf("%s does not run: waiting for it\n", node);
	w->away = runs ? 0 : w->away + POLL_SECONDS;
	if (w->away < AWAY_SECONDS)
		return OK;
	s->why = arena_printf(s->arena,
	                      "%s has not run for %d seconds. The recovery is noted in its database, and goes on when the "
	                      "node is started; give this command again to see how far it is",
	                      node, AWAY_SECONDS);
	return ERR_BUSY;
}

/* Each change is a line; and when nothing changes, what that may be. */
static void tell(struct watch *w, const char *now)
{
	bool same = strcmp(w->before, now) == 0;
	w->changed = same ? w->changed + POLL_SECONDS : 0;
	if (!same)
		printf("%s\n", now);
	if (w->changed >= STILL_SECONDS && !w->said && !w->away)
		printf(
		    "Nothing has changed for %d seconds. Whoever it waits for has to run and to be reached by a broker; one\n"
		    "that is gone for good has to be taken out of the registry. This goes on waiting; it can be interrupted.\n",
		    STILL_SECONDS);
	w->said = w->changed >= STILL_SECONDS;
	snprintf(w->before, sizeof w->before, "%s", now);
	fflush(stdout);
}

/* One look. What it needs is in the session's arena. */
static enum err look(struct session *s, struct watch *w, bool *ret_done)
{
	struct db_rows rows;
	char now[sizeof w->before];
	TRY(db_rows(s->db, s->arena, sql_operator_recovery, &rows, NULL));
	const char **cell = rows.cells;
	*ret_done = strcmp(cell[0], "f") == 0;
	if (*ret_done) {
		printf("Recovered. %s\n", strcmp(cell[3], "0") == 0 ? "Everything that was told is applied."
		                                                    : "Some of it could not be applied: see `udvej status`.");
		return OK;
	}
	snprintf(now, sizeof now, "%s; %s items to apply", cell[1], cell[2]);
	tell(w, now);
	return look_at_node(s, w);
}

/* Until the node has done it, however long that takes: each look has memory of its own. */
static enum err watch(struct session *s)
{
	struct session turn = *s;
	struct watch w = { .before = "" };
	bool done = false;
	enum err e = OK;
	turn.arena = arena_new(LOOK_MEMORY);
	while (e == OK && !done) {
		arena_reset(turn.arena);
		e = look(&turn, &w, &done);
		if (e == OK && !done)
			sleep(POLL_SECONDS);
	}
	s->why = arena_strdup(s->arena, turn.why);
	arena_free(turn.arena);
	return e;
}

/* A recovery is the running node's work, so there is no use in noting it for one that does not run. */
static enum err must_run(struct session *s)
{
	bool runs = false;
	TRY(session_node_runs(s, &runs));
	if (runs)
		return OK;
	s->why =
	    arena_printf(s->arena,
	                 "%s does not run, and the running node is what recovers: start it, then give this command again. "
	                 "Nothing was changed",
	                 settings_get(s->settings, "node"));
	return ERR_CONFLICT;
}

static int run(int argc, char **argv)
{
	const char *conf = session_option(argc, argv, 1, "--conf"), *partner = session_option(argc, argv, 1, "--partner");
	const char *keys = session_option(argc, argv, 1, "--keys");
	struct life l = { 0 };
	struct session s;
	if (!conf || !partner || !keys || argc != 7)
		return EXIT_USAGE;
	enum err e = session_open(&s, conf);
	if (e == OK)
		e = must_run(&s);
	if (e == OK)
		e = sign(&s, partner, keys, &l);
	if (e == OK)
		e = store(&s, &l);
	if (e == OK)
		e = watch(&s);
	return session_close(&s, e);
}

const struct command command_recover = {
	.name = "recover",
	.usage = "--conf SETTINGS-FILE --partner ORGANISATION --keys PARTNER-SECRET-KEYS-FILE",
	.doc = "Recovers a node whose database was set back, or is new, from what the other nodes know; waits until it is\n"
	       "    done. The node has to run, and does the work.",
	.run = run,
};
