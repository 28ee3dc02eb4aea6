#include "text.h"

#include <stddef.h>
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
