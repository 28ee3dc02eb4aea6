#include "bgp/normal.h"

#include <string.h>

#include "bgp/as_path.h"
#include "bgp/open.h"

#define CONTEXT_EBGP 1
#define CONTEXT_MP 2
#define CONTEXT_DOMAIN_SHIFT 2

/* The attributes that are kept: the first of each type, unless it is discarded. */
struct kept {
	struct bgp_attr attrs[256];
	size_t n;
	uint64_t seen[4]; /* types met, a bit each */
};

uint8_t
bgp_normal_context(const struct bgp_session_params *params, bool mp)
{
	return (uint8_t)(params->domain << CONTEXT_DOMAIN_SHIFT |
			 (mp ? CONTEXT_MP : 0) | (params->ebgp ? CONTEXT_EBGP : 0));
}

/* NEXT_HOP means nothing to routes of MP_REACH_NLRI. RFC 4760 3 */
static bool
is_excised(uint8_t type, const struct nexthop *mp)
{
	return type == BGP_ATTR_MP_REACH || type == BGP_ATTR_MP_UNREACH ||
	       (mp && type == BGP_ATTR_NEXT_HOP);
}

static void
put_mp_nexthop(struct wr *wr, const struct nexthop *mp)
{
	wr_u8(wr, BGP_FLAG_OPTIONAL);
	wr_u8(wr, BGP_ATTR_MP_REACH);
	wr_u8(wr, mp->len + 1);
	wr_u8(wr, mp->len);
	wr_bytes(wr, mp->bytes, mp->len);
}

void
bgp_normal_excise(struct wr *wr, struct rd attrs, const struct nexthop *mp)
{
	struct bgp_attr attr;

	while (rd_left(&attrs) && bgp_attr_next(&attrs, &attr)) {
		if (!is_excised(attr.type, mp))
			wr_bytes(wr, attr.raw, attr.raw_len);
	}
	if (mp)
		put_mp_nexthop(wr, mp);
}

static const struct bgp_attr *
kept_find(const struct kept *kept, uint8_t type)
{
	for (size_t i = 0; i < kept->n; i++) {
		if (kept->attrs[i].type == type)
			return &kept->attrs[i];
	}
	return NULL;
}

/* Raises a fault of the attribute that begins at `raw`. */
static void
complain(struct bgp_fault *fault, enum bgp_verdict verdict, const struct bgp_attr *attr,
    size_t raw_len, const char *reason)
{
	struct bgp_fault found = {
		.verdict = (uint8_t)verdict,
		.type = attr->type,
		.reason = reason,
	};

	rd_init(&found.where, attr->raw, raw_len);
	bgp_fault_raise(fault, found);
}

/* Reads, checks and keeps the attributes. */
static void
sift(struct kept *kept, const struct bgp_session_params *params, struct rd attrs,
    const struct nexthop *mp, struct bgp_fault *fault)
{
	struct bgp_attr attr;

	while (rd_left(&attrs)) {
		struct bgp_fault found = { .verdict = BGP_ACCEPT };
		uint64_t bit;

		if (!bgp_attr_next(&attrs, &attr)) {
			/* RFC 7606 4: lengths that overrun are treated as withdraw */
			complain(fault, BGP_TREAT_AS_WITHDRAW, &attr,
			    (size_t)(attrs.end - attr.raw), "cut short");
			return;
		}
		if (is_excised(attr.type, mp))
			continue;
		bit = 1ull << (attr.type & 63);
		if (kept->seen[attr.type >> 6] & bit) {
			/* RFC 7606 3 g: the first one counts */
			complain(fault, BGP_ATTR_DISCARD, &attr, attr.raw_len,
			    "more than one");
			continue;
		}
		kept->seen[attr.type >> 6] |= bit;
		if (bgp_attr_check(params, &attr, &found) != BGP_ACCEPT)
			bgp_fault_raise(fault, found);
		else
			kept->attrs[kept->n++] = attr;
	}
}

static void
put_as_path(struct wr *wr, const struct bgp_attr *path, const struct bgp_attr *as4_path)
{
	uint8_t bytes[UINT16_MAX];
	struct wr value;
	struct rd none;

	rd_init(&none, NULL, 0);
	wr_init(&value, bytes, sizeof bytes);
	bgp_as_path_merge(&value, path->value, as4_path ? as4_path->value : none);
	bgp_attr_write(wr, path->flags, path->type, bytes, value.len);
	wr->full |= value.full;
}

static void
put_aggregator(
    struct wr *wr, const struct bgp_attr *aggregator, const struct bgp_attr *better)
{
	struct rd rd = better ? better->value : aggregator->value;
	uint32_t as = bgp_as_next(&rd, better != NULL);
	uint32_t address = rd_u32(&rd);

	wr_u8(wr, aggregator->flags & (uint8_t)~BGP_FLAG_EXTENDED);
	wr_u8(wr, aggregator->type);
	wr_u8(wr, 8);
	wr_u32(wr, as);
	wr_u32(wr, address);
}

/*
 * From two octets to four. An AGGREGATOR that is not AS_TRANS, beside AS4_AGGREGATOR,
 * was made later by a speaker of two octets, and the AS4_ attributes are stale. RFC
 * 6793 4.2.3
 */
