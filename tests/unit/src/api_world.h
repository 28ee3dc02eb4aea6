/* Two routers whose RIBs are fed by hand, and what the API says of them. */
#ifndef TESTS_UNIT_SRC_API_WORLD_H
#define TESTS_UNIT_SRC_API_WORLD_H

#include <string.h>

#include "helpers/fields.h"
#include "helpers/rig.h"
#include "router.h"

#define ROUTERS                                                                  \
	"router \"leaf1\" { as = 65000; router-id = 10.0.0.1; "                  \
	"rib \"in4\" { neighbor = 127.0.0.2; local = 127.0.0.1; port = @port; "  \
	"families = ipv4 } "                                                     \
	"rib \"in6\" { neighbor = ::2; local = ::1; port = @port; "              \
	"families = ipv6 } "                                                     \
	"target \"out\" { neighbor = 127.0.0.3; local = 127.0.0.1; "             \
	"port = @port } sflow { agents = 192.0.2.200 } ipv4 { capacity = 50 } }" \
	"router \"leaf2\" { as = 65000; router-id = 10.0.0.2; "                  \
	"rib \"in\" { neighbor = 127.0.0.4; local = 127.0.0.1; port = @port } }"
#define TOP "/bgp/topprefixes/leaf1/json"

static struct rig rig;

static inline struct rib *
rib(void)
{
	return rig.daemon.routers[0]->rib;
}

/* Destinations that ask for two routers and some covered routes; no target yet. */
static inline int
setup(void **state)
{
	struct router *router;

	(void)state;
	rig_start(&rig, ROUTERS);
	router = rig.daemon.routers[0];
	rig_learn(router, "0.0.0.0/0 198.51.101.0/24", "192.0.2.1");
	rig_learn(router, "198.51.0.0/16 198.51.100.128/25", "192.0.2.2");
	rig_learn(router, "198.51.100.0/24", "192.0.2.3");
	rig_learn(router, "203.0.113.0/24", "192.0.2.4");
	rig_learn(router, "2001:db8::/32", "2001:db8:ffff::1");
	rig_learn(router, "2001:db8:1::/48", "2001:db8:ffff::2");
	rig_sample(router, "8.8.8.8", 5, 1000);
	rig_sample(router, "198.51.1.1", 40, 1000);
	rig_sample(router, "198.51.100.1", 30, 1000);
	rig_sample(router, "198.51.100.129", 20, 1000);
	rig_sample(router, "203.0.113.1", 10, 1000);
	rig_sample(router, "2001:db8:1::1", 3, 1000);
	return 0;
}

static inline int
teardown(void **state)
{
	(void)state;
	rig_stop(&rig);
	return 0;
}

/* The prefixes of a list, with a blank between. */
static inline void
assert_prefixes(json_t *list, const char *expected)
{
	char got[1024] = "";
	size_t i;
	json_t *item;

	assert_true(json_is_array(list));
	json_array_foreach (list, i, item) {
		if (i)
			strcat(got, " ");
		strcat(got, field_text(item, "prefix"));
	}
	assert_string_equal(got, expected);
}

#endif
