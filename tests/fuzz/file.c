/* SPDX-License-Identifier: EUPL-1.2 */
/* The files that an operator or a partner writes: registry, secret keys, settings, instruments, programmes, list of
 * municipalities. Each input is a file in memory, which the reader opens by a path; nothing is written to a disk.
 * Owns one such file and, for readers of a directory, a directory with a link to it. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/daemon.h"
#include "fuzz.h"
#include "membership/registry.h"
#include "vocab/instrument.h"
#include "vocab/municipality.h"
#include "vocab/programme.h"

static struct {
	int fd;
	char path[64], directory[64], link[96];
} file;

static void remove_link(void)
{
	unlink(file.link);
	rmdir(file.directory);
}

static void open_file(void)
{
	if (*file.path)
		return;
	file.fd = memfd_create("fuzz", MFD_CLOEXEC);
	FUZZ_MUST(file.fd >= 0 && fchmod(file.fd, 0600) == 0);
	snprintf(file.path, sizeof file.path, "/proc/self/fd/%d", file.fd);
}

static const char *file_with(const uint8_t *data, size_t len)
{
	open_file();
	FUZZ_MUST(ftruncate(file.fd, 0) == 0 && pwrite(file.fd, data, len, 0) == (ssize_t)len);
	return file.path;
}

/* A directory in which fuzz.json is the input. */
static const char *directory_with(const uint8_t *data, size_t len)
{
	(void)file_with(data, len);
	if (*file.directory)
		return file.directory;
	strcpy(file.directory, "/tmp/udvej-fuzz-XXXXXX");
	FUZZ_MUST(mkdtemp(file.directory));
	snprintf(file.link, sizeof file.link, "%s/fuzz.json", file.directory);
	FUZZ_MUST(symlink(file.path, file.link) == 0 && atexit(remove_link) == 0);
	return file.directory;
}

/* Whoever is refused is told why. */
static bool is_read(enum err e, const char *why)
{
	FUZZ_MUST(e == OK || (why && *why));
	return e == OK;
}

static void take_registry(struct arena *a, const uint8_t *data, size_t len)
{
	const struct registry *r = NULL;
	const char *why = NULL;
	if (!is_read(registry_load(a, file_with(data, len), &r, &why), why))
		return;
	FUZZ_MUST(r->serial >= 1 && r->n_brokers >= 1);
	for (size_t i = 0; i < r->n_nodes; i++) {
		FUZZ_MUST(registry_by_name(r, r->nodes[i].name) == &r->nodes[i]);
		FUZZ_MUST(registry_by_curve(r, r->nodes[i].curve) == &r->nodes[i]);
	}
}

static void take_secret_keys(struct arena *a, const uint8_t *data, size_t len)
{
	struct secret_keys keys;
	const char *why = NULL;
	if (is_read(keys_load(a, file_with(data, len), NULL, &keys, &why), why))
		FUZZ_MUST(strlen(keys.curve_secret) == KEY_Z85_LEN && strlen(keys.curve_public) == KEY_Z85_LEN);
}

static void take_settings(struct arena *a, const uint8_t *data, size_t len)
{
	struct settings *s = NULL;
	const char *why = NULL;
	if (is_read(daemon_settings(a, file_with(data, len), &s, &why), why))
		FUZZ_MUST(settings_get(s, "node") && settings_get(s, "http_port") && !settings_get(s, "nothing"));
}

static void try_answers(struct arena *a, const struct instrument *i)
{
	struct answer given[3] = { { i->items[0].key, i->min }, { i->items[i->n_items - 1].key, i->max }, { "", 0 } };
	struct refusal why = { .err = OK };
	if (instrument_check(a, i, (struct answers){ given, 3 }, i->raters[0], &why) == OK)
		FUZZ_MUST(i->n_items >= 3);
	(void)instrument_band(i, i->max);
	(void)instrument_is_complete(i, 2);
}

static void take_instrument(struct arena *a, const uint8_t *data, size_t len)
{
	const struct instruments *is = NULL;
	const char *why = NULL;
	if (!is_read(instruments_load(a, directory_with(data, len), &is, &why), why))
		return;
	FUZZ_MUST(instrument_by_key(is, "fuzz") == &is->all[0] && is->all[0].n_items >= 1);
	try_answers(a, &is->all[0]);
}

static void take_programme(struct arena *a, const uint8_t *data, size_t len)
{
	const struct programmes *ps = NULL;
	const char *why = NULL;
	struct refusal refusal;
	if (!is_read(programmes_load(a, directory_with(data, len), NULL, &ps, &why), why))
		return;
	const struct programme *p = programme_by_key(ps, "fuzz");
	FUZZ_MUST(p == &ps->all[0] && p->n_grants >= 1);
	for (int year = 1900; year < 2200; year += 50)
		if (programme_check_recruitment(a, p, date_make(year, 7, 1), "on", &refusal) == OK)
			FUZZ_MUST(programme_grant_on(p, date_make(year, 7, 1)));
}

static void take_municipality(struct arena *a, const uint8_t *data, size_t len)
{
	const struct municipalities *m = NULL;
	const char *why = NULL;
	if (!is_read(municipalities_load(a, file_with(data, len), &m, &why), why))
		return;
	for (size_t i = 0; i < m->n; i++)
		FUZZ_MUST(municipality_by_code(m, m->all[i].code) == &m->all[i] && *m->all[i].name);
}

const struct fuzz_decoder fuzz_decoders[] = {
	{ "registry", take_registry },
	{ "secret_keys", take_secret_keys },
	{ "settings", take_settings },
	{ "instrument", take_instrument },
	{ "programme", take_programme },
	{ "municipality", take_municipality },
	{ NULL, NULL },
};
