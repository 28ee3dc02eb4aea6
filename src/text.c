#include "text.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

bool
text_number(const char *text, uint64_t min, uint64_t max, uint64_t *ret)
{
	size_t digits = strspn(text, "0123456789");
	uint64_t value = 0;

	if (digits == 0 || text[digits] || (digits > 1 && text[0] == '0'))
		return false;
	for (; *text; text++) {
		uint64_t digit = (uint64_t)(*text - '0');

		if (value > (UINT64_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	if (value < min || value > max)
		return false;
	*ret = value;
	return true;
}

bool
text_prefix(const char *text, struct prefix *ret, char *reterr)
{
	const char *slash = strchr(text, '/');
	char address[ADDR_TEXT_MAX], meant[PREFIX_TEXT_MAX];
	struct prefix prefix;
	struct addr addr;
	uint64_t len;

	if (slash && prefix_parse(text, ret))
		return true;
	snprintf(reterr, TEXT_ERROR_MAX, "this is no prefix such as 192.0.2.0/24");
	if (!slash || (size_t)(slash - text) >= sizeof address)
		return false;
	memcpy(address, text, (size_t)(slash - text));
	address[slash - text] = '\0';
	if (!addr_parse(address, &addr))
		return false;
	if (!text_number(slash + 1, 0, family_bits(addr.family), &len)) {
		snprintf(reterr, TEXT_ERROR_MAX, "the length is no number from 0 to %u",
		    family_bits(addr.family));
		return false;
	}
	prefix = prefix_make(addr.family, addr.bits, (unsigned)len);
	snprintf(reterr, TEXT_ERROR_MAX,
	    "bits are set behind the length; %s is the prefix",
	    prefix_text(&prefix, meant));
	return false;
}

struct unit {
	char letter;
	uint64_t value;
};

/* A number with one of the units behind it, or none. */
static bool
read_quantity(const char *text, const struct unit *units, size_t n, uint64_t *ret)
{
	size_t digits = strspn(text, "0123456789");
	char number[24];
	uint64_t unit = text[digits] ? 0 : 1, value;

	for (size_t i = 0; i < n; i++)
		if (text[digits] == units[i].letter && !text[digits + 1])
			unit = units[i].value;
	if (unit == 0 || digits >= sizeof number)
		return false;
	memcpy(number, text, digits);
	number[digits] = '\0';
	if (!text_number(number, 1, UINT64_MAX / unit, &value))
		return false;
	*ret = value * unit;
	return true;
}

bool
text_bytes(const char *text, uint64_t *ret)
{
	static const struct unit units[] = { { 'k', 1000 }, { 'M', 1000000 },
		{ 'G', 1000000000 } };

	return read_quantity(text, units, sizeof units / sizeof *units, ret);
}

bool
text_duration(const char *text, uint64_t *ret)
{
	static const struct unit units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 },
		{ 'd', 86400 } };

	return read_quantity(text, units, sizeof units / sizeof *units, ret);
}
