#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <syslog.h>
#include <time.h>

static struct {
	enum log_level level;
	bool to_syslog, journal;
} sink = { .level = LOG_LEVEL_INFO };

static const struct {
	const char *name;
	int syslog;
} levels[] = {
	[LOG_LEVEL_ERROR] = { "error", LOG_ERR },
	[LOG_LEVEL_WARN] = { "warn", LOG_WARNING },
	[LOG_LEVEL_INFO] = { "info", LOG_INFO },
	[LOG_LEVEL_DEBUG] = { "debug", LOG_DEBUG },
};

void
log_open(bool to_syslog, enum log_level level)
{
	sink.level = level;
	sink.to_syslog = to_syslog;
	sink.journal = getenv("JOURNAL_STREAM") != NULL;
	if (to_syslog)
		openlog("armd", LOG_PID, LOG_DAEMON);
}

bool
log_level_parse(const char *text, enum log_level *retlevel)
{
	for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
		if (strcasecmp(text, levels[i].name) == 0) {
			*retlevel = (enum log_level)i;
			return true;
		}
	}
	return false;
}

static void
write_stderr(enum log_level level, const char *line)
{
	char stamp[32] = "";
	struct timespec now;
	struct tm tm;

	if (sink.journal) { /* sd-daemon(3): a level in front, the time is the journal's
			     */
		fprintf(stderr, "<%d>%s\n", levels[level].syslog, line);
		return;
	}
	clock_gettime(CLOCK_REALTIME, &now);
	if (localtime_r(&now.tv_sec, &tm))
		strftime(stamp, sizeof stamp, "%Y-%m-%d %H:%M:%S", &tm);
	fprintf(stderr, "%s.%03ld %-5s %s\n", stamp, now.tv_nsec / 1000000,
	    levels[level].name, line);
}

static void
log_write(enum log_level level, const char *format, va_list args)
{
	char line[1024];

	if (level > sink.level)
		return;
	vsnprintf(line, sizeof line, format, args);
	for (char *c = line; *c; c++) /* a peer's text must not forge a second line */
		if ((unsigned char)*c < ' ')
			*c = '?';
	if (sink.to_syslog)
		syslog(levels[level].syslog, "%s", line);
	else
		write_stderr(level, line);
}

void
log_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_write(LOG_LEVEL_ERROR, format, args);
	va_end(args);
}

void
log_warn(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_write(LOG_LEVEL_WARN, format, args);
	va_end(args);
}

void
log_info(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_write(LOG_LEVEL_INFO, format, args);
	va_end(args);
}

void
log_debug(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_write(LOG_LEVEL_DEBUG, format, args);
	va_end(args);
}

bool
log_limit_pass(struct log_limit *limit, uint64_t now_ms)
{
	uint64_t earned = 0;

	if (limit->interval_ms)
		earned = (now_ms - limit->since_ms) / limit->interval_ms;
	if (earned) {
		limit->used = earned >= limit->used ? 0
						    : limit->used - (uint32_t)earned;
		limit->since_ms += earned * limit->interval_ms;
	}
	if (limit->used >= limit->burst) {
		limit->suppressed++;
		return false;
	}
	limit->used++;
	return true;
}
