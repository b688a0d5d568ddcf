/* SPDX-License-Identifier: EUPL-1.2 */
/* Stands in for what surrounds a handler. Its functions have the names of the daemon layer's own and take their place
 * at linking: the process (daemon_main gives away its service), the domain clock (which stands still), the streams (a
 * message that goes out must be one that a receiver can read), and the writer (a job is run at once, with the guard of
 * the real one). */
#include "world.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "partners.h"
#include "serving/audit.h"

int service_main(int argc, char **argv); /* the service's own main */

static const struct service *service;
static struct daemon daemon_;
static uint8_t variant;

int daemon_main(int argc, char **argv, const struct service *given)
{
	(void)argc;
	(void)argv;
	service = given;
	return 0;
}

/* --- clock --- */

struct date clock_today(struct engine *e)
{
	(void)e;
	return date_make(2026, 6, 1);
}

/* --- streams --- */

enum err outbox_add(struct outbox *o, struct tx *tx, const char *to, const char *entity,
                    const ProtobufCMessage *message)
{
	ProtobufCMessage *read = NULL;
	(void)o;
	FUZZ_MUST(registry_by_name(tx->registry, to) && entity);
	ProtobufCBinaryData packed = shape_pack(tx->arena, message);
	if (packed.len <= SHAPE_MAX_BYTES)
		FUZZ_MUST(shape_unpack(tx->arena, message->descriptor, packed.data, packed.len, &read) == OK);
	return OK;
}

bool link_is_up(const struct link *l)
{
	(void)l;
	return false;
}

/* --- writer --- */

bool writer_is_stale(const struct writer *w)
{
	(void)w;
	return false;
}

bool writer_reopen_reading(struct writer *w)
{
	(void)w;
	return false;
}

/* Bit 6 of the variant: the key of the call was used before, with this body. */
enum err idempotency_load(struct db *db, struct arena *a, struct call *const *calls, size_t n)
{
	(void)db;
	(void)a;
	for (size_t i = 0; i < n && (variant & 0x40); i++) {
		calls[i]->known = true;
		memcpy(calls[i]->known_body, calls[i]->body_hash, sizeof calls[i]->known_body);
		calls[i]->known_subject = WORLD_ID;
	}
	return OK;
}

static struct writer writer;

static enum err run(struct job *job)
{
	jmp_buf guard;
	struct engine *e = &daemon_.engine;
	struct arena *const a = job->arena ? job->arena : e->scratch; /* as the writer has one of its own */
	struct tx tx = tx_make(e, e->writing, a);
	volatile enum err err = ERR_MEMORY;
	tx_errands_begin(&writer.errands, a);
	tx.errands = &writer.errands;
	if (!setjmp(guard)) {
		arena_on_full(a, &guard);
		const struct participant p = api_participant(e);
		FUZZ_MUST(p.begun(p.owner, a, job) == OK);
		err = job->kind->run(job, &tx);
	} else
		job->verdict = (struct refusal){ .err = ERR_MEMORY, .field = "", .rule = "" };
	arena_on_full(a, NULL);
	return err;
}

/* What fails alone is judged, and refused. */
void writer_put(struct writer *w, struct job *job)
{
	struct engine *e = &daemon_.engine;
	(void)w;
	writer = (struct writer){ .engine = e, .running = job };
	enum err err = run(job);
	job->judged = err != OK;
	if (err != OK && job->verdict.err == OK)
		job->verdict = (struct refusal){ .err = err, .field = "", .rule = err_text(err) };
	(job->refused || job->judged ? job->kind->refused : job->kind->committed)(job);
	job->kind->free(job);
}

/* --- the daemon --- */

static struct settings *settings_with(struct arena *a, const char *text)
{
	struct settings *s = NULL;
	const char *why = "";
	int fd = memfd_create("settings", MFD_CLOEXEC);
	FUZZ_MUST(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	enum err e = daemon_settings(a, arena_printf(a, "/proc/self/fd/%d", fd), &s, &why);
	if (e != OK)
		fprintf(stderr, "%s\n", why);
	FUZZ_MUST(e == OK);
	close(fd);
	return s;
}

struct daemon *world_daemon(void)
{
	struct daemon *d = &daemon_;
	const char *why = "";
	if (d->service)
		return d;
	FUZZ_MUST(service_main(1, (char *[]){ (char *)"service", NULL }) == 0 && service);
	d->service = service;
	d->engine.arena = arena_new((size_t)64 * 1024 * 1024);
	d->engine.scratch = arena_new(ENGINE_ARENA_LIMIT);
	struct membership *m = &d->engine.membership;
	m->registry = partners_registry();
	m->node = registry_by_name(m->registry, service->name) ? service->name : "reden";
	m->keys = *partners_keys(m->node);
	d->engine.writer = &writer;
	d->engine.delivery = &d->delivery;
	d->served = service_served(d->engine.arena, service);
	static struct api routes; /* rules of messages ask what the service knows */
	routes = (struct api){ .engine = &d->engine, .served = d->served };
	d->engine.serving = &routes;
	d->delivery.engine = &d->engine;
	d->delivery.rows = service_messages(d->engine.arena, service, &d->delivery.n_rows);
	d->settings = settings_with(
	    d->engine.arena, arena_printf(d->engine.arena,
	                                  "node = %s\nregistry = none\npartners = none\nkeys = none\ndatabase = none\n"
	                                  "database_owner = none\nhttp_port = 1\nshare = %s\n",
	                                  m->node, UDVEJ_SOURCE_DIR));
	FUZZ_MUST(audit_open(&d->engine, &d->engine.audit) == OK);
	enum err e = service->start(d, &d->engine.app, &why);
	if (e != OK)
		fprintf(stderr, "%s\n", why);
	FUZZ_MUST(e == OK);
	return d;
}

struct daemon *world_api(const struct service *s, const char *host)
{
	struct daemon *d = world_daemon();
	const char *why = "";
	if (d->api)
		return d;
	const struct served served = service_served(d->engine.arena, s);
	FUZZ_MUST(api_open(&d->engine, &served, host, 0, &d->api, &why) == OK);
	return d;
}

void world_begin(uint8_t chosen)
{
	variant = chosen;
	rows_begin(chosen);
}
