/*
 * The first byte says what kind of session it is, the rest is the body of an UPDATE.
 * The verdict depends on nothing else; the routes are those that a plain reader finds;
 * sets of attributes are sound (RFC 7606), and sent again they are the same sets.
 */
#include <stdlib.h>
#include <string.h>

#include "bgp/attr_text.h"
#include "bgp/best.h"
#include "bgp/update.h"
#include "helpers/update_mutate.h"
#include "rib/attrs.h"
#include "rib/nexthop.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);
size_t LLVMFuzzerMutate(uint8_t *bytes, size_t len, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t len, size_t max, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_len, const uint8_t *b,
    size_t b_len, uint8_t *out, size_t max, unsigned seed);

#define CHECK(claim) ((claim) ? (void)0 : abort())

enum {
	OPTION_EBGP = 1,
	OPTION_AS4 = 2,
	OPTION_ADD_PATH4 = 4,
	OPTION_ADD_PATH6 = 8,
	OPTION_EXTENDED_NEXTHOP = 16,
	OPTION_REJECT_OWN_AS = 32,
	OPTION_NO_IPV4 = 64,
	OPTION_NO_IPV6 = 128,
	LOCAL_AS = 65000,
};

static const struct update_options options = {
	.as4 = OPTION_AS4,
	.add_path = { OPTION_ADD_PATH4, OPTION_ADD_PATH6 },
};

size_t
LLVMFuzzerCustomMutator(uint8_t *bytes, size_t len, size_t max, unsigned seed)
{
	return update_mutate(&options, bytes, len, max, seed, LLVMFuzzerMutate);
}

size_t
LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_len, const uint8_t *b,
    size_t b_len, uint8_t *out, size_t max, unsigned seed)
{
	return update_cross(&options, a, a_len, b, b_len, out, max, seed);
}

/* A place to decode in. */
struct world {
	struct bgp_session_params params;
	struct fwkeys *fwkeys;
	struct attrs_table *table;
	const uint8_t *body;
	size_t len;
};

static void
world_init(struct world *world, uint8_t option, const uint8_t *body, size_t len)
{
	const struct attrs_limits limits = { .sets = 100, .bytes = 1 << 20 };

	world->params = (struct bgp_session_params){
		.ebgp = option & OPTION_EBGP,
		.as4 = option & OPTION_AS4,
		.add_path = { option & OPTION_ADD_PATH4, option & OPTION_ADD_PATH6 },
		.extended_nexthop = option & OPTION_EXTENDED_NEXTHOP,
		.reject_own_as = option & OPTION_REJECT_OWN_AS,
		.family = { !(option & OPTION_NO_IPV4), !(option & OPTION_NO_IPV6) },
		.local_as = LOCAL_AS,
	};
	world->fwkeys = fwkeys_new(100);
	world->table = attrs_table_new(world->fwkeys, &limits, 1);
	world->body = body;
	world->len = len;
}

/* All references must have been given back. */
static void
world_fini(struct world *world)
{
	struct attrs_stats stats;

	attrs_stats(world->table, &stats);
	CHECK(stats.sets == 0 && fwkeys_count(world->fwkeys) == 0);
	attrs_table_free(world->table);
	fwkeys_free(world->fwkeys);
}

/*
 * The routes of a family that the bytes from `at` to `end` hold, read without help: the
 * same as `nlri` has.
 */
static void
check_routes(const struct world *world, enum family family, const uint8_t *at,
    const uint8_t *end, struct bgp_nlri nlri)
{
	uint32_t path_id, want_id;
	struct prefix prefix;

	if (!world->params.family[family])
		at = end;
	while (at < end) {
		uint8_t full[16] = { 0 };
		unsigned size;

		CHECK(bgp_nlri_next(&nlri, &prefix, &path_id));
		want_id = 0;
		if (world->params.add_path[family]) {
			CHECK(end - at > 4);
			for (int i = 0; i < 4; i++)
				want_id = want_id << 8 | *at++;
		}
		size = (*at + 7u) / 8;
		CHECK(prefix.len == *at && prefix.len <= family_bits(family));
		CHECK(prefix.family == family && path_id == want_id);
		CHECK(end - at > size);
		memcpy(full, at + 1, size);
		if (prefix.len % 8)
			full[size - 1] &= (uint8_t)(0xff00 >> prefix.len % 8);
		for (unsigned i = 0; i < 16; i++)
			CHECK(full[i] ==
			      (uint8_t)((i < 8 ? prefix.bits.hi : prefix.bits.lo) >>
					(56 - 8 * (i % 8))));
		at += 1 + size;
	}
	CHECK(!bgp_nlri_next(&nlri, &prefix, &path_id));
	CHECK(rd_done(&nlri.rd));
}

