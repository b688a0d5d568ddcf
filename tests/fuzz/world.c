/* SPDX-License-Identifier: EUPL-1.2 */
/* Stands in for what surrounds a handler. Its functions have the names of the daemon layer's own and take their place
 * at linking: the process (daemon_main gives away its service), the domain clock (which stands still), the streams (a
 * message that goes out must be one that a receiver can read), and the batch (a call is carried out at once, with the
 * guard of the real one). */
#include "world.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "partners.h"

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

struct date clock_today(struct daemon *d)
{
	(void)d;
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

unsigned outbox_broken(const struct outbox *o)
{
	(void)o;
	return 0;
}

void outbox_say_broken(const struct outbox *o, struct buffer *out)
{
	(void)o;
	(void)out;
}

void inbox_say_refused(const struct inbox *i, struct buffer *out)
{
	(void)i;
	(void)out;
}

bool link_is_up(const struct link *l)
{
	(void)l;
	return false;
}

/* --- batch --- */

void batch_note_wake(struct batch *b, const char *key)
{
	(void)b;
	FUZZ_MUST(key);
}

void batch_note_unpark(struct batch *b, const char *entity)
{
	(void)b;
	FUZZ_MUST(entity);
}

bool batch_is_stale(const struct batch *b)
{
	(void)b;
	return false;
}

bool batch_reopen_reader(struct batch *b)
{
	(void)b;
	return false;
}

void batch_forget(struct batch *b, const struct call *c)
{
	(void)b;
	(void)c;
}

/* Bit 6 of the variant: the key of the call was used before, with this body. */
static void remember_key(struct call *c)
{
	if (!(variant & 0x40))
		return;
	c->known = true;
	memcpy(c->known_body, c->body_hash, sizeof c->known_body);
	c->known_subject = WORLD_ID;
}

void batch_put_call(struct batch *b, struct call *c)
{
	struct daemon *d = &daemon_;
	struct tx tx = tx_make(d, d->writer, c->http->arena);
	jmp_buf guard;
	(void)b;
	volatile enum err e = ERR_MEMORY;
	if (!setjmp(guard)) {
		arena_on_full(c->http->arena, &guard);
		remember_key(c);
		e = api_write(d->api, &tx, c, NULL);
	} else
		c->why = (struct refusal){ .err = ERR_MEMORY, .field = "", .rule = "" };
	arena_on_full(c->http->arena, NULL);
	if (e == OK)
		api_committed(d->api, c);
	else
		api_refuse(d->api, c, &c->why);
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
	d->arena = arena_new((size_t)64 * 1024 * 1024);
	d->scratch = arena_new(MESSAGE_ARENA_LIMIT);
	d->registry = partners_registry();
	d->node = registry_by_name(d->registry, service->name) ? service->name : "reden";
	d->keys = *partners_keys(d->node);
	d->settings = settings_with(
	    d->arena, arena_printf(d->arena,
	                           "node = %s\nregistry = none\npartners = none\nkeys = none\ndatabase = none\n"
	                           "database_owner = none\nhttp_port = 1\nshare = %s\n",
	                           d->node, UDVEJ_SOURCE_DIR));
	enum err e = service->start(d, &d->app, &why);
	if (e != OK)
		fprintf(stderr, "%s\n", why);
	FUZZ_MUST(e == OK);
	return d;
}

void world_begin(uint8_t chosen)
{
	variant = chosen;
	rows_begin(chosen);
}
