#include "base/prefix.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

const char *
family_name(enum family family)
{
	return family == FAMILY_IPV4 ? "IPv4" : "IPv6";
}

struct bits
bits_from_bytes(const uint8_t *bytes, size_t len)
{
	struct bits bits = { 0, 0 };

	for (size_t i = 0; i < len && i < 8; i++)
		bits.hi |= (uint64_t)bytes[i] << (56 - 8 * i);
	for (size_t i = 8; i < len && i < 16; i++)
		bits.lo |= (uint64_t)bytes[i] << (120 - 8 * i);
	return bits;
}

void
bits_to_bytes(struct bits bits, uint8_t *retbytes, size_t len)
{
	for (size_t i = 0; i < len && i < 8; i++)
		retbytes[i] = (uint8_t)(bits.hi >> (56 - 8 * i));
	for (size_t i = 8; i < len && i < 16; i++)
		retbytes[i] = (uint8_t)(bits.lo >> (120 - 8 * i));
}

struct prefix
prefix_make(enum family family, struct bits bits, unsigned len)
{
	return (struct prefix){
		.bits = bits_and(bits, bits_mask(len)),
		.family = (uint8_t)family,
		.len = (uint8_t)len,
	};
}

bool
prefix_equal(const struct prefix *a, const struct prefix *b)
{
	return a->family == b->family && a->len == b->len &&
	       bits_equal(a->bits, b->bits);
}

int
prefix_compare(const struct prefix *a, const struct prefix *b)
{
	int order;

	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	order = bits_compare(a->bits, b->bits);
	return order ? order : (int)a->len - (int)b->len;
}

bool
prefix_covers(const struct prefix *outer, const struct prefix *inner)
{
	return outer->family == inner->family && outer->len <= inner->len &&
	       bits_equal(bits_and(inner->bits, bits_mask(outer->len)), outer->bits);
}

bool
prefix_contains(const struct prefix *prefix, const struct addr *addr)
{
	return prefix->family == addr->family &&
	       bits_equal(bits_and(addr->bits, bits_mask(prefix->len)), prefix->bits);
}

bool
addr_equal(const struct addr *a, const struct addr *b)
{
	return a->family == b->family && bits_equal(a->bits, b->bits);
}

char *
addr_text(const struct addr *addr, char *text)
{
	uint8_t bytes[16];
	bool v4 = addr->family == FAMILY_IPV4;

	bits_to_bytes(addr->bits, bytes, v4 ? 4 : 16);
	inet_ntop(v4 ? AF_INET : AF_INET6, bytes, text, ADDR_TEXT_MAX);
	return text;
}

char *
prefix_text(const struct prefix *prefix, char *text)
{
	struct addr addr = { .bits = prefix->bits, .family = prefix->family };
	size_t len;

	addr_text(&addr, text);
	len = strlen(text);
	snprintf(text + len, PREFIX_TEXT_MAX - len, "/%u", prefix->len);
	return text;
}

bool
addr_parse(const char *text, struct addr *retaddr)
{
	uint8_t bytes[16];

	if (inet_pton(AF_INET, text, bytes) == 1) {
		*retaddr = (struct addr){ bits_from_bytes(bytes, 4), FAMILY_IPV4 };
		return true;
	}
	if (inet_pton(AF_INET6, text, bytes) == 1) {
		*retaddr = (struct addr){ bits_from_bytes(bytes, 16), FAMILY_IPV6 };
		return true;
	}
	return false;
}

/* "0" to "128" in plain digits. */
static bool
parse_len(const char *text, unsigned max, unsigned *retlen)
{
	unsigned len = 0;
	size_t digits = strspn(text, "0123456789");

	if (digits == 0 || digits > 3 || text[digits] || (digits > 1 && text[0] == '0'))
		return false;
	for (; *text; text++)
		len = len * 10 + (unsigned)(*text - '0');
	if (len > max)
		return false;
	*retlen = len;
	return true;
}

bool
prefix_parse(const char *text, struct prefix *retprefix)
{
	const char *slash = strchr(text, '/');
	char host[ADDR_TEXT_MAX];
	size_t n = slash ? (size_t)(slash - text) : strlen(text);
	struct prefix prefix;
	struct addr addr;
	unsigned len;

	if (n >= sizeof host)
		return false;
	memcpy(host, text, n);
	host[n] = '\0';
	if (!addr_parse(host, &addr))
		return false;
	len = family_bits(addr.family);
	if (slash && !parse_len(slash + 1, len, &len))
		return false;
	prefix = prefix_make(addr.family, addr.bits, len);
	if (!bits_equal(prefix.bits, addr.bits))
		return false;
	*retprefix = prefix;
	return true;
}
