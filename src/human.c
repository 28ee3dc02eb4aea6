#include "human.h"

#include <inttypes.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>

char *
human_rate(double bytes_per_second, char *text)
{
	static const char *const units[] = { "b/s", "kb/s", "Mb/s", "Gb/s", "Tb/s",
		"Pb/s" };
	double value = bytes_per_second * 8;
	size_t unit = 0;

	if (!isfinite(value) || value < 0.5) {
		snprintf(text, HUMAN_MAX, "0 b/s");
		return text;
	}
	while (value >= 999.5 && unit + 1 < sizeof units / sizeof *units) {
		value /= 1000;
		unit++;
	}
	snprintf(text, HUMAN_MAX, "%.*f %s",
	    unit == 0 || value >= 99.95 ? 0
	    : value >= 9.995            ? 1
					: 2,
	    value, units[unit]);
	return text;
}

char *
human_duration(uint64_t seconds, char *text)
{
	uint64_t minutes = seconds / 60, hours = minutes / 60, days = hours / 24;

	if (minutes == 0)
		snprintf(text, HUMAN_MAX, "%" PRIu64 "s", seconds);
	else if (hours == 0)
		snprintf(text, HUMAN_MAX, "%" PRIu64 "m%02us", minutes,
		    (unsigned)(seconds % 60));
	else if (days == 0)
		snprintf(text, HUMAN_MAX, "%" PRIu64 "h%02um", hours,
		    (unsigned)(minutes % 60));
	else
		snprintf(
		    text, HUMAN_MAX, "%" PRIu64 "d%uh", days, (unsigned)(hours % 24));
	return text;
}

char *
human_error(double share, char *text)
{
	double percent = share * 100;

	if (!isfinite(percent))
		snprintf(text, HUMAN_MAX, "-");
	else
		snprintf(text, HUMAN_MAX, "%.*f %%", percent < 9.95 ? 1 : 0, percent);
	return text;
}

char *
human_share(double share, char *text)
{
	double percent = share * 100;

	if (percent <= 0)
		snprintf(text, HUMAN_MAX, "0 %%");
	else if (percent < 0.01)
		snprintf(text, HUMAN_MAX, "<0.01 %%");
	else if (percent < 1)
		snprintf(text, HUMAN_MAX, "%.2f %%", percent);
	else if (percent >= 100)
		snprintf(text, HUMAN_MAX, "100 %%");
	else
		snprintf(text, HUMAN_MAX, "%.1f %%", percent > 99.9 ? 99.9 : percent);
	return text;
}
