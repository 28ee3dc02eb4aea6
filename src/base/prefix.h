/*
 * Addresses and prefixes of both families in one form: the bits of an address stand
 * left-aligned in 128, in host order, so an IPv4 address fills the top 32 bits of `hi`.
 */
#ifndef BASE_PREFIX_H
#define BASE_PREFIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum family { FAMILY_IPV4, FAMILY_IPV6 };
#define FAMILIES 2

struct bits {
	uint64_t hi, lo;
};

struct addr {
	struct bits bits;
	uint8_t family; /* enum family */
};

/* The bits behind `len` are zero. */
struct prefix {
	struct bits bits;
	uint8_t family; /* enum family */
	uint8_t len;
};

#define ADDR_TEXT_MAX 46   /* INET6_ADDRSTRLEN */
#define PREFIX_TEXT_MAX 50 /* with /128 and the final zero */

/* Bits of an address: 32 or 128. */
static inline unsigned
family_bits(enum family family)
{
	return family == FAMILY_IPV4 ? 32 : 128;
}

/* "IPv4" or "IPv6". */
const char *family_name(enum family family);

/* Ones in the first `len` (0 to 128) bits. */
static inline struct bits
bits_mask(unsigned len)
{
	return (struct bits){
		len >= 64 ? ~0ull
		: len     ? ~0ull << (64 - len)
			  : 0,
		len >= 128 ? ~0ull
		: len > 64 ? ~0ull << (128 - len)
			   : 0,
	};
}

static inline struct bits
bits_and(struct bits a, struct bits b)
{
	return (struct bits){ a.hi & b.hi, a.lo & b.lo };
}

static inline bool
bits_equal(struct bits a, struct bits b)
{
	return a.hi == b.hi && a.lo == b.lo;
}

/* Negative, zero or positive as a stands before, at or behind b. */
static inline int
bits_compare(struct bits a, struct bits b)
{
	if (a.hi != b.hi)
		return a.hi < b.hi ? -1 : 1;
	return a.lo < b.lo ? -1 : a.lo > b.lo;
}

/* Four or sixteen bytes in network order, from and to bits. */
struct bits bits_from_bytes(const uint8_t *bytes, size_t len);
void bits_to_bytes(struct bits bits, uint8_t *retbytes, size_t len);

/* The first `len` bits of `bits`, as a prefix; the rest is cleared. */
struct prefix prefix_make(enum family family, struct bits bits, unsigned len);

bool prefix_equal(const struct prefix *a, const struct prefix *b);

/* By family, address, length: what covers stands before what is covered. */
int prefix_compare(const struct prefix *a, const struct prefix *b);

/* True if `outer` contains `inner` or equals it. */
bool prefix_covers(const struct prefix *outer, const struct prefix *inner);

bool prefix_contains(const struct prefix *prefix, const struct addr *addr);

bool addr_equal(const struct addr *a, const struct addr *b);

/* Text as inet_ntop(3) writes it. Return `text`, which has room for the _TEXT_MAX. */
char *addr_text(const struct addr *addr, char *text);
char *prefix_text(const struct prefix *prefix, char *text);

/* "192.0.2.1", "2001:db8::1". False, and *retaddr untouched, if it is neither. */
bool addr_parse(const char *text, struct addr *retaddr);

/*
 * "192.0.2.0/24". A bare address stands for its full length. False, and *retprefix
 * untouched, if it is no prefix or has bits set behind its length.
 */
bool prefix_parse(const char *text, struct prefix *retprefix);

#endif
