#include "bgp/attr.h"

#include <stdio.h>
#include <string.h>

#include "bgp/as_path.h"

#define WELL_KNOWN BGP_FLAG_TRANSITIVE
#define OPTIONAL BGP_FLAG_OPTIONAL
#define OPTIONAL_TRANSITIVE (BGP_FLAG_OPTIONAL | BGP_FLAG_TRANSITIVE)
#define KIND (BGP_FLAG_OPTIONAL | BGP_FLAG_TRANSITIVE)

static const char bad_length[] = "bad length";

static const char *
check_origin(const struct bgp_session_params *params, const struct bgp_attr *attr)
{
	struct rd rd = attr->value;
	uint8_t origin = rd_u8(&rd);

	(void)params;
	if (!rd_done(&rd))
		return bad_length;
	return origin > 2 ? "bad value" : NULL;
}

static const char *
check_as_path(const struct bgp_session_params *params, const struct bgp_attr *attr)
{
	return bgp_as_path_check(attr->value, params->as4, !params->ebgp);
}

static const char *
check_length_0(const struct bgp_session_params *params, const struct bgp_attr *attr)
{
	(void)params;
	return rd_left(&attr->value) == 0 ? NULL : bad_length;
}

static const char *
check_length_4(const struct bgp_session_params *params, const struct bgp_attr *attr)
{
	(void)params;
	return rd_left(&attr->value) == 4 ? NULL : bad_length;
}

static const char *
check_aggregator(const struct bgp_session_params *params, const struct bgp_attr *attr)
{
	struct rd rd = attr->value;
	uint32_t as = bgp_as_next(&rd, params->as4);

	rd_u32(&rd);
	if (!rd_done(&rd))
		return bad_length;
	return as ? NULL : "AS 0";
}

/* Lists of items: at least one, and whole ones. */
static const char *
check_items(const struct bgp_attr *attr, size_t size)
{
	size_t len = rd_left(&attr->value);

	return len && len % size == 0 ? NULL : bad_length;
}

static const char *
check_items_4(const struct bgp_session_params *params, const struct bgp_attr *attr)
{
	(void)params;
	return check_items(attr, 4);
}

static const char *
check_items_8(const struct bgp_session_params *params, const struct bgp_attr *attr)
{
	(void)params;
	return check_items(attr, 8);
}

static const char *
check_items_12(const struct bgp_session_params *params, const struct bgp_attr *attr)
{
	(void)params;
	return check_items(attr, 12);
}

static const char *
check_items_20(const struct bgp_session_params *params, const struct bgp_attr *attr)
{
	(void)params;
	return check_items(attr, 20);
}

static const char *
check_as4_path(const struct bgp_session_params *params, const struct bgp_attr *attr)
{
	(void)params;
	if (rd_left(&attr->value) == 0)
		return bad_length;
	return bgp_as_path_check(attr->value, true, true);
}

static const char *
check_as4_aggregator(
    const struct bgp_session_params *params, const struct bgp_attr *attr)
{
	struct rd rd = attr->value;
	uint32_t as = rd_u32(&rd);

	(void)params;
	rd_u32(&rd);
	if (!rd_done(&rd))
		return bad_length;
	return as ? NULL : "AS 0";
}

/*
 * RFC 7606 7, RFC 6793 6, RFC 8092 6, RFC 9234 5. What MP_REACH_NLRI and
 * MP_UNREACH_NLRI hold is checked in bgp/mp.c.
 */
