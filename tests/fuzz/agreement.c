/* SPDX-License-Identifier: EUPL-1.2 */
/* The partners' file, and a registry with its signatures as it comes from the network in a Link. The partners sign here
 * whatever the input says: where it has the word SIGN1 or SIGN2 stands the signature of a partner over its registry,
 * and for KEY_1 and KEY_2 the key of one. Owns a directory in memory with the three files. */
#include "membership/agreement.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"
#include "partners.h"
#include "wire/wire.h"

#define BASE64_LEN(n) (((n) + 2) / 3 * 4)
#define WORD_LEN 5

static const char *const organisations[] = { "reden", "kommune" };
static struct {
	unsigned char public[crypto_sign_PUBLICKEYBYTES], secret[crypto_sign_SECRETKEYBYTES];
} partners[2];
static char directory[64];

static const char in_force[] =
    "{\"serial\":7,\"nodes\":[{\"name\":\"reden\",\"role\":\"intake\",\"organisation\":\"reden\",\"curve\":\"rq:rM>}U?@"
    "Lns47E1%kR.o@n%FcmmsL/@{H8]yf7\",\"sign\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\",\"box\":"
    "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"}],\"brokers\":[{\"name\":\"broker\",\"endpoint\":\"tcp://"
    "127.0.0.1:5600\",\"curve\":\"Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID\"}]}";
static const char signatures_of[] = "{\"signatures\":[{\"organisation\":\"reden\",\"signature\":\"SIGN1\"},"
                                    "{\"organisation\":\"kommune\",\"signature\":\"SIGN2\"}]}";
static const char partners_file[] = "{\"partners\":[{\"organisation\":\"reden\",\"sign\":\"KEY_1\"},"
                                    "{\"organisation\":\"kommune\",\"sign\":\"KEY_2\"}]}";

static const char *path_of(struct arena *a, const char *name)
{
	return arena_printf(a, "%s/%s", directory, name);
}

static void put(struct arena *a, const char *name, ProtobufCBinaryData bytes)
{
	FILE *file = fopen(path_of(a, name), "w");
	FUZZ_MUST(file && fwrite(bytes.data, 1, bytes.len, file) == bytes.len && fclose(file) == 0);
}

static ProtobufCBinaryData bytes_of(const char *text)
{
	return (ProtobufCBinaryData){ strlen(text), (uint8_t *)text };
}

static void remove_all(void)
{
	char path[128];
	static const char *const names[] = { "registry", "registry.sig", "partners", "registry.new", "registry.sig.new" };
	for (size_t i = 0; i < countof(names); i++) {
		snprintf(path, sizeof path, "%s/%s", directory, names[i]);
		unlink(path);
	}
	rmdir(directory);
}

static void begin(void)
{
	unsigned char seed[crypto_sign_SEEDBYTES];
	if (*directory)
		return;
	for (size_t i = 0; i < countof(partners); i++) {
		memset(seed, (int)i + 100, sizeof seed);
		FUZZ_MUST(crypto_sign_seed_keypair(partners[i].public, partners[i].secret, seed) == 0);
	}
	strcpy(directory, access("/dev/shm", W_OK) == 0 ? "/dev/shm/udvej-fuzz-XXXXXX" : "/tmp/udvej-fuzz-XXXXXX");
	FUZZ_MUST(mkdtemp(directory) && atexit(remove_all) == 0);
}

/* What stands for a word of the input, in base64; NULL: it is none. */
static const char *meaning(struct arena *a, const char *at, size_t left, ProtobufCBinaryData registry)
{
	unsigned char made[AGREEMENT_SIGNATURE_LEN];
	char *text = arena_alloc(a, BASE64_LEN(sizeof made) + 1);
	if (left < WORD_LEN || at[4] < '1' || at[4] > '2')
		return NULL;
	size_t who = (size_t)(at[4] - '1'), len = sizeof partners[who].public;
	if (memcmp(at, "SIGN", 4) == 0)
		agreement_sign((const char *)registry.data, len = registry.len, partners[who].secret, made);
	else if (memcmp(at, "KEY_", 4) == 0)
		memcpy(made, partners[who].public, len);
	else
		return NULL;
	len = *at == 'S' ? sizeof made : len;
	return sodium_bin2base64(text, BASE64_LEN(sizeof made) + 1, made, len, sodium_base64_VARIANT_ORIGINAL);
}

