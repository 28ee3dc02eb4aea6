#include "bgp/attr_encode.h"

#include <assert.h>
#include <string.h>

#include "bgp/announce.h"
#include "bgp/as_path.h"
#include "bgp/attr.h"
#include "bgp/open.h"
#include "rib/attrs.h"

#define DEFAULT_LOCAL_PREF 100 /* what everybody takes for a route without one */
#define OPTIONAL_TRANSITIVE (BGP_FLAG_OPTIONAL | BGP_FLAG_TRANSITIVE)

/* The attributes of a set by type; a type it lacks has `raw` NULL. */
struct slots {
	struct bgp_attr attrs[256];
};

static void
slots_fill(struct slots *slots, const struct attrs *attrs)
{
	struct bgp_attr attr;
	struct rd rd;

	memset(slots, 0, sizeof *slots);
	rd_init(&rd, attrs->bytes, attrs->len);
	while (rd_left(&rd) && bgp_attr_next(&rd, &attr))
		slots->attrs[attr.type] = attr;
	assert(rd_done(&rd));
}

static void
put_u32(struct wr *wr, uint8_t flags, uint8_t type, uint32_t value)
{
	wr_u8(wr, flags);
	wr_u8(wr, type);
	wr_u8(wr, 4);
	wr_u32(wr, value);
}

/*
 * The path as this peer sees it, in four octets; the bytes are the caller's. Segments
 * of a confederation stay inside: RFC 5065 5.3.
 */
static struct rd
our_path(const struct bgp_announce_params *params, struct rd path, uint8_t *bytes,
    size_t cap)
{
	uint8_t plain[ATTRS_LEN_MAX];
	struct rd rd;
	struct wr wr;

	if (!params->ebgp)
		return path;
	wr_init(&wr, plain, sizeof plain);
	bgp_as_path_plain(&wr, path);
	rd_init(&rd, plain, wr.len);
	wr_init(&wr, bytes, cap);
	bgp_as_path_prepend(&wr, rd, params->local_as);
	rd_init(&rd, bytes, wr.len);
	return rd;
}

/* AS_PATH, or with `as4_path` AS4_PATH where the peer needs it. RFC 6793 4.2.2 */
static void
put_as_path(struct wr *wr, const struct bgp_announce_params *params,
    const struct slots *slots, bool as4_path)
{
	uint8_t bytes[ATTRS_LEN_MAX + 8], value[ATTRS_LEN_MAX + 8];
	struct rd path = our_path(
	    params, slots->attrs[BGP_ATTR_AS_PATH].value, bytes, sizeof bytes);
	struct wr wr_value;

	wr_init(&wr_value, value, sizeof value);
	if (as4_path) {
		if (params->as4 || !bgp_as_path_is_wide(path))
			return;
		bgp_as_path_plain(&wr_value, path);
	} else if (params->as4) {
		wr_bytes(&wr_value, path.at, rd_left(&path));
	} else {
		bgp_as_path_narrow(&wr_value, path);
	}
	bgp_attr_write(wr, as4_path ? OPTIONAL_TRANSITIVE : BGP_FLAG_TRANSITIVE,
	    as4_path ? BGP_ATTR_AS4_PATH : BGP_ATTR_AS_PATH, value, wr_value.len);
}

/* AGGREGATOR, or with `as4` AS4_AGGREGATOR where the peer needs it. */
static void
put_aggregator(struct wr *wr, const struct bgp_announce_params *params,
    const struct bgp_attr *attr, bool as4)
{
	struct rd rd = attr->value;
	uint32_t as = rd_u32(&rd);
	uint32_t address = rd_u32(&rd);
	uint8_t flags = OPTIONAL_TRANSITIVE | (attr->flags & BGP_FLAG_PARTIAL);

	if (!attr->raw || (as4 && (params->as4 || as <= UINT16_MAX)))
		return;
	wr_u8(wr, flags);
	wr_u8(wr, as4 ? BGP_ATTR_AS4_AGGREGATOR : BGP_ATTR_AGGREGATOR);
	wr_u8(wr, as4 || params->as4 ? 8 : 6);
	if (as4 || params->as4)
		wr_u32(wr, as);
	else
		wr_u16(wr, as > UINT16_MAX ? BGP_AS_TRANS : (uint16_t)as);
	wr_u32(wr, address);
}

static bool
has_community(struct rd communities, uint32_t community)
{
	while (rd_left(&communities)) {
		if (rd_u32(&communities) == community)
			return true;
	}
	return false;
}

