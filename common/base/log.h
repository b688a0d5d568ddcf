/* SPDX-License-Identifier: EUPL-1.2 */
/* One line per event on standard error: time, level, daemon, words, and ids. Never a person:
 * no name, number, free text or body is ever given to these functions. Libraries do not log;
 * the dispatcher, the loop and main do. */
#ifndef UDVEJ_BASE_LOG_H
#define UDVEJ_BASE_LOG_H

/* Who speaks; set once in main. The string must live as long as the process. */
void log_name(const char *name);
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
