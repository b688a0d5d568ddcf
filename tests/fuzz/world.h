/* SPDX-License-Identifier: EUPL-1.2 */
/* A daemon without a process: the real tables and handlers of one service, the real dispatch and route layer, and in
 * place of database, streams and batch the stand-ins of world.c and rows.c. */
#ifndef UDVEJ_TESTS_FUZZ_WORLD_H
#define UDVEJ_TESTS_FUZZ_WORLD_H

#include "daemon/internal.h"
#include "delivery/internal.h"
#include "serving/internal.h"

/* The daemon of the service that this program is built with; made once. */
struct daemon *world_daemon(void);
/* Opens the routes of a service on it; once. */
struct daemon *world_api(const struct service *s, const char *host);
/* Begins an input: bits 0-4 of the variant choose which rows the database gives, bit 7 that it gives none, bit 6 that
 * the idempotency key was used before. */
void world_begin(uint8_t variant);

/* --- rows.c --- */

/* From here on rows are given by this variant. */
void rows_begin(uint8_t variant);

#define WORLD_ID "5f0f5a0e-6f3a-4b0c-9d3e-1a2b3c4d5e6f" /* of every entity */

#endif
