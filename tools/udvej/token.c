/* SPDX-License-Identifier: EUPL-1.2 */
/* `udvej token`: makes a bearer token of an intake node and prints it, once. Only its hash is stored.
 * Writes to the node's own database, whose address it takes from the node's settings file. */
#include <getopt.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "session.h"
#include "sql_udvej_accounts.h"

#define TOKEN_BYTES 32
#define TOKEN_TEXT sodium_base64_ENCODED_LEN(TOKEN_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING)

struct wish {
	const char *conf, *role, *name, *worker;
};

static bool read_wish(int argc, char **argv, struct wish *ret)
{
	static const struct option options[] = {
		{ "conf", required_argument, NULL, 'c' },
		{ "role", required_argument, NULL, 'r' },
		{ "name", required_argument, NULL, 'n' },
		{ "worker", required_argument, NULL, 'w' },
		{ NULL, 0, NULL, 0 },
	};
	struct wish w = { .worker = "" };
	for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;)
		switch (option) {
		case 'c':
			w.conf = optarg;
			break;
		case 'r':
			w.role = optarg;
			break;
		case 'n':
			w.name = optarg;
			break;
		case 'w':
			w.worker = optarg;
			break;
		default:
			return false;
		}
	*ret = w;
	return w.conf && w.role && w.name && optind == argc;
}

static enum err store(struct session *s, const struct wish *w, const char *token)
{
	unsigned char hash[32];
	struct db_rows added;
	bool intake = false;
	TRY(session_is_intake(s, &intake));
	if (!intake) {
		s->why =
		    arena_printf(s->arena, "tokens are made on intake nodes, and %s is none: give the settings file of one",
		                 settings_get(s->settings, "node"));
		return ERR_CONFIG;
	}
	crypto_generichash(hash, sizeof hash, (const unsigned char *)token, strlen(token), NULL, 0);
	TRY(db_prepare(s->arena, s->db, &sql_set_udvej_accounts, &s->why));
	return db_rows(s->db, s->arena, sql_token_add, &added, NULL, ARG_BYTES("hash", hash, sizeof hash),
	               ARG_TEXT("role", w->role), ARG_TEXT("name", w->name), ARG_TEXT("worker", w->worker));
}

static int run(int argc, char **argv)
{
	struct wish w;
	unsigned char bytes[TOKEN_BYTES];
	char token[TOKEN_TEXT];
	if (!read_wish(argc, argv, &w))
		return EXIT_USAGE;
	if (!role_of(w.role)) {
		fprintf(stderr, "udvej token: there is no role `%s`\n", w.role);
		return 1;
	}
	randombytes_buf(bytes, sizeof bytes);
	sodium_bin2base64(token, sizeof token, bytes, sizeof bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	struct session s;
	enum err e = session_open(&s, w.conf);
	if (e == OK)
		e = store(&s, &w, token);
	if (e == OK)
		printf("%s\n", token);
	return session_close(&s, e);
}

const struct command command_token = {
	.name = "token",
	.usage = "--conf SETTINGS-FILE --role ROLE --name NAME [--worker ID]",
	.doc = "Makes a bearer token for a system or a person at an intake node, and prints it: it is shown this once.",
	.run = run,
};
