/* SPDX-License-Identifier: EUPL-1.2 */
/* Two files cannot be renamed at once. So the new registry lies beside the old one, on disk, before its signatures
 * replace the old ones: who starts in between finds it there. Owns no memory. */
#include "membership/pair.h"

#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PATH_ROOM 4096

struct pair pair_at(struct arena *a, const char *registry)
{
	return (struct pair){
		.registry = arena_strdup(a, registry),
		.signatures = arena_printf(a, "%s.sig", registry),
		.fresh = arena_printf(a, "%s.new", registry),
	};
}

static bool write_to(const char *path, ProtobufCBinaryData bytes)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return false;
	bool good = write(fd, bytes.data, bytes.len) == (ssize_t)bytes.len && fsync(fd) == 0;
	return close(fd) == 0 && good;
}

/* A rename is on disk when its directory is. */
static bool move(const char *from, const char *to)
{
	char path[PATH_ROOM];
	if (rename(from, to) != 0 || snprintf(path, sizeof path, "%s", to) >= (int)sizeof path)
		return false;
	int fd = open(dirname(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool good = fsync(fd) == 0;
	return close(fd) == 0 && good;
}

bool pair_replace(const struct pair *p, ProtobufCBinaryData registry, ProtobufCBinaryData signatures)
{
	char fresh[PATH_ROOM];
	return snprintf(fresh, sizeof fresh, "%s.new", p->signatures) < (int)sizeof fresh && write_to(p->fresh, registry) &&
	       write_to(fresh, signatures) && move(fresh, p->signatures) && pair_finish(p);
}

bool pair_finish(const struct pair *p)
{
	return move(p->fresh, p->registry);
}
