/* SPDX-License-Identifier: EUPL-1.2 */
/* `udvej keys`: makes the secret keys of a node or broker. Owns the new file until it is whole.
 * Must never overwrite keys (what was sealed to them would be lost), never leave them readable
 * by others, and never print anything but the public part. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#include "membership/document.h"
#include "membership/registry.h"
#include "session.h"

#define BASE64_MAX 128

struct made {
	struct secret_keys secret;
	unsigned char sign[32], box[32]; /* public */
};

static bool make(struct made *m)
{
	randombytes_buf(m->secret.pseudonym, sizeof m->secret.pseudonym);
	return zmq_curve_keypair(m->secret.curve_public, m->secret.curve_secret) == 0 &&
	       crypto_sign_keypair(m->sign, m->secret.sign_secret) == 0 &&
	       crypto_box_keypair(m->box, m->secret.box_secret) == 0;
}

static json_t *base64(const unsigned char *bytes, size_t len)
{
	char text[BASE64_MAX];
	json_t *value = json_string(sodium_bin2base64(text, sizeof text, bytes, len, sodium_base64_VARIANT_ORIGINAL));
	sodium_memzero(text, sizeof text);
	return value;
}

static json_t *secret_part(const struct made *m, const char *name)
{
	const struct secret_keys *s = &m->secret;
	return json_pack("{ss ss ss so so so}", "name", name, "curve_secret", s->curve_secret, "curve_public",
	                 s->curve_public, "sign_secret", base64(s->sign_secret, sizeof s->sign_secret), "box_secret",
	                 base64(s->box_secret, sizeof s->box_secret), "pseudonym",
	                 base64(s->pseudonym, sizeof s->pseudonym));
}

static json_t *public_part(const struct made *m, const char *name)
{
	return json_pack("{ss ss so so}", "name", name, "curve", m->secret.curve_public, "sign",
	                 base64(m->sign, sizeof m->sign), "box", base64(m->box, sizeof m->box));
}

/* A file that is there is left alone; one that could not be written whole is taken away again. */
static bool write_file(const char *path, const json_t *content)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
	if (fd < 0)
		return false;
	bool good = json_dumpfd(content, fd, JSON_INDENT(1)) == 0 && write(fd, "\n", 1) == 1 && fsync(fd) == 0;
	int e = errno;
	if (close(fd) != 0 || !good) {
		unlink(path);
		errno = e;
		return false;
	}
	return true;
}

/* Pseudonyms are derived from a key of the node: with another one every citizen would be a stranger to the others. */
static bool keep_pseudonym(struct arena *a, const char *before, const char *name, struct made *m)
{
	struct secret_keys old = { 0 };
	const char *why = "";
	enum err e = keys_load(a, before, name, &old, &why);
	if (e == OK)
		memcpy(m->secret.pseudonym, old.pseudonym, sizeof old.pseudonym);
	else
		fprintf(stderr, "udvej: --before: %s\n", why);
	sodium_memzero(&old, sizeof old);
	return e == OK;
}

static int make_keys(struct arena *a, const char *out, const char *name, const char *before)
{
	struct made m;
	json_t *secret = NULL, *public = NULL;
	int code = 1;
	bool made = make(&m);
	if (made && before && !keep_pseudonym(a, before, name, &m)) {
		sodium_memzero(&m, sizeof m);
		return 1;
	}
	if (made) {
		secret = secret_part(&m, name);
		public = public_part(&m, name);
	}
	if (!secret || !public) {
		fprintf(stderr, "udvej: no keys could be made\n");
	} else if (!write_file(out, secret)) {
		fprintf(stderr, "udvej: %s: %s\n", out, strerror(errno));
	} else {
		json_dumpf(public, stdout, JSON_COMPACT);
		puts("");
		code = fflush(stdout) == 0 ? 0 : 1;
	}
	json_decref(secret);
	json_decref(public);
	sodium_memzero(&m, sizeof m);
	return code;
}

static int run(int argc, char **argv)
{
	const char *out = session_option(argc, argv, 1, "--out"), *name = session_option(argc, argv, 1, "--name");
	const char *before = session_option(argc, argv, 1, "--before");
	if (!out || !name || argc != (before ? 7 : 5))
		return EXIT_USAGE;
	struct arena *a = arena_new((size_t)64 * 1024);
	const char *copy, *rule = document_read_name(a, name, &copy, sizeof copy);
	if (rule)
		fprintf(stderr, "udvej: --name: %s\n", rule);
	int code = rule ? 1 : make_keys(a, out, name, before);
	arena_free(a);
	return code;
}

const struct command command_keys = {
	.name = "keys",
	.usage = "--out FILE --name NAME [--before FILE]",
	.doc = "Makes the secret keys of a node or broker (mode 0600, never overwritten); prints the public part as JSON.\n"
	       "    --before: to take the place of these keys of the same name, with the pseudonyms they give.",
	.run = run,
};
