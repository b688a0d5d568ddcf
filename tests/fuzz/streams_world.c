/* SPDX-License-Identifier: EUPL-1.2 */
/* Stands in for what surrounds the streams of a daemon, under the names of the real ones: clock, link, writer,
 * database. Holds what goes out against what is stored: nothing may be acknowledged before. */
#include <string.h>
#include <sys/eventfd.h>

#include "fuzz.h"
#include "streams.h"
#include "wire/wire.h"

struct streams_world it;

/* --- what is around the streams --- */

int64_t clock_monotonic_ms(void)
{
	return it.now_ms;
}

struct date clock_today(struct engine *e)
{
	(void)e;
	return date_make(2026, 6, 1);
}

struct seal *link_seal(struct link *l)
{
	return l->seal;
}

bool link_send(struct link *l, const char *to, const Frame *f)
{
	(void)l;
	FUZZ_MUST(frame__get_packed_size(f) <= WIRE_PAYLOAD_MAX && registry_by_name(d.engine.membership.registry, to));
	FUZZ_MUST(!!f->greeting + !!f->batch + !!f->ack + !!f->ask + !!f->page == 1);
	if (f->ack && strcmp(to, PEER) == 0)
		FUZZ_MUST(f->ack->position == it.stored);
	if (f->batch)
		FUZZ_MUST(f->batch->first >= 1 && f->batch->first + (int64_t)f->batch->n_messages - 1 <= LETTERS);
	return true;
}

bool agreement_signed(const struct agreement *a, const char *organisation, const char *text, size_t len,
                      const unsigned char signature[AGREEMENT_SIGNATURE_LEN])
{
	(void)a;
	(void)organisation;
	(void)text;
	(void)len;
	(void)signature;
	return it.variant & SIGNED;
}

bool writer_is_stale(const struct writer *w)
{
	(void)w;
	return it.variant & STALE;
}

bool writer_is_idle(const struct writer *w)
{
	(void)w;
	return true;
}

void writer_read_again(struct writer *w)
{
	(void)w;
	(void)!outbox_reload(d.delivery.outbox);
}

void incoming_put(struct delivery *delivery, struct in_stream *stream, const struct origin *from, struct letter *l)
{
	(void)delivery;
	if (it.n_queue && strcmp(it.origins[it.n_queue - 1].epoch, from->epoch) == 0)
		FUZZ_MUST(l->seq == it.queue[it.n_queue - 1]->seq + 1);
	FUZZ_MUST(it.n_queue < MOST);
	it.heard = stream;
	it.origins[it.n_queue] = *from;
	it.queue[it.n_queue++] = l;
}

/* --- the database --- */

static const struct db_arg *arg(const struct db_arg *args, const char *name)
{
	while (args->name && strcmp(args->name, name) != 0)
		args++;
	return args;
}

enum err db_exec_args(struct db *db, struct arena *a, const struct sql *sql, const ProtobufCMessage *message,
                      const struct db_arg *args)
{
	(void)db;
	(void)a;
	(void)message;
	int64_t seq = arg(args, "seq")->name ? arg(args, "seq")->number : 0;
	bool from_peer = arg(args, "sender")->name && strcmp(arg(args, "sender")->text, PEER) == 0;
	if (strcmp(sql->name, "in_stream_begin") == 0 || strcmp(sql->name, "in_stream_advance") == 0)
		it.storing = seq;
	if (strcmp(sql->name, "in_stream_renew") == 0 && from_peer)
		it.storing = 0;
	if (strcmp(sql->name, "out_trim") == 0) {
		FUZZ_MUST(seq <= LETTERS && seq >= it.trimmed);
		it.trimmed = seq;
	}
	return OK;
}

static void give(struct arena *a, struct db_rows *ret, size_t n, const char *const *text, size_t length)
{
	size_t *lengths = ARENA_ARRAY(a, size_t, n);
	*ret = (struct db_rows){ .n = 1, .n_columns = n, .cells = ARENA_ARRAY(a, const char *, n), .lengths = lengths };
	memcpy(ret->cells, text, n * sizeof *text);
	for (size_t i = 0; i < n; i++)
		lengths[i] = length;
}

enum err db_rows_args(struct db *db, struct arena *a, const struct sql *sql, struct db_rows *ret,
                      const ProtobufCMessage *message, const struct db_arg *args)
{
	(void)db;
	(void)message;
	*ret = (struct db_rows){ 0 };
	if (strcmp(sql->name, "life") == 0)
		give(a, ret, 4, (const char *[]){ EPOCH, "0", NULL, NULL }, 0);
	else if (strcmp(sql->name, "recovery_get") == 0 && (it.variant & RECOVERS))
		give(a, ret, 4, (const char *[]){ NEW_EPOCH, "1", "kommune", "" }, 0);
	else if (strcmp(sql->name, "out_chain") == 0 && arg(args, "seq")->number <= LETTERS &&
	         arg(args, "seq")->number >= 0)
		give(a, ret, 1, (const char *[]){ (const char *)it.sent[arg(args, "seq")->number].head }, CHAIN_LEN);
	return OK;
}

enum err db_begin(struct db *db)
{
	(void)db;
	return OK;
}

enum err db_commit_send(struct db *db)
{
	(void)db;
	return OK;
}

int db_commit_poll(struct db *db)
{
	(void)db;
	return it.variant & FAILS ? -1 : 1;
}

enum err db_rollback(struct db *db)
{
	(void)db;
	return OK;
}

int db_socket(const struct db *db)
{
	static int always = -1;
	(void)db;
	if (always < 0)
		always = eventfd(1, EFD_CLOEXEC);
	return always;
}

bool db_wants_write(struct db *db)
{
	(void)db;
	return false;
}

bool db_is_lost(const struct db *db)
{
	(void)db;
	return false;
}

const struct sql *db_missed(const struct db *db)
{
	(void)db;
	return NULL;
}

const char *db_error(const struct db *db)
{
	(void)db;
	return "refused";
}
