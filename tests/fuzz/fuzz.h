/* SPDX-License-Identifier: EUPL-1.2 */
/* What the fuzz targets share. A source file holds a table of decoders; the build makes one program of each row of it,
 * so that every decoder has a name, a corpus and a count of its own. */
#ifndef UDVEJ_TESTS_FUZZ_FUZZ_H
#define UDVEJ_TESTS_FUZZ_FUZZ_H

#include <protobuf-c/protobuf-c.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/* Decodes one input. The arena is empty, is taken back afterwards, and may run full. */
typedef void fuzz_take(struct arena *a, const uint8_t *data, size_t len);

struct fuzz_decoder {
	const char *name;
	fuzz_take *take;
};
/* The table of the source file; ended by a row without a name. */
extern const struct fuzz_decoder fuzz_decoders[];

/* A claim about what a decoder let through: a crash, which keeps the input, when it does not hold. */
#define FUZZ_MUST(claim)                                                                                               \
	do {                                                                                                               \
		if (!(claim))                                                                                                  \
			fuzz_fail(__FILE__, __LINE__, #claim);                                                                     \
	} while (0)
void fuzz_fail(const char *file, int line, const char *claim) __attribute__((noreturn));

/* Of a source file that is linked with mutate.c: the type of the message inside an input, and where it begins; NULL
 * when there is none. */
const ProtobufCMessageDescriptor *fuzz_body(const uint8_t *data, size_t len, size_t *ret_at);

/* The bytes as a text: ended by NUL, exactly as long as it needs, so that reading past its end is found. */
char *fuzz_text(struct arena *a, const uint8_t *data, size_t len);

#endif
