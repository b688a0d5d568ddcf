/* SPDX-License-Identifier: EUPL-1.2 */
/* Keeps the registry in step with its file. Owns the registry in force. Must never leave the
 * broker without one: a file that cannot be used, half written or older than what is in force
 * (a restored copy would let a revoked node in again) is refused, and the broker goes on. */
#include "broker/members.h"

#include "base/log.h"

#define MEMORY ((size_t)8 * 1024 * 1024)

static enum err read_file(const char *path, struct arena **ret_arena, const struct registry **ret, const char **why)
{
	struct arena *a = arena_new(MEMORY);
	if (!a) {
		*why = "no memory to read the registry";
		return ERR_MEMORY;
	}
	*ret_arena = a;
	return registry_load(a, path, ret, why);
}

enum err members_open(struct members *m, const char *path, const char **why)
{
	*m = (struct members){ .path = path };
	if (stat(path, &m->seen) != 0)
		m->seen = (struct stat){ 0 };
	return read_file(path, &m->arena, &m->registry, why); /* on failure the words live in m->arena */
}

void members_close(struct members *m)
{
	arena_free(m->arena);
	m->arena = NULL;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

bool members_refresh(struct members *m)
{
	struct stat now;
	if (stat(m->path, &now) != 0 || same_file(&now, &m->seen))
		return false; /* a file that is away for a moment is being replaced */
	m->seen = now;
	struct arena *arena = NULL;
	const struct registry *newer = NULL;
	const char *why = "";
	enum err e = read_file(m->path, &arena, &newer, &why);
	m->refused = e != OK || newer->serial < m->registry->serial;
	if (e != OK)
		log_error("the changed registry is not used: %s", why);
	else if (m->refused)
		log_error("the changed registry is not used: serial %ld is lower than %ld", newer->serial, m->registry->serial);
	if (m->refused) {
		arena_free(arena);
		return false;
	}
	arena_free(m->arena);
	m->arena = arena;
	m->registry = newer;
	log_info("registry with serial %ld in force: %zu nodes", newer->serial, newer->n_nodes);
	return true;
}
