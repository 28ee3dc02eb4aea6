/*
 * The first byte says what kind of sessions there are, the rest is the body of an
 * UPDATE. Its routes are announced to a peer; what the peer learns it announces to one
 * of the same kind, and the second messages must equal the first.
 */
#include <stdlib.h>
#include <string.h>

#include "bgp/announce.h"
#include "bgp/update.h"
#include "rib/attrs.h"
#include "rib/nexthop.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

#define CHECK(claim) ((claim) ? (void)0 : abort())

enum { CHANGES = 1000, ROOM = 1 << 18 };

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

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const struct attrs_limits limits = { .sets = 1000, .bytes = 1 << 22 };
	struct bgp_announce_params to = { .message_max = 4096 };
	struct hop *hops = calloc(3, sizeof *hops);
	struct fwkeys *fwkeys = fwkeys_new(1000);
	struct attrs_table *table = attrs_table_new(fwkeys, &limits, 1);

	CHECK(hops);
	for (int i = 0; i < 3; i++) {
		hops[i].table = table;
		hops[i].fwkeys = fwkeys;
		hops[i].params.family[0] = hops[i].params.family[1] = true;
		hops[i].params.extended_nexthop = true;
		hops[i].params.as4 = i || (len && bytes[0] & 1);
		hops[i].params.add_path[FAMILY_IPV4] = len && bytes[0] & 2;
	}
	if (len > 0 && len < 4096) {
		size_t n;

		hops[1].params.as4 = hops[2].params.as4 = to.as4 = bytes[0] & 4;
		to.add_path[FAMILY_IPV4] = bytes[0] & 2;
		to.extended_nexthop = true;
		to.communities[0] = 0xffffff02;
		to.n_communities = bytes[0] & 8 ? 1 : 0;
		receive(&hops[0], bytes + 1, len - 1);
		n = bgp_announce(&to, table, hops[0].changes, hops[0].n,
		    &(struct bgp_sink){ receive_message, &hops[1] });
		CHECK(n <= hops[0].n && hops[1].n == n);
		n = bgp_announce(&to, table, hops[1].changes, n,
		    &(struct bgp_sink){ receive_message, &hops[2] });
		CHECK(n == hops[1].n && hops[2].n == n);
		CHECK(hops[1].len == hops[2].len);
		CHECK(memcmp(hops[1].sent, hops[2].sent, hops[1].len) == 0);
	}
	for (int i = 0; i < 3; i++) {
		for (size_t k = 0; k < hops[i].n; k++)
			attrs_unref(table, hops[i].changes[k].attrs);
	}
	attrs_table_free(table);
	fwkeys_free(fwkeys);
	free(hops);
	return 0;
}
