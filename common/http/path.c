/* SPDX-License-Identifier: EUPL-1.2 */
/* Paths against templates, segment by segment. A parameter is one whole, non-empty segment; there
 * is no wildcard and no optional part, so that an address has one route at most. */
#include <assert.h>
#include <string.h>

#include "http/http.h"

static size_t segment_len(const char *s)
{
	return strcspn(s, "/");
}

bool http_path_match(struct arena *a, const char *pattern, const char *path, const char *params[HTTP_MAX_PARAMS])
{
	struct {
		const char *start;
		size_t len;
	} found[HTTP_MAX_PARAMS];
	size_t n = 0;
	for (;;) {
		size_t want = segment_len(pattern), have = segment_len(path);
		if (*pattern == '{') {
			assert(n < HTTP_MAX_PARAMS);
			if (have == 0)
				return false;
			found[n].start = path;
			found[n++].len = have;
		} else if (want != have || memcmp(pattern, path, want) != 0) {
			return false;
		}
		pattern += want;
		path += have;
		if (!*pattern || !*path)
			break;
		pattern++;
		path++;
	}
	if (*pattern || *path)
		return false;
	for (size_t i = 0; i < n; i++)
		params[i] = arena_strndup(a, found[i].start, found[i].len);
	return true;
}
