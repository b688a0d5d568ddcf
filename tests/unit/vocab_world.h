/* SPDX-License-Identifier: EUPL-1.2 */
/* The definitions that are shipped, dates, and a definition with something changed. */
#ifndef UDVEJ_TESTS_VOCAB_WORLD_H
#define UDVEJ_TESTS_VOCAB_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arena_world.h"
#include "vocab/programme.h"

static inline const struct instruments *shipped_instruments(void)
{
	const struct instruments *all = NULL;
	const char *why = "";
	if (instruments_load(arena, UDVEJ_SOURCE_DIR "/common/vocab/instruments", &all, &why) != OK)
		fail_msg("%s", why);
	return all;
}

/* Without instruments nothing is held against them. */
static inline const struct programmes *shipped_programmes(const struct instruments *instruments)
{
	const struct programmes *all = NULL;
	const char *why = "";
	if (programmes_load(arena, UDVEJ_SOURCE_DIR "/common/vocab/programmes", instruments, &all, &why) != OK)
		fail_msg("%s", why);
	return all;
}

static inline struct date on(const char *s)
{
	struct date d;
	if (!date_parse(s, &d))
		fail_msg("%s is no date", s);
	return d;
}

struct changed {
	char dir[24];
	const char *path;
};

/* A directory of its own that holds x.json: the text with the first occurrence of `from` replaced. */
static inline struct changed change(const char *text, const char *from, const char *to)
{
	struct changed c = { .dir = "/tmp/udvej-test-XXXXXX" };
	const char *at = strstr(text, from);
	assert_non_null(mkdtemp(c.dir));
	assert_non_null(at);
	c.path = arena_printf(arena, "%s/x.json", c.dir);
	FILE *f = fopen(c.path, "w");
	assert_non_null(f);
	fprintf(f, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
	fclose(f);
	return c;
}

static inline void remove_changed(const struct changed *c)
{
	unlink(c->path);
	rmdir(c->dir);
}

#endif
