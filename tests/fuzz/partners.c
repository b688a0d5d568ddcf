/* SPDX-License-Identifier: EUPL-1.2 */
/* The partners that the fuzz targets know of. Owns their keys, made once from the number of each. */
#include "partners.h"

#include <sodium.h>
#include <string.h>

#include "fuzz.h"

#define NODES 5

static struct registry_node nodes[NODES] = {
	{ "reden", "intake", "reden", "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7", { 0 }, { 0 } },
	{ "livarehab", "intake", "livarehab", "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID", { 0 }, { 0 } },
	{ "caseload", "caseload", "kommune", "L6l.>=a+)TWNzv0xw#F9*pvzFMh!9e}!2YF)HyG.", { 0 }, { 0 } },
	{ "outcomes", "outcomes", "kommune", "M6l.>=a+)TWNzv0xw#F9*pvzFMh!9e}!2YF)HyG.", { 0 }, { 0 } },
	{ "reporting", "reporting", "kommune", "N6l.>=a+)TWNzv0xw#F9*pvzFMh!9e}!2YF)HyG.", { 0 }, { 0 } },
};
static struct secret_keys keys[NODES];

static const struct registry_broker brokers[] = {
	{ "broker", "tcp://127.0.0.1:5600", "P6l.>=a+)TWNzv0xw#F9*pvzFMh!9e}!2YF)HyG." },
};

static void make_keys(size_t i)
{
	unsigned char seed[32];
	memset(seed, (int)i + 1, sizeof seed);
	FUZZ_MUST(crypto_sign_seed_keypair(nodes[i].sign, keys[i].sign_secret, seed) == 0);
	FUZZ_MUST(crypto_box_seed_keypair(nodes[i].box, keys[i].box_secret, seed) == 0);
	memcpy(keys[i].pseudonym, seed, sizeof keys[i].pseudonym);
	strcpy(keys[i].curve_public, nodes[i].curve);
}

const struct registry *partners_registry(void)
{
	static const struct registry registry = {
		.serial = 1, .nodes = nodes, .n_nodes = NODES, .brokers = brokers, .n_brokers = countof(brokers)
	};
	for (size_t i = 0; i < NODES && !*keys[i].curve_public; i++)
		make_keys(i);
	return &registry;
}

const struct secret_keys *partners_keys(const char *node)
{
	const struct registry_node *row = registry_by_name(partners_registry(), node);
	FUZZ_MUST(row);
	return &keys[row - nodes];
}
