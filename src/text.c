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
