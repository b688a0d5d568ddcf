/* SPDX-License-Identifier: EUPL-1.2 */
/* Counts what is not logged, so that a log does not grow as fast as others can send. Owns nothing, knows no clock,
 * writes nothing itself. */
#include "base/seldom.h"

#include <stddef.h>
#include <string.h>

#define EVERY_MS 1000

bool seldom_may(struct seldom *s, const char *why, int64_t now_ms, uint64_t *ret)
{
	size_t i = 0;
	while (i < SELDOM_REASONS - 1 && s->of[i].why && strcmp(s->of[i].why, why) != 0)
		i++;
	if (s->of[i].why && now_ms - s->of[i].logged_ms < EVERY_MS) {
		s->of[i].unlogged++;
		return false;
	}
	*ret = s->of[i].unlogged;
	s->of[i].why = why;
	s->of[i].logged_ms = now_ms;
	s->of[i].unlogged = 0;
	return true;
}

bool seldom_few_may(struct few *f, unsigned at_once, int64_t now_ms)
{
	int64_t earned = (now_ms - f->since_ms) / EVERY_MS;
	if (earned > 0) {
		f->said -= earned < f->said ? (unsigned)earned : f->said;
		f->since_ms += earned * EVERY_MS;
	}
	if (f->said >= at_once)
		return false;
	f->said++;
	return true;
}
