/* SPDX-License-Identifier: EUPL-1.2 */
/* A partnership whose keys are made from fixed seeds: the same in every run, and nobody's. */
#ifndef UDVEJ_TESTS_FUZZ_PARTNERS_H
#define UDVEJ_TESTS_FUZZ_PARTNERS_H

#include "membership/registry.h"

/* Two intake nodes (reden, livarehab), and caseload, outcomes and reporting at kommune. */
const struct registry *partners_registry(void);
/* The secret keys of the node of this name, which must be there. */
const struct secret_keys *partners_keys(const char *node);

#endif
