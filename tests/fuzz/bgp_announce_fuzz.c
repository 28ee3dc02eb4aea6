/*
 * The first byte says what kind of sessions there are, the rest is the body of an
 * UPDATE. Its routes are announced to a peer; what the peer learns it announces to one
 * of the same kind, and that one to a third. All learn the same; and since sets of
 * attributes that differed in form only are one from the first peer on, the third
 * hears the very messages of the second.
 */
#include <stdlib.h>
#include <string.h>

#include "bgp/announce.h"
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

enum { CHANGES = 1000, ROOM = 1 << 18, HOPS = 4 };

static const struct update_options options = { .as4 = 1, .add_path = { 2, 0 } };

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

struct hop {
	struct attrs_table *table;
	struct fwkeys *fwkeys;
	struct bgp_session_params params; /* of who receives */
	struct bgp_change changes[CHANGES];
	size_t n;
	uint8_t sent[ROOM]; /* all messages received */
	size_t len;
};

static void
take(struct hop *hop, struct bgp_nlri nlri, enum bgp_change_op op, uint32_t attrs)
{
	struct bgp_change change = { .op = (uint8_t)op, .attrs = attrs };

	while (
	    hop->n < CHANGES && bgp_nlri_next(&nlri, &change.prefix, &change.path_id)) {
		attrs_ref(hop->table, attrs);
		hop->changes[hop->n++] = change;
	}
}

static enum bgp_verdict
receive(struct hop *hop, const uint8_t *body, size_t len)
{
	struct bgp_update update;
	enum bgp_verdict verdict = bgp_update_decode(
	    &hop->params, hop->table, hop->fwkeys, body, len, &update);

	take(hop, update.withdrawn, BGP_CHANGE_WITHDRAW, 0);
	take(hop, update.mp_withdrawn, BGP_CHANGE_WITHDRAW, 0);
	if (update.attrs)
		take(hop, update.announced, BGP_CHANGE_ANNOUNCE, update.attrs);
	if (update.mp_attrs)
		take(hop, update.mp_announced, BGP_CHANGE_ANNOUNCE, update.mp_attrs);
	bgp_update_release(hop->table, &update);
	return verdict;
}

static void
receive_message(void *arg, const uint8_t *bytes, size_t len)
{
	struct hop *hop = arg;

	CHECK(len <= 4096 && hop->len + len <= ROOM);
	memcpy(hop->sent + hop->len, bytes, len);
	hop->len += len;
	CHECK(receive(hop, bytes + 19, len - 19) == BGP_ACCEPT);
}

/* A number for what was learned, whatever the order. */
static uint64_t
digest(const struct hop *hop)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < hop->n; i++) {
		const struct bgp_change *change = &hop->changes[i];
		uint64_t x = change->prefix.bits.hi * 3 + change->prefix.bits.lo * 5;

		x += (uint64_t)change->prefix.len << 8 | change->prefix.family;
		x += (uint64_t)change->attrs << 40 ^ (uint64_t)change->path_id << 20;
		x = (x + change->op) * 0x9e3779b97f4a7c15;
		sum += x ^ x >> 29;
	}
	return sum;
}

/* What one has learned goes on to the next. */
static size_t
pass_on(const struct bgp_announce_params *to, const struct hop *from, struct hop *next)
{
	size_t n = bgp_announce(to, from->table, from->changes, from->n,
	    &(struct bgp_sink){ receive_message, next });

	CHECK(n <= from->n && next->n == n);
	return n;
}

static void
check_hops(struct hop *hops, const struct bgp_announce_params *to)
{
	size_t n = pass_on(to, &hops[0], &hops[1]);

	CHECK(pass_on(to, &hops[1], &hops[2]) == n);
	CHECK(digest(&hops[1]) == digest(&hops[2]));
	CHECK(pass_on(to, &hops[2], &hops[3]) == n);
	CHECK(hops[2].len == hops[3].len);
	CHECK(memcmp(hops[2].sent, hops[3].sent, hops[2].len) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const struct attrs_limits limits = { .sets = 1000, .bytes = 1 << 22 };
	struct bgp_announce_params to = { .message_max = 4096 };
	struct hop *hops = calloc(HOPS, sizeof *hops);
	struct fwkeys *fwkeys = fwkeys_new(1000);
	struct attrs_table *table = attrs_table_new(fwkeys, &limits, 1);

	CHECK(hops);
	for (int i = 0; i < HOPS; i++) {
		hops[i].table = table;
		hops[i].fwkeys = fwkeys;
		hops[i].params.family[0] = hops[i].params.family[1] = true;
		hops[i].params.extended_nexthop = true;
		hops[i].params.as4 = len && bytes[0] & 1;
		hops[i].params.add_path[FAMILY_IPV4] = len && bytes[0] & 2;
	}
	if (len > 0 && len < 4096) {
		to.as4 = bytes[0] & 4;
		for (int i = 1; i < HOPS; i++)
			hops[i].params.as4 = to.as4;
		to.add_path[FAMILY_IPV4] = bytes[0] & 2;
		to.extended_nexthop = true;
		to.communities[0] = 0xffffff02;
		to.n_communities = bytes[0] & 8 ? 1 : 0;
		receive(&hops[0], bytes + 1, len - 1);
		check_hops(hops, &to);
	}
	for (int i = 0; i < HOPS; i++) {
		for (size_t k = 0; k < hops[i].n; k++)
			attrs_unref(table, hops[i].changes[k].attrs);
	}
	attrs_table_free(table);
	fwkeys_free(fwkeys);
	free(hops);
	return 0;
}
