#include "bgp/announce.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/wire.h"
#include "bgp/attr.h"
#include "bgp/attr_encode.h"
#include "bgp/message.h"
#include "bgp/order.h"
#include "rib/attrs.h"

/* A message that is being filled. */
struct packer {
	const struct bgp_announce_params *params;
	const struct attrs_table *table;
	const struct bgp_sink *sink;
	uint8_t bytes[BGP_MESSAGE_EXTENDED_MAX];
	struct wr wr;
	size_t mp_len; /* where the length of the MP_ attribute stands; 0 if none */
	/* the attributes of the group that is being announced */
	uint8_t attrs[BGP_MESSAGE_EXTENDED_MAX];
	struct wr wr_attrs;
	bool mp;
	struct nexthop nexthop;
};

static void
begin_message(struct packer *packer)
{
	wr_init(&packer->wr, packer->bytes, packer->params->message_max);
	bgp_message_begin(&packer->wr, BGP_UPDATE);
	packer->mp_len = 0;
}

static void
send_message(struct packer *packer)
{
	bgp_message_end(&packer->wr, 0);
	packer->sink->message(packer->sink->arg, packer->bytes, packer->wr.len);
}

static void
begin_mp(struct packer *packer, uint8_t type, enum family family)
{
	struct wr *wr = &packer->wr;

	wr_u8(wr, BGP_FLAG_OPTIONAL | BGP_FLAG_EXTENDED);
	wr_u8(wr, type);
	packer->mp_len = wr->len;
	wr_u16(wr, 0);
	wr_u16(wr, bgp_afi(family));
	wr_u8(wr, BGP_SAFI_UNICAST);
}

/* Up to where the first withdrawn prefix stands. */
static void
begin_withdrawals(struct packer *packer, enum family family)
{
	begin_message(packer);
	wr_u16(&packer->wr, 0);
	if (family != FAMILY_IPV4) {
		wr_u16(&packer->wr, 0);
		begin_mp(packer, BGP_ATTR_MP_UNREACH, family);
	}
}

static void
end_withdrawals(struct packer *packer)
{
	struct wr *wr = &packer->wr;

	if (packer->mp_len) {
		wr_patch_u16(
		    wr, packer->mp_len, (uint16_t)(wr->len - packer->mp_len - 2));
		wr_patch_u16(
		    wr, BGP_HEADER_LEN + 2, (uint16_t)(wr->len - BGP_HEADER_LEN - 4));
	} else {
		wr_patch_u16(
		    wr, BGP_HEADER_LEN, (uint16_t)(wr->len - BGP_HEADER_LEN - 2));
		wr_u16(wr, 0);
	}
	send_message(packer);
}

/*
 * Up to where the first announced prefix stands. MP_REACH_NLRI comes first, for faults
 * behind it do not hide the routes (RFC 7606 5.1); so the attributes follow the
 * prefixes there.
 */
static void
begin_announcements(struct packer *packer, enum family family)
{
	struct wr *wr = &packer->wr;

	begin_message(packer);
	wr_u16(wr, 0);
	wr_u16(wr, (uint16_t)packer->wr_attrs.len);
	if (packer->mp) {
		begin_mp(packer, BGP_ATTR_MP_REACH, family);
		wr_u8(wr, packer->nexthop.len);
		wr_bytes(wr, packer->nexthop.bytes, packer->nexthop.len);
		wr_u8(wr, 0);
	} else {
		wr_bytes(wr, packer->attrs, packer->wr_attrs.len);
	}
}

static void
end_announcements(struct packer *packer)
{
	struct wr *wr = &packer->wr;

	if (packer->mp) {
		wr_patch_u16(
		    wr, packer->mp_len, (uint16_t)(wr->len - packer->mp_len - 2));
		wr_bytes(wr, packer->attrs, packer->wr_attrs.len);
		wr_patch_u16(
		    wr, BGP_HEADER_LEN + 2, (uint16_t)(wr->len - BGP_HEADER_LEN - 4));
	}
	send_message(packer);
}

/* Bytes of a change's prefix. */
static size_t
nlri_size(const struct packer *packer, const struct bgp_change *change)
{
	return (packer->params->add_path[change->prefix.family] ? 4u : 0u) + 1u +
	       (change->prefix.len + 7u) / 8;
}

static void
put_prefix(struct packer *packer, const struct bgp_change *change)
{
	uint8_t bytes[16];

	if (packer->params->add_path[change->prefix.family])
		wr_u32(&packer->wr, change->path_id);
	wr_u8(&packer->wr, change->prefix.len);
	bits_to_bytes(change->prefix.bits, bytes, sizeof bytes);
	wr_bytes(&packer->wr, bytes, (change->prefix.len + 7u) / 8);
}

/* True if the change fits into the message with `tail` bytes behind it. */
static bool
fits(const struct packer *packer, const struct bgp_change *change, size_t tail)
{
	return !packer->wr.full &&
	       wr_room(&packer->wr) >= nlri_size(packer, change) + tail;
}

/* A run of withdrawals: a family after the other, each in the order of the list. */
static void
withdraw_run(struct packer *packer, const struct bgp_change *changes, size_t n)
{
	for (unsigned family = 0; family < FAMILIES; family++) {
		size_t tail = family == FAMILY_IPV4 ? 2 : 0;
		bool open = false;

		for (size_t i = 0; i < n; i++) {
			if (changes[i].prefix.family != family)
				continue;
			if (open && !fits(packer, &changes[i], tail)) {
				end_withdrawals(packer);
				open = false;
			}
			if (!open)
				begin_withdrawals(packer, family);
			open = true;
			put_prefix(packer, &changes[i]);
		}
		if (open)
			end_withdrawals(packer);
	}
}

