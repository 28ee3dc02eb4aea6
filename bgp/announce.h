/*
 * Ordered changes to UPDATE messages. RFC 4271 4.3, 4760, 6793, 7911, 8950, 7606 5.1
 *
 * The changes are given in an order that is safe after each single one, and so are the
 * messages, read prefix by prefix: a message holds only withdrawals, or only
 * announcements of one set of attributes; between two withdrawals of a family, and
 * between announcements of prefixes that cover each other, the order given is kept;
 * nothing moves between announcements and withdrawals. Within that freedom
 * announcements that share attributes go out together.
 *
 * What a route was learned with goes out: next hop verbatim, MED, communities, and what
 * is transitive. ORIGINATOR_ID and CLUSTER_LIST do not. To internal peers LOCAL_PREF as
 * received, or 100; to external ones none, and our AS is put before the path.
 *
 * The target is the router that the routes came from. So routes of internal peers go to
 * internal ones (against RFC 4271 9.2), and so do those with NO_ADVERTISE or NO_EXPORT
 * (RFC 1997): they must not go further, which the router sees to.
 */
#ifndef BGP_ANNOUNCE_H
#define BGP_ANNOUNCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/prefix.h"

struct attrs_table;

#define BGP_ADD_COMMUNITIES_MAX 32

enum bgp_change_op { BGP_CHANGE_ANNOUNCE, BGP_CHANGE_WITHDRAW };

struct bgp_change {
	struct prefix prefix;
	uint32_t attrs;   /* of an announcement: an id of the table */
	uint32_t path_id; /* if the family has ADD-PATH */
	uint8_t op;       /* enum bgp_change_op */
};

struct bgp_announce_params {
	size_t message_max; /* 4096, or up to 65535 with extended messages, RFC 8654 */
	bool ebgp;
	bool as4;                /* the peer knows AS numbers of four octets */
	bool add_path[FAMILIES]; /* the peer takes path ids */
	bool extended_nexthop;   /* the peer takes IPv4 by IPv6 next hops */
	uint32_t local_as;
	uint32_t communities[BGP_ADD_COMMUNITIES_MAX]; /* added to each announcement */
	size_t n_communities;
};

/* Takes one whole message with its header; the bytes are the encoder's. */
struct bgp_sink {
	void (*message)(void *arg, const uint8_t *bytes, size_t len);
	void *arg;
};

/*
 * Encodes the changes and gives the messages to the sink. Returns how many of the
 * changes, counted from the first, went out: less than `n` if the one at that place can
 * not be sent (its attributes do not fit into a message, or the peer can not take its
 * next hop). Nothing behind it went out then, since what follows may rely on it.
 */
size_t bgp_announce(const struct bgp_announce_params *params,
    const struct attrs_table *table, const struct bgp_change *changes, size_t n,
    const struct bgp_sink *sink);

/* The End-of-RIB of a family, RFC 4724 2. */
void bgp_announce_eor(enum family family, const struct bgp_sink *sink);

#endif
