#include "bgp/negotiate.h"

#include "bgp/message.h"

#define KEEPALIVES_A_HOLD 3

static bool
refuse_as(uint32_t as, uint32_t expected_as, struct bgp_error *reterr)
{
	bgp_error_set(reterr, BGP_ERROR_OPEN, BGP_OPEN_BAD_PEER_AS, NULL, 0,
	    "AS %u, not %u", as, expected_as);
	return false;
}

static bool
refuse_id(uint32_t id, struct bgp_error *reterr)
{
	const struct addr addr = { { (uint64_t)id << 32, 0 }, FAMILY_IPV4 };
	char text[ADDR_TEXT_MAX];

	bgp_error_set(reterr, BGP_ERROR_OPEN, BGP_OPEN_BAD_ID, NULL, 0, "%s is ours",
	    addr_text(&addr, text));
	return false;
}

/* Families said in an OPEN; without a word it is IPv4 (RFC 4760 section 8). */
static unsigned
families(const struct bgp_capabilities *caps)
{
	return caps->multiprotocol || caps->families ? caps->families
						     : BGP_FAMILY_BIT(FAMILY_IPV4);
}

/* The data of Unsupported Capability lists those wanted (RFC 5492 section 3). */
static bool
refuse_families(const struct bgp_capabilities *ours, struct bgp_error *reterr)
{
	struct bgp_capabilities wanted = { .families = (uint8_t)families(ours) };
	uint8_t data[BGP_CAPABILITIES_MAX];
	struct wr wr;

	wr_init(&wr, data, sizeof data);
	bgp_capabilities_encode(&wr, &wanted);
	bgp_error_set(reterr, BGP_ERROR_OPEN, BGP_OPEN_BAD_CAPABILITY, data, wr.len,
	    "no address family in common");
	return false;
}

/* What the restart capabilities of the peer mean for the families in use. */
static void
negotiate_restart(const struct bgp_capabilities *us,
    const struct bgp_capabilities *them, struct bgp_negotiated *n)
{
	if (!us->graceful.offered || !them->graceful.offered)
		return;
	n->graceful = them->graceful;
	n->graceful.notification &= us->graceful.notification;
	n->graceful.families &= n->families;
	n->graceful.forwarding &= n->families;
	/* without graceful restart it is to be ignored: RFC 9494 section 4.1 */
	if (!us->long_lived.offered || !them->long_lived.offered)
		return;
	n->long_lived = them->long_lived;
	n->long_lived.families &= n->families;
	n->long_lived.forwarding &= n->families;
}

bool
bgp_negotiate(const struct bgp_open *ours, const struct bgp_open *theirs,
    uint32_t expected_as, struct bgp_negotiated *ret, struct bgp_error *reterr)
{
	const struct bgp_capabilities *us = &ours->caps, *them = &theirs->caps;
	struct bgp_negotiated n = { .peer_as = theirs->as, .peer_id = theirs->id };

	if (expected_as && theirs->as != expected_as)
		return refuse_as(theirs->as, expected_as, reterr);
	n.internal = theirs->as == ours->as;
	/* outside an AS identifiers may be equal: RFC 6286 section 2.2 */
	if (n.internal && theirs->id == ours->id)
		return refuse_id(ours->id, reterr);
	n.families = (uint8_t)(families(us) & families(them));
	if (!n.families)
		return refuse_families(us, reterr);
	n.as4 = us->as4 && them->as4;
	n.refresh = them->refresh;
	n.enhanced_refresh = us->enhanced_refresh && them->enhanced_refresh;
	n.extended_next_hop = us->extended_next_hop && them->extended_next_hop;
	n.hold_s = ours->hold_s < theirs->hold_s ? ours->hold_s : theirs->hold_s;
	n.keepalive_s = n.hold_s / KEEPALIVES_A_HOLD;
	n.send_max = us->extended_message && them->extended_message
			 ? BGP_MESSAGE_EXTENDED_MAX
			 : BGP_MESSAGE_MAX;
	n.add_path_send = us->add_path_send & them->add_path_receive & n.families;
	n.add_path_receive = us->add_path_receive & them->add_path_send & n.families;
	negotiate_restart(us, them, &n);
	*ret = n;
	return true;
}
