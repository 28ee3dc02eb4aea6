#include "sim_rib_mrt.h"

#include "base/wire.h"
#include "bgp/attr.h"
#include "bgp/nlri.h"
#include "bgp/normal.h"
#include "rib/attrs.h"
#include "rib/nexthop.h"
#include "sim_mrt.h"
#include "sim_rib.h"

/* RFC 6396 4.3, RFC 8050 4 */
enum {
	PEER_INDEX_TABLE = 1,
	RIB_IPV4_UNICAST = 2,
	RIB_IPV6_UNICAST = 4,
	RIB_IPV4_UNICAST_ADDPATH = 8,
	RIB_IPV6_UNICAST_ADDPATH = 10,
};

/* What the sessions of the dump were like does not matter to what is kept of it. */
static const struct bgp_session_params params = {
	.as4 = true,
	.family = { true, true },
	.extended_nexthop = true,
};

/* PEER_INDEX_TABLE: how many peers there are. */
static bool
read_peers(struct rd *rd, unsigned *retpeers)
{
	struct rd name;
	unsigned peers;

	rd_u32(rd); /* the collector's identifier */
	name = rd_sub(rd, rd_u16(rd));
	peers = rd_u16(rd);
	for (unsigned i = 0; i < peers; i++) {
		uint8_t type = rd_u8(rd);

		/* identifier, address of either family, AS of either length */
		rd_bytes(rd, 4 + (type & 1 ? 16 : 4) + (type & 2 ? 4 : 2));
	}
	*retpeers = peers;
	return rd_ok(&name) && rd_done(rd);
}

/*
 * The next hop of MP_REACH_NLRI, which stands alone (RFC 6396 4.3.4) or as it would in
 * an UPDATE: dumps of both kinds are about. False if it is malformed.
 */
static bool
read_mp_nexthop(struct rd value, struct nexthop *ret)
{
	struct rd rd = value;
	uint8_t len = rd_u8(&rd);
	const uint8_t *bytes;

	if (len != rd_left(&rd)) {
		rd = value;
		rd_bytes(&rd, 3); /* the family */
		len = rd_u8(&rd);
	}
	bytes = rd_bytes(&rd, len);
	if (!bytes || (len != 4 && len != 16 && len != 32))
		return false;
	*ret = nexthop_make(bytes, len);
	return true;
}

/* The attributes of an entry, with a reference; 0 if no route can be made of them. */
static uint32_t
intern_attrs(struct sim_rib *rib, struct rd attrs)
{
	struct bgp_fault fault = { .verdict = BGP_ACCEPT };
	uint8_t bytes[ATTRS_LEN_MAX];
	struct nexthop nexthop, mp_nexthop;
	struct rd rest = attrs;
	struct bgp_attr attr;
	bool mp = false;
	uint32_t key, id;
	struct wr wr;

	while (rd_left(&rest) && bgp_attr_next(&rest, &attr)) {
		if (attr.type != BGP_ATTR_MP_REACH)
			continue;
		mp = read_mp_nexthop(attr.value, &mp_nexthop);
		if (!mp)
			return 0;
	}
	wr_init(&wr, bytes, sizeof bytes);
	bgp_normal_make(
	    &wr, &params, attrs, mp ? &mp_nexthop : NULL, true, &nexthop, &fault);
	if (fault.verdict >= BGP_TREAT_AS_WITHDRAW)
		return 0;
	key = fwkey_intern(rib->keys, &nexthop, 1);
	id = attrs_intern(
	    rib->attrs, bgp_normal_context(&params, mp), bytes, wr.len, key);
	fwkey_unref(rib->keys, key);
	return id;
}

/* NULL, or what is wrong. */
static const char *
read_entries(struct sim_rib *rib, struct rd *rd, const struct prefix *prefix,
    bool add_path, unsigned peers)
{
	unsigned n = rd_u16(rd);
	bool found = false;

	for (unsigned i = 0; i < n; i++) {
		unsigned peer = rd_u16(rd);
		struct rd attrs;
		uint32_t id;

		rd_u32(rd); /* when it came */
		if (add_path)
			rd_u32(rd);
		attrs = rd_sub(rd, rd_u16(rd));
		if (!rd_ok(rd))
			return "an entry is cut short";
		if (peer >= peers)
			return "an entry is of a peer that is not in the index";
		if (found && !rib->multipath) {
			rib->others++;
			continue;
		}
		id = intern_attrs(rib, attrs);
		if (!id) {
			rib->skipped++;
			continue;
		}
		found = true;
		if (!sim_rib_take(rib, prefix, id))
			return "more routes or next hops than there is room for";
	}
	return rd_done(rd) ? NULL : "there is something behind its entries";
}

static const char *
read_rib(struct sim_rib *rib, struct rd *rd, enum family family, bool add_path,
    unsigned peers)
{
	struct bgp_nlri nlri;
	struct prefix prefix;
	uint32_t path_id;

	rd_u32(rd); /* the number of the record */
	nlri = (struct bgp_nlri){ .rd = *rd, .family = family };
	if (!bgp_nlri_next(&nlri, &prefix, &path_id))
		return "its prefix is invalid";
	*rd = nlri.rd;
	return read_entries(rib, rd, &prefix, add_path, peers);
}

static const char *
read_record(struct sim_rib *rib, struct sim_mrt *record, unsigned *peers)
{
	bool add_path = record->subtype >= RIB_IPV4_UNICAST_ADDPATH;

	if (record->type != SIM_MRT_TABLE_DUMP_V2) {
		rib->skipped++;
		return NULL;
	}
	switch (record->subtype) {
	case PEER_INDEX_TABLE:
		return read_peers(&record->body, peers) ? NULL
							: "the peer index is malformed";
	case RIB_IPV4_UNICAST:
	case RIB_IPV4_UNICAST_ADDPATH:
		return read_rib(rib, &record->body, FAMILY_IPV4, add_path, *peers);
	case RIB_IPV6_UNICAST:
	case RIB_IPV6_UNICAST_ADDPATH:
		return read_rib(rib, &record->body, FAMILY_IPV6, add_path, *peers);
	default:
		rib->skipped++;
		return NULL;
	}
}

bool
sim_rib_read_mrt(struct sim_rib *rib, struct sim_file *file, char *reterr)
{
	struct sim_mrt record;
	unsigned peers = 0;
	int status;

	while ((status = sim_mrt_next(file, &record, reterr)) > 0) {
		const char *why = read_record(rib, &record, &peers);

		if (why) {
			sim_mrt_complain(file, &record, why, reterr);
			return false;
		}
	}
	return status == 0;
}
