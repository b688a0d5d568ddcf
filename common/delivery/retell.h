/* SPDX-License-Identifier: EUPL-1.2 */
/* All facts of this node told again to one that lost them, while everything else goes on. */
#ifndef UDVEJ_DELIVERY_RETELL_H
#define UDVEJ_DELIVERY_RETELL_H

#include "delivery/delivery.h"
#include "delivery/streams.h"

struct retell;
/* Of these kinds of facts. */
struct retell *retell_new(struct delivery *d, const struct fact_row *facts, size_t n_facts);
void retell_free(struct retell *r); /* takes NULL */
/* An operator may have asked for it. */
void retell_look(struct retell *r);
/* Puts the next page into the next transaction, when there is one to tell and the receiver is not far behind. */
void retell_turn(struct retell *r, int64_t now_ms);

#endif
