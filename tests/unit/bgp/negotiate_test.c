#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "bgp/message.h"
#include "bgp/negotiate.h"
#include "everything.h"

/* One of a speaker that knows no capabilities. */
static const struct bgp_open bare = { .as = 65001, .id = 1, .hold_s = 180 };

static void
equals_agree_on_everything(void **state)
{
	struct bgp_open theirs = everything;
	struct bgp_negotiated n;
	struct bgp_error error;

	(void)state;
	theirs.id++;
	theirs.hold_s = 30;
	assert_true(bgp_negotiate(&everything, &theirs, 4200000001, &n, &error));
	assert_true(n.internal && n.as4 && n.refresh && n.enhanced_refresh);
	assert_true(n.extended_next_hop);
	assert_int_equal(n.peer_as, 4200000001);
	assert_int_equal(n.peer_id, theirs.id);
	assert_int_equal(n.hold_s, 30);
	assert_int_equal(n.keepalive_s, 10);
	assert_int_equal(n.send_max, 65535);
	assert_int_equal(n.families, V4 | V6);
	assert_int_equal(n.add_path_send, V6);
	assert_int_equal(n.add_path_receive, V6);
	assert_true(n.graceful.offered && n.graceful.restarting);
	assert_true(n.graceful.notification);
	assert_int_equal(n.graceful.time_s, 4095);
	assert_int_equal(n.graceful.families, V4 | V6);
	assert_int_equal(n.graceful.forwarding, V6);
	assert_int_equal(n.long_lived.families, V4 | V6);
	assert_int_equal(n.long_lived.stale_s[FAMILY_IPV4], 3600);
}

static void
a_bare_peer_gets_plain_ipv4(void **state)
{
	struct bgp_open ours = everything;
	struct bgp_negotiated n;
	struct bgp_error error;

	(void)state;
	assert_true(bgp_negotiate(&ours, &bare, 0, &n, &error));
	assert_int_equal(n.families, V4);
	assert_false(n.internal || n.as4 || n.refresh || n.enhanced_refresh);
	assert_false(n.extended_next_hop || n.graceful.offered || n.long_lived.offered);
	assert_int_equal(n.add_path_send | n.add_path_receive, 0);
	assert_int_equal(n.hold_s, 90);
	assert_int_equal(n.send_max, 4096);
	ours.hold_s = 0;
	assert_true(bgp_negotiate(&ours, &bare, 0, &n, &error));
	assert_int_equal(n.hold_s, 0);
	assert_int_equal(n.keepalive_s, 0);
}

static void
only_what_both_want_is_kept(void **state)
{
	struct bgp_open ours = everything, theirs = everything;
	struct bgp_negotiated n;
	struct bgp_error error;

	(void)state;
	theirs.id++;
	theirs.caps.families = V6;
	theirs.caps.graceful.notification = false;
	assert_true(bgp_negotiate(&ours, &theirs, 0, &n, &error));
	assert_int_equal(n.families, V6);
	assert_int_equal(n.graceful.families, V6);
	assert_int_equal(n.long_lived.families, V6);
	assert_int_equal(n.long_lived.forwarding, 0);
	assert_false(n.graceful.notification);
	/* long-lived is worth nothing without graceful restart */
	theirs.caps.graceful.offered = false;
	assert_true(bgp_negotiate(&ours, &theirs, 0, &n, &error));
	assert_false(n.graceful.offered);
	assert_false(n.long_lived.offered);
}

static void
strangers_are_refused(void **state)
{
	static const uint8_t wanted[] = { 1, 4, 0, 2, 0, 1 };
	struct bgp_open ours = everything, theirs = everything;
	struct bgp_negotiated n;
	struct bgp_error error;

	(void)state;
	assert_false(bgp_negotiate(&ours, &theirs, 65001, &n, &error));
	assert_int_equal(error.subcode, BGP_OPEN_BAD_PEER_AS);
	assert_string_equal(error.reason, "AS 4200000001, not 65001");
	/* inside an AS an identifier is one speaker's, outside it is not: RFC 6286 */
	assert_false(bgp_negotiate(&ours, &theirs, 0, &n, &error));
	assert_int_equal(error.subcode, BGP_OPEN_BAD_ID);
	assert_string_equal(error.reason, "10.0.0.136 is ours");
	theirs.as = 65001;
	assert_true(bgp_negotiate(&ours, &theirs, 65001, &n, &error));
	assert_false(n.internal);
	ours.caps.families = V6;
	theirs.caps.families = V4;
	assert_false(bgp_negotiate(&ours, &theirs, 0, &n, &error));
	assert_int_equal(error.code, BGP_ERROR_OPEN);
	assert_int_equal(error.subcode, BGP_OPEN_BAD_CAPABILITY);
	assert_int_equal(error.len, sizeof wanted);
	assert_memory_equal(error.data, wanted, sizeof wanted);
	/* one who speaks of other families only does not speak IPv4 */
	ours.caps.families = V4;
	theirs.caps.families = 0;
	assert_false(bgp_negotiate(&ours, &theirs, 0, &n, &error));
	theirs.caps.multiprotocol = false;
	assert_true(bgp_negotiate(&ours, &theirs, 0, &n, &error));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equals_agree_on_everything),
		cmocka_unit_test(a_bare_peer_gets_plain_ipv4),
		cmocka_unit_test(only_what_both_want_is_kept),
		cmocka_unit_test(strangers_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
