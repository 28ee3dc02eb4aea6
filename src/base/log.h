/*
 * The log: one event, one line. The only global state of the daemon.
 *
 * error: the operator must act. warn: something was refused or lost. info: state
 * changed. debug: everything else.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* Lines go to stderr, with a time of day if it is no journal, or to syslog(3). */
void log_open(bool to_syslog, enum log_level level);

/* "error", "warn", "info", "debug"; false if it is none of them. */
bool log_level_parse(const char *text, enum log_level *retlevel);

void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Allows `burst` lines and then one every `interval_ms`, for what a stranger can
 * trigger. Begin with { .burst = …, .interval_ms = … }.
 */
struct log_limit {
	uint32_t burst, interval_ms;
	uint32_t used;
	uint64_t since_ms;
	uint64_t suppressed; /* lines not written since the last one allowed */
};

/* True if a line may be written now; `now_ms` is any monotonic clock. */
bool log_limit_pass(struct log_limit *limit, uint64_t now_ms);

#endif
