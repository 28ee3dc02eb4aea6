#include "sim_text.h"

#include <stdio.h>
#include <string.h>

#include "base/prefix.h"
#include "rib/nexthop.h"
#include "sim_file.h"
#include "sim_rib.h"
#include "text.h"

#define BLANKS " \t"
#define SECONDS_MAX 100000000000ull /* a few thousand years */

bool
sim_is_blank(const char *line)
{
	line += strspn(line, BLANKS);
	return *line == '\0' || *line == '#';
}

char *
sim_word(char **line)
{
	char *word = *line + strspn(*line, BLANKS);
	size_t len = strcspn(word, BLANKS);

	if (len == 0)
		return NULL;
	*line = word + len;
	if (**line)
		*(*line)++ = '\0';
	return word;
}

bool
sim_nexthop(const char *text, struct nexthop *retnexthop)
{
	uint8_t bytes[16];
	struct addr addr;
	size_t len;

	if (!addr_parse(text, &addr))
		return false;
	len = family_bits((enum family)addr.family) / 8;
	bits_to_bytes(addr.bits, bytes, len);
	*retnexthop = nexthop_make(bytes, len);
	return true;
}

bool
sim_time(const char *text, uint64_t *retus)
{
	char whole[16];
	size_t len = strcspn(text, ".");
	uint64_t seconds, us = 0, unit = 100000;

	if (len >= sizeof whole)
		return false;
	memcpy(whole, text, len);
	whole[len] = '\0';
	if (!text_number(whole, 0, SECONDS_MAX, &seconds))
		return false;
	text += len;
	if (*text == '.' && *++text == '\0')
		return false;
	for (; *text >= '0' && *text <= '9'; text++, unit /= 10)
		us += (uint64_t)(*text - '0') * unit; /* 0 behind the sixth */
	if (*text)
		return false;
	*retus = seconds * 1000000 + us;
	return true;
}

void
sim_complain_line(
    const struct sim_file *file, const char *why, const char *word, char *reterr)
{
	snprintf(reterr, SIM_ERROR_MAX, "%s:%llu: '%.60s': %s", sim_file_name(file),
	    (unsigned long long)sim_file_lines(file), word, why);
}
