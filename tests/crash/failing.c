/* SPDX-License-Identifier: EUPL-1.2 */
/* Stands before the calls of a daemon that can fail (--wrap of the linker, in the build for tests only), and lets one
 * of them fail when tests/crash says so: as the library would, with nothing done. */
#include <errno.h>
#include <jansson.h>
#include <libpq-fe.h>
#include <microhttpd.h>
#include <search.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zmq.h>

#include "base/fault.h"
#include "wire/link.h"

/* Declares the real one and begins the one that stands before it. */
#define WRAP(type, function, ...)                                                                                      \
	type __real_##function(__VA_ARGS__);                                                                               \
	type __wrap_##function(__VA_ARGS__);                                                                               \
	type __wrap_##function(__VA_ARGS__)

/* --- memory: of our own code, not of the libraries --- */

static void *no_memory(void)
{
	errno = ENOMEM;
	return NULL;
}

WRAP(void *, malloc, size_t size)
{
	return fault_strikes(FAULT_malloc) ? no_memory() : __real_malloc(size);
}

WRAP(void *, calloc, size_t n, size_t size)
{
	return fault_strikes(FAULT_calloc) ? no_memory() : __real_calloc(n, size);
}

WRAP(void *, realloc, void *p, size_t size)
{
	return fault_strikes(FAULT_realloc) ? no_memory() : __real_realloc(p, size);
}

WRAP(char *, strdup, const char *s)
{
	return fault_strikes(FAULT_strdup) ? no_memory() : __real_strdup(s);
}

int __wrap_asprintf(char **ret, const char *format, ...) __attribute__((format(printf, 2, 3)));
int __wrap_asprintf(char **ret, const char *format, ...)
{
	va_list ap;
	if (fault_strikes(FAULT_asprintf)) {
		errno = ENOMEM;
		return -1;
	}
	va_start(ap, format);
	int n = vasprintf(ret, format, ap);
	va_end(ap);
	return n;
}

WRAP(void *, tsearch, const void *key, void **root, __compar_fn_t compare)
{
	return fault_strikes(FAULT_tsearch) ? no_memory() : __real_tsearch(key, root, compare);
}

/* --- the database --- */

/* Refused by the server itself, so that the transaction is as it would be: disk full. */
WRAP(int, PQsendQueryPrepared, PGconn *conn, const char *name, int n, const char *const *values, const int *lengths,
     const int *formats, int format)
{
	if (fault_strikes(FAULT_query_unsent))
		return 0;
	if (fault_strikes(FAULT_query_refused))
		return PQsendQueryParams(conn, "do $$ begin raise sqlstate '53100'; end $$", 0, NULL, NULL, NULL, NULL, 0);
	return __real_PQsendQueryPrepared(conn, name, n, values, lengths, formats, format);
}

WRAP(int, PQpipelineSync, PGconn *conn)
{
	return fault_strikes(FAULT_sync_unsent) ? 0 : __real_PQpipelineSync(conn);
}

WRAP(int, PQsendFlushRequest, PGconn *conn)
{
	return fault_strikes(FAULT_flush_request_unsent) ? 0 : __real_PQsendFlushRequest(conn);
}

WRAP(int, PQflush, PGconn *conn)
{
	return fault_strikes(FAULT_flush) ? -1 : __real_PQflush(conn);
}

WRAP(int, PQconsumeInput, PGconn *conn)
{
	if (fault_strikes(FAULT_result_lost))
		shutdown(PQsocket(conn), SHUT_RDWR);
	return __real_PQconsumeInput(conn);
}

WRAP(PGconn *, PQconnectdbParams, const char *const *names, const char *const *values, int expand)
{
	static const char *const nobody[] = { "host", "port", NULL }, *const there[] = { "127.0.0.1", "1", NULL };
	return fault_strikes(FAULT_connect) ? __real_PQconnectdbParams(nobody, there, 0)
	                                    : __real_PQconnectdbParams(names, values, expand);
}

WRAP(PGresult *, PQexecParams, PGconn *conn, const char *text, int n, const Oid *types, const char *const *values,
     const int *lengths, const int *formats, int format)
{
	if (fault_strikes(FAULT_setup_unsent))
		shutdown(PQsocket(conn), SHUT_RDWR);
	return __real_PQexecParams(conn, text, n, types, values, lengths, formats, format);
}

WRAP(PGresult *, PQprepare, PGconn *conn, const char *name, const char *text, int n, const Oid *types)
{
	if (fault_strikes(FAULT_prepare))
		shutdown(PQsocket(conn), SHUT_RDWR);
	return __real_PQprepare(conn, name, text, n, types);
}

WRAP(int, PQsendPrepare, PGconn *conn, const char *name, const char *text, int n, const Oid *types)
{
	return fault_strikes(FAULT_prepare_unsent) ? 0 : __real_PQsendPrepare(conn, name, text, n, types);
}