/* Makes ready the attributes of a group. False if the peer cannot take them. */
static bool
load_attrs(struct packer *packer, enum family family, uint32_t attrs)
{
	wr_init(&packer->wr_attrs, packer->attrs, packer->params->message_max);
	return bgp_attrs_encode(&packer->wr_attrs, packer->params,
		   attrs_at(packer->table, attrs), family, &packer->mp,
		   &packer->nexthop) &&
	       !packer->wr_attrs.full;
}

/* An announcement of a run and where it goes. */
struct item {
	const struct bgp_change *change;
	uint32_t height;
	uint32_t index;
};

/* By height, then what shares attributes together, then as in the list. */
static int
compare_items(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	if (x->height != y->height)
		return x->height < y->height ? -1 : 1;
	if (x->change->prefix.family != y->change->prefix.family)
		return x->change->prefix.family < y->change->prefix.family ? -1 : 1;
	if (x->change->attrs != y->change->attrs)
		return x->change->attrs < y->change->attrs ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

static bool
same_group(const struct item *a, const struct item *b)
{
	return a->height == b->height && a->change->attrs == b->change->attrs &&
	       a->change->prefix.family == b->change->prefix.family;
}

static void
announce_group(struct packer *packer, const struct item *items, size_t n)
{
	enum family family = items->change->prefix.family;
	bool loaded = load_attrs(packer, family, items->change->attrs);
	size_t tail = packer->mp ? packer->wr_attrs.len : 0;

	assert(loaded);
	(void)loaded;
	begin_announcements(packer, family);
	for (size_t i = 0; i < n; i++) {
		if (!fits(packer, items[i].change, tail)) {
			end_announcements(packer);
			begin_announcements(packer, family);
		}
		put_prefix(packer, items[i].change);
	}
	end_announcements(packer);
}

/* True if a message can hold these attributes and the longest prefix. */
static bool
can_send(struct packer *packer, enum family family, uint32_t attrs)
{
	const struct bgp_change longest = {
		.prefix = { .family = (uint8_t)family,
		    .len = (uint8_t)family_bits(family) },
	};

	if (!load_attrs(packer, family, attrs))
		return false;
	begin_announcements(packer, family);
	return fits(packer, &longest, packer->mp ? packer->wr_attrs.len : 0);
}

/* Items from `begin` on that form a group. */
static size_t
group_size(const struct item *items, size_t begin, size_t n)
{
	size_t end = begin + 1;

	while (end < n && same_group(&items[begin], &items[end]))
		end++;
	return end - begin;
}

/*
 * Drops the first item in the list that cannot be sent, and those behind it in the
 * list. Returns how many are left.
 */
static size_t
keep_sendable(struct packer *packer, struct item *items, size_t n)
{
	uint32_t stop = UINT32_MAX;
	size_t kept = 0, size;

	for (size_t i = 0; i < n; i += size) {
		const struct bgp_change *change = items[i].change;

		/* a group is in the order of the list: its first item is what counts */
		size = group_size(items, i, n);
		if (items[i].index < stop &&
		    !can_send(packer, change->prefix.family, change->attrs))
			stop = items[i].index;
	}
	for (size_t i = 0; i < n; i++) {
		if (items[i].index < stop)
			items[kept++] = items[i];
	}
	return kept;
}

/* A run of announcements. Returns how many, from the first, went out. */
static size_t
announce_run(struct packer *packer, const struct bgp_change *changes, size_t n)
{
	struct item *items = mem_alloc(n * sizeof *items);
	uint32_t *heights = mem_alloc(n * sizeof *heights);
	size_t kept, size;

	bgp_order_heights(changes, n, heights);
	for (size_t i = 0; i < n; i++)
		items[i] = (struct item){ &changes[i], heights[i], (uint32_t)i };
	qsort(items, n, sizeof *items, compare_items);
	kept = keep_sendable(packer, items, n);
	for (size_t i = 0; i < kept; i += size) {
		size = group_size(items, i, kept);
		announce_group(packer, items + i, size);
	}
	free(heights);
	free(items);
	return kept;
}

static void
packer_init(struct packer *packer, const struct bgp_announce_params *params,
    const struct attrs_table *table, const struct bgp_sink *sink)
{
	assert(params->message_max >= 64 &&
	       params->message_max <= BGP_MESSAGE_EXTENDED_MAX);
	packer->params = params;
	packer->table = table;
	packer->sink = sink;
}

size_t
bgp_announce(const struct bgp_announce_params *params, const struct attrs_table *table,
    const struct bgp_change *changes, size_t n, const struct bgp_sink *sink)
{
	struct packer packer;
	size_t done = 0;

	packer_init(&packer, params, table, sink);
	while (done < n) {
		const struct bgp_change *run = changes + done;
		size_t size = 1, sent = 0;

		while (done + size < n && run[size].op == run->op)
			size++;
		switch ((enum bgp_change_op)run->op) {
		case BGP_CHANGE_ANNOUNCE:
			sent = announce_run(&packer, run, size);
			break;
		case BGP_CHANGE_WITHDRAW:
			withdraw_run(&packer, run, size);
			sent = size;
			break;
		}
		done += sent;
		if (sent < size)
			break;
	}
	return done;
}

void
bgp_announce_eor(enum family family, const struct bgp_sink *sink)
{
	const struct bgp_announce_params params = { .message_max = 64 };
	struct packer packer;

	packer_init(&packer, &params, NULL, sink);
	begin_withdrawals(&packer, family);
	end_withdrawals(&packer);
}
