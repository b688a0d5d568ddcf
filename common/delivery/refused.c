/* SPDX-License-Identifier: EUPL-1.2 */
/* What came from another node and is not taken: counted, and said with the name and key of the node that the broker
 * authenticated, so that its partner can be asked. Never says anything of what was in it, and never more than a line a
 * second for each reason. */
#include <inttypes.h>

#include "base/log.h"
#include "delivery/internal.h"

static const char *key_of(const struct engine *e, const char *from)
{
	const struct registry_node *node = e->membership.registry ? registry_by_name(e->membership.registry, from) : NULL;
	return node ? node->curve : "unknown";
}

void refused_frame(struct engine *e, const char *from, const char *why)
{
	uint64_t more;
	metric_add(e, METRIC_FRAMES_REFUSED, 1);
	if (seldom_may(&e->seldom, why, clock_monotonic_ms(), &more))
		log_warning("refused a frame from %s (key %s): %s (%" PRIu64 " more since the last such line)",
		            *from ? from : "a broker", key_of(e, from), why, more);
}

void refused_repetition(struct engine *e, const char *from)
{
	static const char why[] = "all of it was taken before: it was sent again, or replayed";
	uint64_t more;
	metric_add(e, METRIC_FRAMES_REPEATED, 1);
	if (seldom_may(&e->seldom, why, clock_monotonic_ms(), &more))
		log_info("passed over a frame from %s (key %s): %s (%" PRIu64 " more since the last such line)", from,
		         key_of(e, from), why, more);
}

void refused_letter(struct engine *e, const struct origin *from, const char *type, enum err why)
{
	if (seldom_few_may(&e->words, ENGINE_WORDS, clock_monotonic_ms())) /* each is in the table of dead letters */
		log_warning("dead letter from %s seq %lld (%s): %s", from->sender, (long long)from->seq, type, err_slug(why));
}
