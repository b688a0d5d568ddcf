/* SPDX-License-Identifier: EUPL-1.2 */
/* The room of the streams: opens and closes them, gives frames to those they are for, and names what of it has a part
 * in each transaction and what is told of it. */
#include "delivery/internal.h"
#include "sql_delivery.h"

enum err delivery_open(struct delivery *d)
{
	d->engine->delivery = d;
	TRY(outbox_load(d, &d->outbox));
	TRY(inbox_load(d, &d->inbox));
	return parked_load(d, &d->parked);
}

void delivery_close(struct delivery *d)
{
	parked_free(d->parked);
	outbox_free(d->outbox);
}

void delivery_on_frame(struct delivery *d, const char *from, const Frame *f)
{
	if (f->greeting)
		reception_on_greeting(d->inbox, from, f->greeting);
	if (f->batch)
		reception_on_batch(d->inbox, from, f->batch);
	if (f->ack)
		conversation_on_ack(d->outbox, from, f->ack);
}

/* --- in each transaction --- */

static enum err reload_outbox(void *owner)
{
	return outbox_reload(owner);
}

static enum err save_outbox(void *owner, struct arena *a)
{
	return outbox_save(owner, a);
}

static void outbox_is_committed(void *owner)
{
	outbox_committed(owner);
}

static enum err outbox_is_rolled_back(void *owner)
{
	outbox_rolled_back(owner);
	return OK;
}

static bool outbox_is_due(void *owner, int64_t now_ms)
{
	return outbox_trim_due(owner, now_ms);
}

static enum err reload_inbox(void *owner)
{
	return inbox_reload(owner);
}

static enum err save_inbox(void *owner, struct arena *a)
{
	return inbox_save(owner, a);
}

static void inbox_is_committed(void *owner)
{
	inbox_committed(owner);
}

static enum err inbox_is_rolled_back(void *owner)
{
	inbox_rolled_back(owner);
	return OK;
}

static bool inbox_is_due(void *owner, int64_t now_ms)
{
	(void)now_ms;
	return inbox_renewal_due(owner);
}

static enum err reload_parked(void *owner)
{
	return parked_reload(owner);
}

static void look_at_parked(void *owner)
{
	release_all(owner);
}

void delivery_participants(struct delivery *d, struct participant ret[DELIVERY_PARTICIPANTS])
{
	static const struct sql *const positions_out[] = { sql_out_stream_set, NULL };
	static const struct sql *const positions_in[] = { sql_in_stream_advance, sql_in_stream_asked, sql_in_stream_renew,
		                                              NULL };
	ret[0] = (struct participant){
		.owner = d->outbox,
		.reload = reload_outbox,
		.save = save_outbox,
		.committed = outbox_is_committed,
		.rolled_back = outbox_is_rolled_back,
		.due = outbox_is_due,
		.positions = positions_out,
	};
	ret[1] = (struct participant){
		.owner = d->inbox,
		.reload = reload_inbox,
		.save = save_inbox,
		.committed = inbox_is_committed,
		.rolled_back = inbox_is_rolled_back,
		.due = inbox_is_due,
		.positions = positions_in,
	};
	ret[2] = (struct participant){
		.owner = d->parked,
		.reload = reload_parked,
		.reloaded = look_at_parked,
		.rolled_back = reload_parked,
	};
}

/* --- what is told of it --- */

static int64_t link_up(void *owner)
{
	return link_is_up(((const struct delivery *)owner)->link);
}

static int64_t streams_broken(void *owner)
{
	const struct delivery *d = owner;
	return outbox_broken(d->outbox) + d->inbox->n_refused;
}

static void say(void *owner, struct buffer *out)
{
	const struct delivery *d = owner;
	buffer_puts(out, link_is_up(d->link) ? "ready\n" : "ready, but no broker answers: messages wait in the database\n");
	outbox_say_broken(d->outbox, out);
	inbox_say_refused(d->inbox, out);
}

struct reporter delivery_reporter(struct delivery *d)
{
	static const struct gauge gauges[] = {
		{ "link_up", "Whether a broker answers.", link_up },
		{ "streams_broken", "Streams that stand still until an operator looks.", streams_broken },
	};
	static const char *const counted[] = {
		/* in the order of the statement's columns */
		"Messages that are not yet known to be applied by their receiver.",
		"Messages that wait for what they speak of.",
		"Dead letters that wait for an operator.",
		"How long the oldest parked message has waited.",
	};
	return (struct reporter){
		.owner = d,
		.gauges = gauges,
		.n_gauges = countof(gauges),
		.counted = sql_delivery_counts,
		.counted_help = counted,
		.say = say,
	};
}
