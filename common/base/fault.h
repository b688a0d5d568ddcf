/* SPDX-License-Identifier: EUPL-1.2 */
/* Places where tests end a daemon as a power cut would, or make a call of it fail. In test builds (UDVEJ_TESTS) a
 * daemon maps the file that the environment names in UDVEJ_FAULTS: a slot for each place counts how often it was passed
 * and says at which passing to strike. In every other build a point is nothing. tests/crash passes through all of them.
 */
#ifndef UDVEJ_BASE_FAULT_H
#define UDVEJ_BASE_FAULT_H

#include <stdbool.h>

/* clang-format off */
/* FAULT_POINT(name): the process ends here. In the order of the life of a message. */
#define FAULT_POINTS(ROW)                                                          \
	ROW(transaction_begun)/* BEGIN is queued */                                    \
	ROW(letter_numbered)  /* has its number, not yet its row */       \
	ROW(trim_unsent)      /* of what is acknowledged */                            \
	ROW(trim_sent)                                                                 \
	ROW(transaction_run)  /* all is queued, COMMIT is not */                       \
	ROW(commit_unsent)    /* what was held back is queued too */                     \
	ROW(commit_sent)                                                               \
	ROW(commit_heard)     /* the server has said COMMIT */                         \
	ROW(transaction_noted)/* in memory too; acknowledgements are out, answers not */ \
	ROW(transaction_told) /* all was said that may be said after the commit */     \
	ROW(trim_noted)                                                                \
	ROW(greeting_unsent)                                                           \
	ROW(greeting_sent)                                                             \
	ROW(greeting_heard)                                                            \
	ROW(frame_unsent)                                                              \
	ROW(frame_sent)                                                                \
	ROW(relay_unsent)     /* at the broker */                                      \
	ROW(relay_sent)                                                                \
	ROW(frame_heard)                                                               \
	ROW(frame_taken)      /* its letters wait for the next transaction */          \
	ROW(ack_unsent)                                                                \
	ROW(ack_sent)                                                                  \
	ROW(ack_heard)                                                                 \
	ROW(ack_noted)                                                                 \
	ROW(request_heard)                                                             \
	ROW(answer_unsent)    /* of an HTTP request */                                 \
	ROW(answer_made)                                                               \
	ROW(answer_sent)      /* its last byte is with the kernel */                   \
	ROW(ask_unsent)       /* by a node that is recovered */                        \
	ROW(ask_sent)                                                                  \
	ROW(ask_heard)        /* by one that knows something */                        \
	ROW(page_unsent)                                                               \
	ROW(page_sent)                                                                 \
	ROW(page_heard)                                                                \
	ROW(page_noted)                                                                \
	ROW(migration_unsent) /* COMMIT of one, in a database that is new */           \
	ROW(migration_sent)

/* Calls that fail (tests/crash/failing.c stands before them at linking). */
#define FAULT_CALLS(ROW)                                                           \
	ROW(malloc)                                                                    \
	ROW(calloc)                                                                    \
	ROW(realloc)                                                                   \
	ROW(strdup)                                                                    \
	ROW(asprintf)                                                                  \
	ROW(tsearch)                                                                   \
	ROW(query_refused)    /* by the server, COMMIT too */                          \
	ROW(query_unsent)     /* libpq cannot queue it */                              \
	ROW(sync_unsent)                                                               \
	ROW(flush_request_unsent)                                                      \
	ROW(flush)                                                                     \
	ROW(result_lost)      /* the connection breaks before the answer is read */    \
	ROW(connect)                                                                   \
	ROW(setup_unsent)     /* of a statement that prepares a connection */          \
	ROW(prepare)                                                                   \
	ROW(prepare_unsent)   /* of a statement for many rows */                       \
	ROW(pipeline_enter)                                                            \
	ROW(pipeline_exit)                                                             \
	ROW(migration)        /* the statements of one */                              \
	ROW(link_refused)     /* the link does not take the frame */                   \
	ROW(link_lost)        /* it takes it, and loses it */                          \
	ROW(zmq_send)                                                                  \
	ROW(zmq_msg_init)                                                              \
	ROW(zmq_msg_send)     /* of the last part: those before it are taken back */   \
	ROW(zmq_socket)                                                                \
	ROW(zmq_connect)                                                               \
	ROW(zmq_monitor)                                                               \
	ROW(http_response)                                                             \
	ROW(http_header)                                                               \
	ROW(http_queue)                                                                \
	ROW(json)                                                                      \
	ROW(json_file)                                                                 \
	ROW(file_write)       /* of a registry that is passed on */                    \
	ROW(file_sync)                                                                 \
	ROW(file_rename)
/* clang-format on */

#ifdef UDVEJ_TESTS
enum fault {
#define ROW(name) FAULT_##name,
	FAULT_POINTS(ROW) FAULT_CALLS(ROW)
#undef ROW
	    FAULT_COUNT
};

/* Counts the passing; true when it is the one to strike at. */
bool fault_strikes(enum fault f);
/* The end, when it is this passing. */
void fault_point(enum fault f);

#define FAULT_POINT(name) fault_point(FAULT_##name)
#else
#define FAULT_POINT(name) ((void)0)
#endif

#endif
