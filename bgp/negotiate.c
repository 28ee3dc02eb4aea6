#include "bgp/negotiate.h"

#include "bgp/message.h"

#define KEEPALIVES_A_HOLD 3

static bool
refuse(struct bgp_error *reterr, enum bgp_open_error subcode, const char *reason,
    uint32_t value)
{
	bgp_error_set(reterr, BGP_ERROR_OPEN, subcode, NULL, 0, "%s %u", reason, value);
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
negotiate_restart(const struct bgp_capabilities *a, const struct bgp_capabilities *b,
    struct bgp_negotiated *n)
{
	if (!a->graceful.offered || !b->graceful.offered)
		return;
	n->graceful = b->graceful;
	n->graceful.notification &= a->graceful.notification;
	n->graceful.families &= n->families;
	n->graceful.forwarding &= n->families;
	/* without graceful restart it is to be ignored: RFC 9494 section 4.1 */
	if (!a->long_lived.offered || !b->long_lived.offered)
		return;
	n->long_lived = b->long_lived;
	n->long_lived.families &= n->families;
	n->long_lived.forwarding &= n->families;
}

bool
bgp_negotiate(const struct bgp_open *ours, const struct bgp_open *theirs,
    uint32_t expected_as, struct bgp_negotiated *ret, struct bgp_error *reterr)
{
	const struct bgp_capabilities *a = &ours->caps, *b = &theirs->caps;
	struct bgp_negotiated n = { .peer_as = theirs->as, .peer_id = theirs->id };

	if (expected_as && theirs->as != expected_as)
		return refuse(reterr, BGP_OPEN_BAD_PEER_AS, "peer says AS", theirs->as);
	n.internal = theirs->as == ours->as;
	/* outside an AS identifiers may be equal: RFC 6286 section 2.2 */
	if (n.internal && theirs->id == ours->id)
		return refuse(reterr, BGP_OPEN_BAD_ID, "identifier is ours:", ours->id);
	n.families = (uint8_t)(families(a) & families(b));
	if (!n.families)
		return refuse_families(a, reterr);
	n.as4 = a->as4 && b->as4;
	n.refresh = b->refresh;
	n.enhanced_refresh = a->enhanced_refresh && b->enhanced_refresh;
	n.extended_next_hop = a->extended_next_hop && b->extended_next_hop;
	n.hold_s = ours->hold_s < theirs->hold_s ? ours->hold_s : theirs->hold_s;
	n.keepalive_s = n.hold_s / KEEPALIVES_A_HOLD;
	/* who offers it must take long messages, whatever the other says: RFC 8654 */
	n.receive_max = a->extended_message ? BGP_MESSAGE_EXTENDED_MAX
					    : BGP_MESSAGE_MAX;
	n.send_max = a->extended_message && b->extended_message
			 ? BGP_MESSAGE_EXTENDED_MAX
			 : BGP_MESSAGE_MAX;
	n.add_path_send = a->add_path_send & b->add_path_receive & n.families;
	n.add_path_receive = a->add_path_receive & b->add_path_send & n.families;
	negotiate_restart(a, b, &n);
	*ret = n;
	return true;
}