static void
put_widened(struct wr *wr, const struct kept *kept)
{
	const struct bgp_attr *as4_path = kept_find(kept, BGP_ATTR_AS4_PATH);
	const struct bgp_attr *as4_aggregator = kept_find(
	    kept, BGP_ATTR_AS4_AGGREGATOR);
	const struct bgp_attr *aggregator = kept_find(kept, BGP_ATTR_AGGREGATOR);

	if (aggregator && as4_aggregator) {
		struct rd rd = aggregator->value;

		if (rd_u16(&rd) != BGP_AS_TRANS)
			as4_path = as4_aggregator = NULL;
	}
	for (size_t i = 0; i < kept->n; i++) {
		const struct bgp_attr *attr = &kept->attrs[i];

		if (attr->type == BGP_ATTR_AS_PATH)
			put_as_path(wr, attr, as4_path);
		else if (attr->type == BGP_ATTR_AGGREGATOR)
			put_aggregator(wr, attr, as4_aggregator);
		else if (attr->type != BGP_ATTR_AS4_PATH &&
			 attr->type != BGP_ATTR_AS4_AGGREGATOR)
			wr_bytes(wr, attr->raw, attr->raw_len);
	}
}

/* NULL, or why packets cannot be sent there. */
static const char *
nexthop_fault(const struct nexthop *nexthop)
{
	struct addr addr = nexthop_addr(nexthop);
	uint8_t first = nexthop->bytes[0];

	if (addr.family == FAMILY_IPV4) {
		if (first == 0 || first == 127 || (first >= 224 && first < 240) ||
		    addr.bits.hi >> 32 == UINT32_MAX)
			return "no unicast address";
		return NULL;
	}
	if (first == 0xff || (addr.bits.hi == 0 && addr.bits.lo <= 1))
		return "no unicast address";
	return NULL;
}

static void
withdraw(struct bgp_fault *fault, uint8_t type, const char *reason)
{
	bgp_fault_raise(fault,
	    (struct bgp_fault){
		.verdict = BGP_TREAT_AS_WITHDRAW, .type = type, .reason = reason });
}

/* What came from us comes back: RFC 4271 9.1.2 (AS_PATH), RFC 4456 8 (ORIGINATOR_ID) */
static void
check_loop(const struct bgp_session_params *params, const struct bgp_attr *attr,
    struct bgp_fault *fault)
{
	struct rd value = attr->value;

	if (attr->type == BGP_ATTR_AS_PATH && params->ebgp && params->reject_own_as &&
	    bgp_as_path_has(value, params->local_as))
		withdraw(fault, BGP_ATTR_AS_PATH, "our own AS in it");
	if (attr->type == BGP_ATTR_ORIGINATOR_ID && params->local_id &&
	    rd_u32(&value) == params->local_id)
		withdraw(fault, BGP_ATTR_ORIGINATOR_ID, "our own identifier");
}

/* What a route needs, when nothing was malformed: RFC 7606 3 d, RFC 4271 6.3 */
static void
check_usable(const struct bgp_session_params *params, struct rd normal,
    const struct nexthop *nexthop, bool mp, struct bgp_fault *fault)
{
	bool origin = false, as_path = false;
	struct bgp_attr attr;

	while (rd_left(&normal) && bgp_attr_next(&normal, &attr)) {
		origin |= attr.type == BGP_ATTR_ORIGIN;
		as_path |= attr.type == BGP_ATTR_AS_PATH;
		check_loop(params, &attr, fault);
	}
	if (!origin)
		withdraw(fault, BGP_ATTR_ORIGIN, "missing");
	if (!as_path)
		withdraw(fault, BGP_ATTR_AS_PATH, "missing");
	if (nexthop->len == 0)
		withdraw(fault, BGP_ATTR_NEXT_HOP, "missing");
	else if (nexthop_fault(nexthop))
		withdraw(fault, mp ? BGP_ATTR_MP_REACH : BGP_ATTR_NEXT_HOP,
		    nexthop_fault(nexthop));
}

void
bgp_normal_make(struct wr *wr, const struct bgp_session_params *params, struct rd attrs,
    const struct nexthop *mp, bool usable, struct nexthop *retnexthop,
    struct bgp_fault *fault)
{
	struct kept kept;
	struct bgp_fault found = { .verdict = BGP_ACCEPT };
	const struct bgp_attr *nexthop, *guilty;
	struct rd normal;

	kept.n = 0;
	memset(kept.seen, 0, sizeof kept.seen);
	sift(&kept, params, attrs, mp, fault);
	if (params->as4) {
		for (size_t i = 0; i < kept.n; i++)
			wr_bytes(wr, kept.attrs[i].raw, kept.attrs[i].raw_len);
	} else {
		put_widened(wr, &kept);
	}
	nexthop = kept_find(&kept, BGP_ATTR_NEXT_HOP);
	*retnexthop = mp        ? *mp
		      : nexthop ? nexthop_make(nexthop->value.at, 4)
				: nexthop_make(NULL, 0);
	if (mp)
		put_mp_nexthop(wr, mp);
	rd_init(&normal, wr->bytes, wr->len);
	if (wr->full)
		withdraw(&found, 0, "attributes too long");
	else if (usable)
		check_usable(params, normal, retnexthop, mp != NULL, &found);
	guilty = found.verdict ? kept_find(&kept, found.type) : NULL;
	if (guilty)
		rd_init(&found.where, guilty->raw, guilty->raw_len);
	bgp_fault_raise(fault, found);
}
