/* SPDX-License-Identifier: EUPL-1.2 */
/* Out of memory the process says so and ends. What was being done is not at fault: to refuse it would make a dead
 * letter of a good message. Nothing is acknowledged or answered that only memory holds, so a restart loses nothing. A
 * message or request that is too large for its arena is another matter: that is refused (arena.h). */
#ifndef UDVEJ_BASE_MEMORY_H
#define UDVEJ_BASE_MEMORY_H

/* What malloc() or its like gave, which is not NULL: else the process ends. */
void *memory_must(void *given) __attribute__((returns_nonnull));

#endif
