/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads the JSON files of the transport: registry and secret keys. Owns nothing; values go into
 * the caller's arena or structure. Never accepts a field it does not know: a misspelt key of a
 * partner must be found by the one who misspelt it, not by a node that later cannot connect.
 * Wipes its copy of what may be secret. */
#include "membership/document.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#include "base/memory.h"
#include "membership/registry.h"

enum err document_refuse(const struct document *d, const char *where, const char *field, const char *rule)
{
	const char *dot = *where && *field ? "." : "";
	*d->why = arena_printf(d->arena, "%s: %s%s%s: %s", d->path, where, dot, field, rule);
	return ERR_FILE;
}

static enum err refuse_file(const struct document *d, const char *rule)
{
	*d->why = arena_printf(d->arena, "%s: %s", d->path, rule);
	return ERR_FILE;
}

static enum err read_all(const struct document *d, int fd, size_t size, char **ret, size_t *ret_len)
{
	char *text = arena_try_alloc(d->arena, size + 1);
	if (!text)
		return refuse_file(d, "is too large for the memory set aside for it");
	size_t len = 0;
	for (ssize_t n; len < size && (n = read(fd, text + len, size - len)) != 0;) {
		if (n > 0)
			len += (size_t)n;
		else if (errno != EINTR)
			return refuse_file(d, strerror(errno));
	}
	*ret = text;
	*ret_len = len;
	return OK;
}

enum err document_text(const struct document *d, bool secret, char **ret, size_t *ret_len)
{
	int fd = open(d->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return refuse_file(d, arena_printf(d->arena, "cannot be opened: %s", strerror(errno)));
	struct stat st;
	enum err e;
	if (fstat(fd, &st) != 0)
		e = refuse_file(d, strerror(errno));
	else if (!S_ISREG(st.st_mode))
		e = refuse_file(d, "must be a regular file");
	else if (secret && (st.st_mode & (S_IRWXG | S_IRWXO)))
		e = refuse_file(d, arena_printf(d->arena, "holds secret keys and must have mode 0600, but has %04o",
		                                (unsigned)(st.st_mode & 07777)));
	else if ((size_t)st.st_size > DOCUMENT_MAX)
		e = refuse_file(d, "must not be larger than 1 MiB");
	else
		e = read_all(d, fd, (size_t)st.st_size, ret, ret_len);
	close(fd);
	return e;
}

enum err document_parse(const struct document *d, const char *text, size_t len, json_t **ret)
{
	json_error_t error = { .line = 0 };
	json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
	if (!root && !*error.text) /* jansson has something to say of every document that is wrong */
		memory_must(NULL);
	if (!root)
		return refuse_file(d, arena_printf(d->arena, "is not JSON: line %d: %.100s", error.line, error.text));
	if (!json_is_object(root)) {
		json_decref(root);
		return refuse_file(d, "must hold one JSON object");
	}
	*ret = root;
	return OK;
}

enum err document_load(const struct document *d, bool secret, json_t **ret)
{
	char *text;
	size_t len;
	TRY(document_text(d, secret, &text, &len));
	enum err e = document_parse(d, text, len, ret);
	sodium_memzero(text, len);
	return e;
}

enum err document_only(const struct document *d, const json_t *object, const char *where, const char *const *names,
                       size_t n_names)
{
	const char *key;
	json_t *value;
	json_object_foreach((json_t *)object, key, value)
	{
		bool known = false;
		for (size_t i = 0; i < n_names && !known; i++)
			known = strcmp(names[i], key) == 0;
		if (!known)
			return document_refuse(d, where, arena_printf(d->arena, "%.64s", key), "there is no such field");
	}
	return OK;
}

enum err document_object(const struct document *d, const json_t *object, const char *where,
                         const struct document_field *fields, size_t n_fields, void *ret)
{
	if (!json_is_object(object))
		return document_refuse(d, where, "", "must be an object");
	const char **names = ARENA_ARRAY(d->arena, const char *, n_fields);
	for (size_t i = 0; i < n_fields; i++)
		names[i] = fields[i].name;
	TRY(document_only(d, object, where, names, n_fields));
	for (size_t i = 0; i < n_fields; i++) {
		const json_t *value = json_object_get(object, fields[i].name);
		if (!value && fields[i].optional)
			continue;
		if (!value)
			return document_refuse(d, where, fields[i].name, "must be given");
		if (!json_is_string(value))
			return document_refuse(d, where, fields[i].name, "must be a string");
		const char *rule =
		    fields[i].read(d->arena, json_string_value(value), (char *)ret + fields[i].offset, fields[i].size);
		if (rule)
			return document_refuse(d, where, fields[i].name, rule);
	}
	return OK;
}

const char *document_read_name(struct arena *a, const char *value, void *ret, size_t size)
{
	(void)size;
	size_t len = strlen(value);
	bool good = len > 0 && len <= NODE_NAME_MAX && *value >= 'a' && *value <= 'z' &&
	            strspn(value, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
	if (!good)
		return "must be 1 to 63 of a-z, 0-9 and -, with a letter first";
	*(const char **)ret = arena_strdup(a, value);
	return NULL;
}

const char *document_read_z85_in_place(struct arena *a, const char *value, void *ret, size_t size)
{
	(void)a;
	unsigned char key[32];
	bool good = strlen(value) == KEY_Z85_LEN && zmq_z85_decode(key, value);
	sodium_memzero(key, sizeof key);
	if (!good)
		return "must be a key of 32 bytes in Z85 (40 characters)";
	memcpy(ret, value, size);
	return NULL;
}

const char *document_read_z85(struct arena *a, const char *value, void *ret, size_t size)
{
	(void)size;
	char key[KEY_Z85_LEN + 1];
	const char *rule = document_read_z85_in_place(a, value, key, sizeof key);
	if (!rule)
		*(const char **)ret = arena_strdup(a, key);
	return rule;
}

const char *document_read_bytes(struct arena *a, const char *value, void *ret, size_t size)
{
	unsigned char bytes[64];
	size_t len;
	const char *end;
	bool good =
	    size <= sizeof bytes &&
	    sodium_base642bin(bytes, size, value, strlen(value), NULL, &len, &end, sodium_base64_VARIANT_ORIGINAL) == 0 &&
	    *end == '\0' && len == size;
	if (good)
		memcpy(ret, bytes, size);
	sodium_memzero(bytes, sizeof bytes);
	return good ? NULL : arena_printf(a, "must be standard base64 of %zu bytes", size);
}