/* The first attribute of a type in the message, which was not refused. */
static bool
find_attr(const struct world *world, uint8_t type, struct bgp_attr *retattr)
{
	size_t len;
	struct rd rd, attrs;

	rd_init(&rd, world->body, world->len);
	len = rd_u16(&rd);
	rd_sub(&rd, len);
	len = rd_u16(&rd);
	attrs = rd_sub(&rd, len);
	while (rd_left(&attrs) && bgp_attr_next(&attrs, retattr))
		if (retattr->type == type)
			return true;
	return false;
}

/* An End-of-RIB is nothing, or an MP_UNREACH_NLRI of a family and nothing else. */
static void
check_eor(const struct world *world, const struct bgp_update *update)
{
	const uint8_t *body = world->body;
	size_t head = world->len > 4 && body[4] & BGP_FLAG_EXTENDED ? 4 : 3;
	enum family family = FAMILY_IPV4;
	bool eor = world->len == 4;

	if (world->len == 4 + head + 3 && body[5] == BGP_ATTR_MP_UNREACH) {
		const uint8_t *value = body + 4 + head;

		family = value[1] == 2 ? FAMILY_IPV6 : FAMILY_IPV4;
		eor = body[1] == 0 && body[3] == head + 3 && value[-1] == 3 &&
		      value[0] == 0 && (value[1] == 1 || value[1] == 2) &&
		      value[2] == 1;
	}
	CHECK(update->eor == (eor && world->params.family[family]));
	CHECK(!update->eor || update->eor_family == family);
}

/* Whatever the verdict is, all routes are there: to announce, or to withdraw. */
static void
check_all_routes(const struct world *world, const struct bgp_update *update)
{
	const uint8_t *at = world->body, *end = at + world->len;
	const uint8_t *withdrawn = at + 2, *attrs, *announced;
	bool reach = false, unreach = false;

	attrs = withdrawn + (at[0] << 8 | at[1]) + 2;
	announced = attrs + (attrs[-2] << 8 | attrs[-1]);
	CHECK(announced <= end);
	check_routes(world, FAMILY_IPV4, withdrawn, attrs - 2, update->withdrawn);
	check_routes(world, FAMILY_IPV4, announced, end, update->announced);
	for (at = attrs; announced - at >= 4;) {
		bool extended = at[0] & BGP_FLAG_EXTENDED;
		size_t len = extended ? (size_t)(at[2] << 8 | at[3]) : at[2];
		const uint8_t *value = at + (extended ? 4 : 3), *stop = value + len;

		if (stop > announced)
			break;
		if ((at[1] == BGP_ATTR_MP_REACH || at[1] == BGP_ATTR_MP_UNREACH) &&
		    value[0] == 0 && (value[1] == 1 || value[1] == 2) &&
		    value[2] == 1) {
			bool is_reach = at[1] == BGP_ATTR_MP_REACH;

			*(is_reach ? &reach : &unreach) = true;
			check_routes(world, value[1] - 1u,
			    is_reach ? value + 5 + value[3] : value + 3, stop,
			    is_reach ? update->mp_announced : update->mp_withdrawn);
		}
		at = stop;
	}
	CHECK(reach || !rd_left(&update->mp_announced.rd));
	CHECK(unreach || !rd_left(&update->mp_withdrawn.rd));
}