static const struct bgp_attr_row rows[] = {
	[BGP_ATTR_ORIGIN] = { BGP_ATTR_ORIGIN, WELL_KNOWN, BGP_TREAT_AS_WITHDRAW,
	    BGP_ATTR_ANY_PEER, "ORIGIN", check_origin },
	[BGP_ATTR_AS_PATH] = { BGP_ATTR_AS_PATH, WELL_KNOWN, BGP_TREAT_AS_WITHDRAW,
	    BGP_ATTR_ANY_PEER, "AS_PATH", check_as_path },
	[BGP_ATTR_NEXT_HOP] = { BGP_ATTR_NEXT_HOP, WELL_KNOWN, BGP_TREAT_AS_WITHDRAW,
	    BGP_ATTR_ANY_PEER, "NEXT_HOP", check_length_4 },
	[BGP_ATTR_MED] = { BGP_ATTR_MED, OPTIONAL, BGP_TREAT_AS_WITHDRAW,
	    BGP_ATTR_ANY_PEER, "MULTI_EXIT_DISC", check_length_4 },
	[BGP_ATTR_LOCAL_PREF] = { BGP_ATTR_LOCAL_PREF, WELL_KNOWN,
	    BGP_TREAT_AS_WITHDRAW, BGP_ATTR_INTERNAL, "LOCAL_PREF", check_length_4 },
	[BGP_ATTR_ATOMIC_AGGREGATE] = { BGP_ATTR_ATOMIC_AGGREGATE, WELL_KNOWN,
	    BGP_ATTR_DISCARD, BGP_ATTR_ANY_PEER, "ATOMIC_AGGREGATE", check_length_0 },
	[BGP_ATTR_AGGREGATOR] = { BGP_ATTR_AGGREGATOR, OPTIONAL_TRANSITIVE,
	    BGP_ATTR_DISCARD, BGP_ATTR_ANY_PEER, "AGGREGATOR", check_aggregator },
	[BGP_ATTR_COMMUNITIES] = { BGP_ATTR_COMMUNITIES, OPTIONAL_TRANSITIVE,
	    BGP_TREAT_AS_WITHDRAW, BGP_ATTR_ANY_PEER, "COMMUNITIES", check_items_4 },
	[BGP_ATTR_ORIGINATOR_ID] = { BGP_ATTR_ORIGINATOR_ID, OPTIONAL,
	    BGP_TREAT_AS_WITHDRAW, BGP_ATTR_INTERNAL, "ORIGINATOR_ID", check_length_4 },
	[BGP_ATTR_CLUSTER_LIST] = { BGP_ATTR_CLUSTER_LIST, OPTIONAL,
	    BGP_TREAT_AS_WITHDRAW, BGP_ATTR_INTERNAL, "CLUSTER_LIST", check_items_4 },
	[BGP_ATTR_MP_REACH] = { BGP_ATTR_MP_REACH, OPTIONAL, BGP_RESET,
	    BGP_ATTR_ANY_PEER, "MP_REACH_NLRI", NULL },
	[BGP_ATTR_MP_UNREACH] = { BGP_ATTR_MP_UNREACH, OPTIONAL, BGP_RESET,
	    BGP_ATTR_ANY_PEER, "MP_UNREACH_NLRI", NULL },
	[BGP_ATTR_EXT_COMMUNITIES] = { BGP_ATTR_EXT_COMMUNITIES, OPTIONAL_TRANSITIVE,
	    BGP_TREAT_AS_WITHDRAW, BGP_ATTR_ANY_PEER, "EXTENDED COMMUNITIES",
	    check_items_8 },
	[BGP_ATTR_AS4_PATH] = { BGP_ATTR_AS4_PATH, OPTIONAL_TRANSITIVE,
	    BGP_ATTR_DISCARD, BGP_ATTR_TWO_OCTET, "AS4_PATH", check_as4_path },
	[BGP_ATTR_AS4_AGGREGATOR] = { BGP_ATTR_AS4_AGGREGATOR, OPTIONAL_TRANSITIVE,
	    BGP_ATTR_DISCARD, BGP_ATTR_TWO_OCTET, "AS4_AGGREGATOR",
	    check_as4_aggregator },
	[BGP_ATTR_IPV6_EXT_COMMUNITIES] = { BGP_ATTR_IPV6_EXT_COMMUNITIES,
	    OPTIONAL_TRANSITIVE, BGP_TREAT_AS_WITHDRAW, BGP_ATTR_ANY_PEER,
	    "IPv6 EXTENDED COMMUNITIES", check_items_20 },
	[BGP_ATTR_LARGE_COMMUNITIES] = { BGP_ATTR_LARGE_COMMUNITIES,
	    OPTIONAL_TRANSITIVE, BGP_TREAT_AS_WITHDRAW, BGP_ATTR_ANY_PEER,
	    "LARGE_COMMUNITY", check_items_12 },
	[BGP_ATTR_OTC] = { BGP_ATTR_OTC, OPTIONAL_TRANSITIVE, BGP_TREAT_AS_WITHDRAW,
	    BGP_ATTR_ANY_PEER, "ONLY_TO_CUSTOMER", check_length_4 },
};

