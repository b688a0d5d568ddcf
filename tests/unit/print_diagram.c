/* SPDX-License-Identifier: EUPL-1.2 */
/* Prints the diagram of a state table, for the READMEs: `print_diagram course`. Not a test itself;
 * tests/rules/test_diagrams.py holds what it prints against what the READMEs show. Owns nothing. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "caseload/core/course.h"
#include "vocab/referral.h"

static const struct {
	const char *name;
	void (*print)(struct buffer *out);
} diagrams[] = {
	{ "course", course_diagram },
	{ "referral", referral_diagram },
};

int main(int argc, char **argv)
{
	struct arena *a = arena_new((size_t)1024 * 1024);
	int status = 2;
	for (size_t i = 0; a && argc == 2 && i < countof(diagrams); i++) {
		if (strcmp(diagrams[i].name, argv[1]) != 0)
			continue;
		struct buffer out = buffer_in(a);
		diagrams[i].print(&out);
		status = fputs(out.data, stdout) < 0 ? 1 : 0;
	}
	if (status == 2)
		fputs("usage: print_diagram course|referral\n", stderr);
	arena_free(a);
	return status;
}