/* Well-formed segments with AS numbers of four octets. */
static void
check_path(const struct world *world, const uint8_t *at, const uint8_t *end)
{
	while (at < end) {
		unsigned type = at[0], count = at[1];

		CHECK(end - at >= 2 + 4 * (ptrdiff_t)count);
		CHECK(count && type >= 1 && type <= (world->params.ebgp ? 2 : 4));
		for (at += 2; count; count--, at += 4) {
			uint32_t as = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
				      (uint32_t)at[2] << 8 | at[3];

			CHECK(as);
			CHECK(!world->params.ebgp || !world->params.reject_own_as ||
			      as != LOCAL_AS);
		}
	}
}

/* AS numbers as route selection counts them, and the greatest of them. */
static size_t
path_length(struct rd path, bool as4, uint32_t *retgreatest)
{
	size_t length = 0;

	*retgreatest = 0;
	while (rd_left(&path)) {
		uint8_t type = rd_u8(&path);
		uint8_t count = rd_u8(&path);

		length += type == 2 ? count : type == 1;
		for (; count; count--) {
			uint32_t as = as4 ? rd_u32(&path) : rd_u16(&path);

			*retgreatest = as > *retgreatest ? as : *retgreatest;
		}
	}
	CHECK(rd_ok(&path));
	return length;
}

/*
 * From a peer of two octets: AS4_PATH leaves the path as long as it was, and is not
 * used if somebody between aggregated without it. RFC 6793 4.2.3
 */
static void
check_widened(const struct world *world, const struct bgp_attr_fields *fields,
    const struct bgp_attr *aggregator)
{
	struct bgp_attr theirs, as4;
	uint32_t before, after;
	size_t length;

	if (world->params.as4)
		return;
	CHECK(find_attr(world, BGP_ATTR_AS_PATH, &theirs));
	length = path_length(theirs.value, false, &before);
	CHECK(path_length(fields->as_path, true, &after) == length);
	if (!aggregator)
		return;
	CHECK(find_attr(world, BGP_ATTR_AGGREGATOR, &theirs));
	before = (uint32_t)theirs.value.at[0] << 8 | theirs.value.at[1];
	if (before == 23456 || !find_attr(world, BGP_ATTR_AS4_AGGREGATOR, &as4))
		return;
	CHECK(aggregator->value.at[0] == 0 && aggregator->value.at[1] == 0);
	CHECK(memcmp(aggregator->value.at + 2, theirs.value.at, 6) == 0);
	if ((as4.flags & 0xc0) == 0xc0 && rd_left(&as4.value) == 8 &&
	    rd_u32(&as4.value))
		CHECK(after <= UINT16_MAX);
}

/* What RFC 7606 section 7 asks of each attribute. */
static void
check_attr(const struct world *world, const struct bgp_attr *attr)
{
	static const uint8_t exact[] = { [BGP_ATTR_ORIGIN] = 1,
		[BGP_ATTR_NEXT_HOP] = 4,
		[BGP_ATTR_MED] = 4,
		[BGP_ATTR_LOCAL_PREF] = 4,
		[BGP_ATTR_AGGREGATOR] = 8,
		[BGP_ATTR_ORIGINATOR_ID] = 4,
		[BGP_ATTR_OTC] = 4 };
	static const uint8_t items[] = { [BGP_ATTR_COMMUNITIES] = 4,
		[BGP_ATTR_CLUSTER_LIST] = 4,
		[BGP_ATTR_EXT_COMMUNITIES] = 8,
		[BGP_ATTR_IPV6_EXT_COMMUNITIES] = 20,
		[BGP_ATTR_LARGE_COMMUNITIES] = 12 };
	const uint8_t *value = attr->value.at;
	size_t len = rd_left(&attr->value);
	unsigned type = attr->type;

	if (type < sizeof exact && exact[type])
		CHECK(len == exact[type]);
	if (type < sizeof items && items[type])
		CHECK(len && len % items[type] == 0);
	if (type == BGP_ATTR_ORIGIN)
		CHECK(value[0] <= 2);
	if (type == BGP_ATTR_AS_PATH)
		check_path(world, value, value + len);
	CHECK(type != BGP_ATTR_AS4_PATH && type != BGP_ATTR_AS4_AGGREGATOR);
	CHECK(type != BGP_ATTR_MP_UNREACH);
	if (world->params.ebgp)
		CHECK(type != BGP_ATTR_LOCAL_PREF && type != BGP_ATTR_ORIGINATOR_ID &&
		      type != BGP_ATTR_CLUSTER_LIST);
}