/* Those of the route, then those of ours that it lacks. */
static void
put_communities(struct wr *wr, const struct bgp_announce_params *params,
    const struct bgp_attr *attr)
{
	uint8_t value[ATTRS_LEN_MAX + 4 * BGP_ADD_COMMUNITIES_MAX];
	struct rd theirs, all;
	struct wr wr_value;

	rd_init(&theirs, NULL, 0);
	if (attr->raw)
		theirs = attr->value;
	wr_init(&wr_value, value, sizeof value);
	wr_bytes(&wr_value, theirs.at, rd_left(&theirs));
	assert(params->n_communities <= BGP_ADD_COMMUNITIES_MAX);
	for (size_t i = 0; i < params->n_communities; i++) {
		rd_init(&all, value, wr_value.len);
		if (!has_community(all, params->communities[i]))
			wr_u32(&wr_value, params->communities[i]);
	}
	if (wr_value.len)
		bgp_attr_write(wr,
		    OPTIONAL_TRANSITIVE | (attr->flags & BGP_FLAG_PARTIAL),
		    BGP_ATTR_COMMUNITIES, value, wr_value.len);
}

static void
put_local_pref(struct wr *wr, const struct bgp_announce_params *params,
    const struct bgp_attr *attr)
{
	struct rd rd = attr->value;

	if (!params->ebgp)
		put_u32(wr, BGP_FLAG_TRANSITIVE, BGP_ATTR_LOCAL_PREF,
		    attr->raw ? rd_u32(&rd) : DEFAULT_LOCAL_PREF);
}

/*
 * What goes out as it came, with its flags set right: only what is optional and
 * transitive may be partial. What we do not know goes on only if it is that, marked as
 * partial. RFC 4271 4.3, 5 and 9
 */
static void
put_other(struct wr *wr, const struct bgp_attr *attr)
{
	const struct bgp_attr_row *row = bgp_attr_row(attr->type);
	uint8_t flags = attr->flags;

	if (!attr->raw)
		return;
	if (row)
		flags = row->flags |
			(row->flags == OPTIONAL_TRANSITIVE ? flags & BGP_FLAG_PARTIAL
							   : 0);
	else if (flags & BGP_FLAG_TRANSITIVE)
		flags |= BGP_FLAG_PARTIAL;
	else
		return;
	bgp_attr_write(wr, flags, attr->type, attr->value.at, rd_left(&attr->value));
}

static void
put_attr(struct wr *wr, const struct bgp_announce_params *params,
    const struct slots *slots, uint8_t type)
{
	const struct bgp_attr *attr = &slots->attrs[type];

	switch (type) {
	case BGP_ATTR_AS_PATH:
	case BGP_ATTR_AS4_PATH:
		put_as_path(wr, params, slots, type == BGP_ATTR_AS4_PATH);
		break;
	case BGP_ATTR_AGGREGATOR:
	case BGP_ATTR_AS4_AGGREGATOR:
		put_aggregator(wr, params, &slots->attrs[BGP_ATTR_AGGREGATOR],
		    type == BGP_ATTR_AS4_AGGREGATOR);
		break;
	case BGP_ATTR_LOCAL_PREF:
		put_local_pref(wr, params, attr);
		break;
	case BGP_ATTR_COMMUNITIES:
		put_communities(wr, params, attr);
		break;
	case BGP_ATTR_NEXT_HOP:
	case BGP_ATTR_MP_REACH:
	case BGP_ATTR_ORIGINATOR_ID:
	case BGP_ATTR_CLUSTER_LIST:
		break;
	default:
		put_other(wr, attr);
		break;
	}
}

static struct nexthop
find_nexthop(const struct slots *slots)
{
	struct rd rd = slots->attrs[BGP_ATTR_NEXT_HOP].value;
	size_t len = 4;

	if (slots->attrs[BGP_ATTR_MP_REACH].raw) {
		rd = slots->attrs[BGP_ATTR_MP_REACH].value;
		len = rd_u8(&rd);
	}
	assert(rd_left(&rd) == len);
	return nexthop_make(rd.at, len);
}

bool
bgp_attrs_encode(struct wr *wr, const struct bgp_announce_params *params,
    const struct attrs *attrs, enum family family, bool *retmp,
    struct nexthop *retnexthop)
{
	struct slots slots;
	struct nexthop nexthop;

	slots_fill(&slots, attrs);
	nexthop = find_nexthop(&slots);
	if (family == FAMILY_IPV4 ? nexthop.len != 4 && !params->extended_nexthop
				  : nexthop.len == 4)
		return false;
	*retmp = nexthop.len != 4;
	*retnexthop = nexthop;
	for (unsigned type = 0; type < 256; type++) {
		if (type == BGP_ATTR_NEXT_HOP && !*retmp)
			bgp_attr_write(wr, BGP_FLAG_TRANSITIVE, BGP_ATTR_NEXT_HOP,
			    nexthop.bytes, 4);
		else
			put_attr(wr, params, &slots, (uint8_t)type);
	}
	return true;
}