static ProtobufCBinaryData meant(struct arena *a, ProtobufCBinaryData said, ProtobufCBinaryData registry)
{
	size_t most = said.len / WORD_LEN * BASE64_LEN(AGREEMENT_SIGNATURE_LEN) + said.len, n = 0;
	uint8_t *bytes = arena_alloc(a, most + 1);
	for (size_t i = 0; i < said.len;) {
		const char *word = said.data[i] == 'S' || said.data[i] == 'K'
		                       ? meaning(a, (const char *)said.data + i, said.len - i, registry)
		                       : NULL;
		if (word) {
			memcpy(bytes + n, word, strlen(word));
			n += strlen(word);
			i += WORD_LEN;
		} else
			bytes[n++] = said.data[i++];
	}
	return (ProtobufCBinaryData){ n, bytes };
}

static struct agreement *open_with(struct arena *a, ProtobufCBinaryData registry, ProtobufCBinaryData signatures,
                                   ProtobufCBinaryData known)
{
	struct agreement *agreement = NULL;
	const char *why = NULL;
	put(a, "registry", registry);
	put(a, "registry.sig", meant(a, signatures, registry));
	put(a, "partners", meant(a, known, registry));
	enum err e = agreement_open(path_of(a, "registry"), path_of(a, "partners"), &agreement, &why);
	FUZZ_MUST(e == OK ? agreement_registry(agreement) != NULL : why && *why);
	if (e == OK)
		return agreement;
	agreement_close(agreement);
	return NULL;
}

/* What a peer offers. Whatever it is, a registry is in force afterwards, on the disk too. */
static void offer(struct arena *a, struct agreement *agreement, ProtobufCBinaryData registry,
                  ProtobufCBinaryData signatures)
{
	const struct registry *before = agreement_registry(agreement);
	ProtobufCBinaryData text, sigs;
	const char *why = NULL;
	enum agreement_news news = agreement_offer(agreement, registry, meant(a, signatures, registry), &why);
	const struct registry *now = agreement_registry(agreement);
	if (news == AGREEMENT_NEW) {
		agreement_bytes(agreement, &text, &sigs);
		FUZZ_MUST(now->serial > before->serial && text.len == registry.len);
		FUZZ_MUST(memcmp(text.data, registry.data, text.len) == 0);
		FUZZ_MUST(agreement_refresh(agreement, &why) == AGREEMENT_SAME);
		struct agreement *again = NULL;
		FUZZ_MUST(agreement_open(path_of(a, "registry"), path_of(a, "partners"), &again, &why) == OK);
		FUZZ_MUST(agreement_registry(again)->serial == now->serial);
		agreement_close(again);
	} else
		FUZZ_MUST(now == before && (news == AGREEMENT_SAME || (why && *why)));
}

/* The first byte: 0 the partners' file, 1 the signatures of the registry in force, else a Link. */
static void take_agreement(struct arena *a, const uint8_t *data, size_t len)
{
	ProtobufCMessage *m = NULL;
	ProtobufCBinaryData given = { len - 1, (uint8_t *)data + 1 };
	if (len < 1)
		return;
	begin();
	bool file = data[0] < 2;
	if (!file && wire_unpack(a, &link__descriptor, given.data, given.len, WIRE_PAYLOAD_MAX, &m) != OK)
		return;
	struct agreement *agreement = open_with(a, bytes_of(in_force), data[0] == 1 ? given : bytes_of(signatures_of),
	                                        data[0] == 0 ? given : bytes_of(partners_file));
	FUZZ_MUST(agreement || file);
	const Link *link = (const Link *)m;
	if (link && link->registry.len)
		offer(a, agreement, link->registry, link->signatures);
	if (agreement)
		for (size_t i = 0; i < countof(organisations); i++)
			(void)agreement_signed(agreement, organisations[i], in_force, sizeof in_force, partners[i].secret);
	agreement_close(agreement);
}

const ProtobufCMessageDescriptor *fuzz_body(const uint8_t *data, size_t len, size_t *ret_at)
{
	*ret_at = 1;
	return len && data[0] > 1 ? &link__descriptor : NULL;
}

const struct fuzz_decoder fuzz_decoders[] = { { "agreement", take_agreement }, { NULL, NULL } };
