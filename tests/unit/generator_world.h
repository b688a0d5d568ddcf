/* SPDX-License-Identifier: EUPL-1.2 */
/* A generator as the build calls it, in a directory of the test. */
#ifndef UDVEJ_TESTS_GENERATOR_WORLD_H
#define UDVEJ_TESTS_GENERATOR_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/err.h"

static char directory[] = "/tmp/udvej-generator-XXXXXX";
static char said[8192];

/* Runs a shell line with $D as the directory of the test; its output is then in `said`. The exit code. */
static inline int run(const char *line)
{
	char command[512];
	snprintf(command, sizeof command, "D=%s; %s", directory, line);
	FILE *f = popen(command, "r");
	assert_non_null(f);
	said[fread(said, 1, sizeof said - 1, f)] = '\0';
	int status = pclose(f);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Writes a file into a folder of that directory. */
static inline void write_file(const char *folder, const char *name, const char *text)
{
	char path[128];
	snprintf(path, sizeof path, "%s/%s/%s", directory, folder, name);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static inline void check_says(const char *part)
{
	if (!strstr(said, part))
		fail_msg("%s\nis not in: %s", part, said);
}

static inline int set_up_directory(void **state)
{
	(void)state;
	return mkdtemp(directory) ? 0 : -1;
}

static inline int tear_down_directory(void **state)
{
	(void)state;
	return run("rm -rf $D");
}

#endif