/* A set has what a route needs, each attribute once, and prints. */
static void
check_set(const struct world *world, uint32_t id, bool mp)
{
	unsigned seen[256] = { 0 };
	struct bgp_attr attr, aggregator;
	struct bgp_attr_fields fields;
	const struct attrs *set;
	char text[64];
	struct rd rd;

	if (!id)
		return;
	set = attrs_at(world->table, id);
	rd_init(&rd, set->bytes, set->len);
	while (rd_left(&rd)) {
		CHECK(bgp_attr_next(&rd, &attr));
		CHECK(seen[attr.type]++ == 0);
		check_attr(world, &attr);
		if (attr.type == BGP_ATTR_AGGREGATOR)
			aggregator = attr;
	}
	CHECK(seen[BGP_ATTR_ORIGIN] && seen[BGP_ATTR_AS_PATH]);
	CHECK(seen[BGP_ATTR_MP_REACH] == mp && seen[BGP_ATTR_NEXT_HOP] == !mp);
	bgp_attr_fields(set, &fields);
	CHECK(fields.nexthop.len);
	check_widened(world, &fields, seen[BGP_ATTR_AGGREGATOR] ? &aggregator : NULL);
	bgp_as_path_text(fields.as_path, '-', text, sizeof text);
	while (bgp_community_next(&fields.communities, text))
		continue;
	while (bgp_ext_community_next(&fields.ext_communities, text))
		continue;
	while (bgp_large_community_next(&fields.large_communities, text))
		continue;
}

/*
 * The set and the routes it came with in a message of their own, to one like us that
 * knows long AS numbers: accepted, and the same set.
 */
static void
check_again(const struct world *world, uint32_t id, bool mp, struct bgp_nlri nlri)
{
	static uint8_t body[1 << 18];
	struct bgp_session_params params = world->params;
	const struct attrs *set;
	struct bgp_update update;
	struct bgp_attr attr;
	size_t begin, head;
	struct wr wr;
	struct rd rd;

	if (!id)
		return;
	set = attrs_at(world->table, id);
	params.as4 = true;
	wr_init(&wr, body, sizeof body);
	wr_u32(&wr, 0);
	for (rd_init(&rd, set->bytes, set->len); rd_left(&rd);) {
		CHECK(bgp_attr_next(&rd, &attr));
		if (attr.type != BGP_ATTR_MP_REACH) {
			wr_bytes(&wr, attr.raw, attr.raw_len);
			continue;
		}
		wr_u8(&wr, BGP_FLAG_OPTIONAL | BGP_FLAG_EXTENDED);
		wr_u8(&wr, BGP_ATTR_MP_REACH);
		head = 4 + rd_left(&attr.value);
		wr_u16(&wr, (uint16_t)(head + rd_left(&nlri.rd)));
		wr_u16(&wr, nlri.family == FAMILY_IPV4 ? 1 : 2);
		wr_u8(&wr, 1);
		wr_bytes(&wr, attr.value.at, rd_left(&attr.value));
		wr_u8(&wr, 0);
		wr_bytes(&wr, nlri.rd.at, rd_left(&nlri.rd));
	}
	begin = wr.len;
	if (begin - 4 > UINT16_MAX)
		return; /* longer than it came, as AS numbers are */
	wr_patch_u16(&wr, 2, (uint16_t)(begin - 4));
	if (!mp)
		wr_bytes(&wr, nlri.rd.at, rd_left(&nlri.rd));
	CHECK(bgp_update_decode(&params, world->table, world->fwkeys, body, wr.len,
		  &update) == BGP_ACCEPT);
	CHECK((mp ? update.mp_attrs : update.attrs) == id);
	CHECK(rd_left(mp ? &update.mp_announced.rd : &update.announced.rd) ==
	      rd_left(&nlri.rd));
	bgp_update_release(world->table, &update);
}

/*
 * Attributes that look like the inside of the table, for there the next hop of routes
 * in MP_REACH_NLRI is kept in a form of its own: judged as if it were empty.
 */
