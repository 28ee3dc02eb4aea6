/* The arguments that choose routes: what is refused, and how. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "http_route.h"
#include "route_filter.h"

static bool
parse(const char *query, struct route_filter *ret, char *reterr)
{
	struct http_request request = { .error = "" };
	char copy[256];
	bool good;

	snprintf(copy, sizeof copy, "%s", query);
	assert_true(http_args_parse(copy, &request.args, request.error));
	good = route_filter_parse(&request, ret);
	assert_int_equal(good, !request.error[0]);
	strcpy(reterr, request.error);
	return good;
}

static void
what_makes_no_sense_is_named(void **state)
{
	static const struct {
		const char *query, *reason;
	} rows[] = {
		{ "family=ipx", "family: 'ipx' is neither ipv4 nor ipv6" },
		{ "family=", "family: '' is neither ipv4 nor ipv6" },
		{ "prefix=10.0.0.0/33",
		    "prefix: '10.0.0.0/33': the length is no number from 0 to 32" },
		{ "covered=10.0.0.1/8",
		    "covered: '10.0.0.1/8': bits are set behind the length; 10.0.0.0/8 is the prefix" },
		{ "covered=10.0.0.0/8&prefix=10.0.0.0/8",
		    "prefix and covered exclude each other" },
		{ "family=ipv6&covered=10.0.0.0/8",
		    "covered: '10.0.0.0/8' is not of the family ipv6" },
		{ "family=ipv4&prefix=::/0",
		    "prefix: '::/0' is not of the family ipv4" },
		{ "nexthop=10.0.0.0/8",
		    "nexthop: '10.0.0.0/8' is no IPv4 or IPv6 address" },
		{ "nexthop=", "nexthop: '' is no IPv4 or IPv6 address" },
		{ "origin_as=0",
		    "origin_as: '0' is not a number from 1 to 4294967295" },
		{ "origin_as=AS1",
		    "origin_as: 'AS1' is not a number from 1 to 4294967295" },
		{ "community=1",
		    "community: '1' is no community like 65000:1, 65000:1:2, "
		    "rt:65000:1 or no-export" },
		{ "installed=maybe", "installed: 'maybe' is neither true nor false" },
		{ "nexthop=::1&nexthop=::2", "nexthop: given twice" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct route_filter filter = { .origin_as = 77 };
		char reason[HTTP_ERROR_MAX];

		assert_false(parse(rows[i].query, &filter, reason));
		assert_string_equal(reason, rows[i].reason);
		assert_int_equal(filter.origin_as, 77);
	}
}

static void
the_prefix_tells_the_family(void **state)
{
	struct route_filter filter;
	char reason[HTTP_ERROR_MAX];

	(void)state;
	assert_true(parse("", &filter, reason));
	assert_int_equal(filter.family, FAMILY_IPV4);
	assert_false(filter.exact || filter.installed || filter.within.len);
	assert_true(parse("family=ipv6", &filter, reason));
	assert_int_equal(filter.family, FAMILY_IPV6);
	assert_int_equal(filter.within.family, FAMILY_IPV6);
	assert_true(parse("covered=2001:db8::/32", &filter, reason));
	assert_int_equal(filter.family, FAMILY_IPV6);
	assert_int_equal(filter.within.len, 32);
	assert_false(filter.exact);
	assert_true(parse("family=ipv6&prefix=2001:db8::1", &filter, reason));
	assert_int_equal(filter.within.len, 128);
	assert_true(filter.exact);
	/* IPv4 routes may have IPv6 next hops */
	assert_true(parse("prefix=10.0.0.0/8&nexthop=fe80::1", &filter, reason));
	assert_int_equal(filter.family, FAMILY_IPV4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_makes_no_sense_is_named),
		cmocka_unit_test(the_prefix_tells_the_family),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
