/* SPDX-License-Identifier: EUPL-1.2 */
/* `udvej recover`: an operator's word that a node is recovered from what the others know, with a partner's signature
 * for the life that begins then. Writes it into the node's database, where the node finds it, and tells how far it is.
 */
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bus/life.h"
#include "session.h"
#include "sql_udvej_operator.h"

#define POLL_SECONDS 1

static void begin_life(struct arena *a, struct life *l)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	l->since = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	memcpy(l->epoch, uuid_new(a), sizeof l->epoch);
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
	begin_life(s->arena, l);
	TRY(secret_keys_load(s->arena, key_file, &keys, &s->why));
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
		       "A node that was found to be set back takes it up by itself; another at SIGHUP, or at its start.\n",
		       l->partner, settings_get(s->settings, "node"), l->epoch);
	else
		printf("A recovery is under way already: it goes on.\n");
	return OK;
}

/* Until the node has done it; each change is a line. */
static enum err watch(struct session *s)
{
	char before[512] = "", now[512];
	for (;;) {
		struct db_rows rows;
		TRY(db_rows(s->db, s->arena, sql_operator_recovery, &rows, NULL));
		const char **cell = rows.cells;
		if (strcmp(cell[0], "f") == 0) {
			printf("Recovered. %s\n", strcmp(cell[3], "0") == 0
			                              ? "Everything that was told is applied."
			                              : "Some of it could not be applied: see `udvej status`.");
			return OK;
		}
		snprintf(now, sizeof now, "%s; %s items to apply", cell[1], cell[2]);
		if (strcmp(before, now) != 0)
			printf("%s\n", now);
		memcpy(before, now, sizeof before);
		fflush(stdout);
		sleep(POLL_SECONDS);
	}
}

static int run(int argc, char **argv)
{
	const char *conf = option(argc, argv, 1, "--conf"), *partner = option(argc, argv, 1, "--partner");
	const char *keys = option(argc, argv, 1, "--keys");
	struct life l = { 0 };
	struct session s;
	if (!conf || !partner || !keys || argc != 7)
		return EXIT_USAGE;
	enum err e = session_open(&s, conf);
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
	.doc = "Recovers a node whose database was set back, or is new, from what the other nodes know; waits until it is "
	       "done.",
	.run = run,
};