static void
check_inside(const struct world *world, uint8_t option, uint32_t id)
{
	static uint8_t body[1 << 17];
	struct bgp_update update;
	enum bgp_verdict verdict;
	const struct attrs *set;
	struct world fresh;
	struct wr wr;

	if (!id)
		return;
	set = attrs_at(world->table, id);
	wr_init(&wr, body, sizeof body);
	wr_u16(&wr, 0);
	wr_u16(&wr, set->len);
	wr_bytes(&wr, set->bytes, set->len);
	wr_bytes(&wr, "\0\0\0\0\0", 5); /* a prefix, if with a path id */
	verdict = bgp_update_decode(
	    &world->params, world->table, world->fwkeys, body, wr.len, &update);
	bgp_update_release(world->table, &update);
	world_init(&fresh, option, body, wr.len);
	CHECK(bgp_update_decode(&fresh.params, fresh.table, fresh.fwkeys, body, wr.len,
		  &update) == verdict);
	bgp_update_release(fresh.table, &update);
	world_fini(&fresh);
}

static void
check_fault(const struct world *world, const struct bgp_update *update)
{
	const struct bgp_fault *fault = &update->fault;
	char text[BGP_ERROR_REASON_MAX];

	CHECK((fault->verdict == BGP_ACCEPT) == !fault->reason);
	CHECK((fault->verdict == BGP_RESET) == (fault->subcode != 0));
	if (rd_left(&fault->where))
		CHECK(fault->where.at >= world->body &&
		      fault->where.end <= world->body + world->len);
	if (fault->reason)
		CHECK(strstr(bgp_fault_text(fault, world->body, text), fault->reason));
	if (fault->verdict == BGP_TREAT_AS_WITHDRAW)
		CHECK(!update->attrs || !update->mp_attrs);
	else if (fault->verdict < BGP_TREAT_AS_WITHDRAW)
		CHECK(!update->attrs == !rd_left(&update->announced.rd) &&
		      !update->mp_attrs == !rd_left(&update->mp_announced.rd));
}

static void
check_equal(const struct bgp_update *a, const struct bgp_update *b)
{
	CHECK(a->fault.verdict == b->fault.verdict && a->fault.type == b->fault.type);
	CHECK(a->fault.subcode == b->fault.subcode);
	CHECK(!a->attrs == !b->attrs && !a->mp_attrs == !b->mp_attrs);
	CHECK(a->eor == b->eor && a->eor_family == b->eor_family);
	CHECK(a->ignored == b->ignored);
}

/* Which of the two sets is better, whatever stands in them. */
static void
check_best(const struct attrs_table *table, const struct bgp_update *update)
{
	uint32_t ids[2] = { update->attrs, update->mp_attrs };
	uint32_t other[2] = { update->mp_attrs, update->attrs };
	size_t n;

	if (!ids[0] || !ids[1])
		return;
	n = bgp_best(table, ids, 2);
	CHECK(n == 1 || n == 2);
	CHECK(bgp_best(table, other, 2) == n);
	CHECK(memcmp(ids, other, n * sizeof *ids) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct bgp_update first, second;
	struct world world;

	if (len == 0 || len > 65536)
		return 0;
	world_init(&world, bytes[0], bytes + 1, len - 1);
	bgp_update_decode(
	    &world.params, world.table, world.fwkeys, world.body, world.len, &first);
	/* now out of the table */
	bgp_update_decode(
	    &world.params, world.table, world.fwkeys, world.body, world.len, &second);
	check_equal(&first, &second);
	CHECK(first.attrs == second.attrs && first.mp_attrs == second.mp_attrs);
	check_fault(&world, &first);
	if (first.fault.verdict != BGP_RESET) {
		check_all_routes(&world, &first);
		check_eor(&world, &first);
	}
	check_set(&world, first.attrs, false);
	check_set(&world, first.mp_attrs, true);
	check_again(&world, first.attrs, false, first.announced);
	check_again(&world, first.mp_attrs, true, first.mp_announced);
	check_inside(&world, bytes[0], first.mp_attrs);
	check_best(world.table, &first);
	bgp_update_release(world.table, &first);
	bgp_update_release(world.table, &second);
	world_fini(&world);
	return 0;
}