WRAP(int, PQenterPipelineMode, PGconn *conn)
{
	return fault_strikes(FAULT_pipeline_enter) ? 0 : __real_PQenterPipelineMode(conn);
}

WRAP(int, PQexitPipelineMode, PGconn *conn)
{
	return fault_strikes(FAULT_pipeline_exit) ? 0 : __real_PQexitPipelineMode(conn);
}

WRAP(PGresult *, PQexec, PGconn *conn, const char *text)
{
	if (fault_strikes(FAULT_migration))
		shutdown(PQsocket(conn), SHUT_RDWR);
	return __real_PQexec(conn, text);
}

/* --- the bus --- */

WRAP(bool, link_send, struct link *l, const char *to, const Frame *frame)
{
	if (fault_strikes(FAULT_link_refused))
		return false;
	return fault_strikes(FAULT_link_lost) || __real_link_send(l, to, frame);
}

/* Only the first part of a message: when a later one fails, libzmq has taken the first back. */
WRAP(int, zmq_send, void *socket, const void *data, size_t len, int flags)
{
	if (!fault_strikes(FAULT_zmq_send))
		return __real_zmq_send(socket, data, len, flags);
	errno = EAGAIN;
	return -1;
}

WRAP(int, zmq_msg_init_size, zmq_msg_t *msg, size_t size)
{
	if (!fault_strikes(FAULT_zmq_msg_init))
		return __real_zmq_msg_init_size(msg, size);
	errno = ENOMEM;
	return -1;
}

/* Where libzmq fails here, its socket forgets the parts that it has taken. Nobody else can make it do so: what goes
 * instead is a message that its receiver throws away as malformed. */
WRAP(int, zmq_msg_send, zmq_msg_t *msg, void *socket, int flags)
{
	if (!fault_strikes(FAULT_zmq_msg_send))
		return __real_zmq_msg_send(msg, socket, flags);
	(void)__real_zmq_send(socket, "", 0, flags);
	errno = EAGAIN;
	return -1;
}

WRAP(void *, zmq_socket, void *context, int type)
{
	if (!fault_strikes(FAULT_zmq_socket))
		return __real_zmq_socket(context, type);
	errno = EMFILE;
	return NULL;
}

WRAP(int, zmq_connect, void *socket, const char *endpoint)
{
	if (!fault_strikes(FAULT_zmq_connect))
		return __real_zmq_connect(socket, endpoint);
	errno = EMTHREAD;
	return -1;
}

WRAP(int, zmq_socket_monitor, void *socket, const char *endpoint, int events)
{
	if (!endpoint || !fault_strikes(FAULT_zmq_monitor)) /* none: takes the monitor off, which cannot fail */
		return __real_zmq_socket_monitor(socket, endpoint, events);
	errno = EMFILE;
	return -1;
}

/* --- HTTP --- */

WRAP(struct MHD_Response *, MHD_create_response_from_buffer, size_t len, void *data, enum MHD_ResponseMemoryMode mode)
{
	return fault_strikes(FAULT_http_response) ? NULL : __real_MHD_create_response_from_buffer(len, data, mode);
}

WRAP(enum MHD_Result, MHD_add_response_header, struct MHD_Response *response, const char *name, const char *value)
{
	return fault_strikes(FAULT_http_header) ? MHD_NO : __real_MHD_add_response_header(response, name, value);
}

WRAP(enum MHD_Result, MHD_queue_response, struct MHD_Connection *connection, unsigned status,
     struct MHD_Response *response)
{
	return fault_strikes(FAULT_http_queue) ? MHD_NO : __real_MHD_queue_response(connection, status, response);
}

WRAP(json_t *, json_loadb, const char *text, size_t len, size_t flags, json_error_t *error)
{
	if (!fault_strikes(FAULT_json))
		return __real_json_loadb(text, len, flags, error);
	*error = (json_error_t){ .line = -1 }; /* all that jansson says when it has no memory */
	return NULL;
}

/* --- files --- */

WRAP(json_t *, json_load_file, const char *path, size_t flags, json_error_t *error)
{
	if (!fault_strikes(FAULT_json_file))
		return __real_json_load_file(path, flags, error);
	*error = (json_error_t){ .line = -1 };
	return NULL;
}

static int no_room(void)
{
	errno = ENOSPC;
	return -1;
}

/* Half of it, as on a disk that is full. */
WRAP(ssize_t, write, int fd, const void *data, size_t len)
{
	if (fd == STDERR_FILENO || !fault_strikes(FAULT_file_write))
		return __real_write(fd, data, len);
	(void)!__real_write(fd, data, len / 2);
	return no_room();
}

WRAP(int, fsync, int fd)
{
	return fault_strikes(FAULT_file_sync) ? no_room() : __real_fsync(fd);
}

WRAP(int, rename, const char *from, const char *to)
{
	return fault_strikes(FAULT_file_rename) ? no_room() : __real_rename(from, to);
}