const struct bgp_attr_row *
bgp_attr_row(uint8_t type)
{
	if (type >= sizeof rows / sizeof *rows || !rows[type].name)
		return NULL;
	return &rows[type];
}

char *
bgp_attr_name(uint8_t type, char text[BGP_ATTR_NAME_MAX])
{
	const struct bgp_attr_row *row = bgp_attr_row(type);

	if (row)
		snprintf(text, BGP_ATTR_NAME_MAX, "%s", row->name);
	else
		snprintf(text, BGP_ATTR_NAME_MAX, "attribute %u", type);
	return text;
}

bool
bgp_attr_next(struct rd *rd, struct bgp_attr *retattr)
{
	size_t len;

	retattr->raw = rd->at;
	retattr->flags = rd_u8(rd);
	retattr->type = rd_u8(rd);
	len = retattr->flags & BGP_FLAG_EXTENDED ? rd_u16(rd) : rd_u8(rd);
	retattr->value = rd_sub(rd, len);
	retattr->raw_len = (size_t)(rd->at - retattr->raw);
	return rd_ok(rd);
}

void
bgp_attr_write(
    struct wr *wr, uint8_t flags, uint8_t type, const uint8_t *value, size_t len)
{
	flags &= (uint8_t)~BGP_FLAG_EXTENDED;
	if (len > UINT8_MAX)
		flags |= BGP_FLAG_EXTENDED;
	wr_u8(wr, flags);
	wr_u8(wr, type);
	if (len > UINT8_MAX)
		wr_u16(wr, (uint16_t)len);
	else
		wr_u8(wr, (uint8_t)len);
	wr_bytes(wr, value, len);
}

/* NULL, or from whom the attribute came that means nothing from there. */
static const char *
out_of_scope(const struct bgp_attr_row *row, const struct bgp_session_params *params)
{
	switch ((enum bgp_attr_scope)row->scope) {
	case BGP_ATTR_ANY_PEER:
		break;
	case BGP_ATTR_INTERNAL: /* RFC 7606 7.5, 7.9, 7.10 */
		return params->ebgp ? "from an external peer" : NULL;
	case BGP_ATTR_TWO_OCTET: /* RFC 6793 4.1 */
		return params->as4 ? "from a four-octet peer" : NULL;
	}
	return NULL;
}

enum bgp_verdict
bgp_attr_check(const struct bgp_session_params *params, const struct bgp_attr *attr,
    struct bgp_fault *retfault)
{
	const struct bgp_attr_row *row = bgp_attr_row(attr->type);
	struct bgp_fault fault = { .type = attr->type };

	rd_init(&fault.where, attr->raw, attr->raw_len);
	if (!row) {
		if (attr->flags & BGP_FLAG_OPTIONAL)
			return BGP_ACCEPT;
		fault.verdict = BGP_RESET;
		fault.subcode = BGP_UPDATE_UNKNOWN_WELL_KNOWN;
		fault.reason = "unknown but well-known";
	} else if (out_of_scope(row, params)) {
		fault.verdict = BGP_ATTR_DISCARD;
		fault.reason = out_of_scope(row, params);
	} else if ((attr->flags & KIND) != row->flags) {
		fault.verdict = BGP_TREAT_AS_WITHDRAW; /* RFC 7606 3 c */
		fault.reason = "bad flags";
	} else {
		fault.verdict = row->fault;
		fault.reason = row->check ? row->check(params, attr) : NULL;
	}
	if (!fault.reason)
		return BGP_ACCEPT;
	*retfault = fault;
	return fault.verdict;
}
