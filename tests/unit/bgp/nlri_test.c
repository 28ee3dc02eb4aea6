#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "bgp/nlri.h"

static void
what_no_unicast_route_leads_to(void **state)
{
	static const struct {
		const char *prefix;
		bool unicast;
	} cases[] = {
		{ "0.0.0.0/0", true },
		{ "0.0.0.0/8", true },
		{ "126.0.0.0/8", true },
		{ "126.0.0.0/7", true },
		{ "127.0.0.0/8", false },
		{ "127.0.0.1/32", false },
		{ "128.0.0.0/8", true },
		{ "169.254.0.0/16", true },
		{ "223.255.255.0/24", true },
		{ "224.0.0.0/3", true },
		{ "224.0.0.0/4", false },
		{ "239.255.255.255/32", false },
		{ "240.0.0.0/4", true },
		{ "::/0", true },
		{ "::/127", true },
		{ "::/128", true },
		{ "::1/128", false },
		{ "::2/128", true },
		{ "2000::/3", true },
		{ "fc00::/7", true },
		{ "fe00::/9", true },
		{ "fe80::/9", true },
		{ "fe80::/10", false },
		{ "febf:ffff::/32", false },
		{ "fec0::/10", true },
		{ "fe00::/7", true },
		{ "ff00::/8", false },
		{ "ff02::1/128", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct prefix prefix;

		assert_true(prefix_parse(cases[i].prefix, &prefix));
		if (bgp_nlri_is_unicast(&prefix) != cases[i].unicast)
			fail_msg("%s", cases[i].prefix);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_no_unicast_route_leads_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
