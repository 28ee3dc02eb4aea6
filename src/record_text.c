#include "record_text.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bgp/attr_text.h"
#include "rib/nexthop.h"

#define PATH_TEXT_MAX 8192

_Static_assert(RECORD_LINE_MAX >= 128 + FWKEY_NEXTHOPS_MAX * ADDR_TEXT_MAX,
    "all next hops fit in a line");

/* " 192.0.2.1" */
static size_t
put_nexthop(char *at, const struct nexthop *nexthop)
{
	struct addr addr = nexthop_addr(nexthop);

	*at = ' ';
	return 1 + strlen(addr_text(&addr, at + 1));
}

size_t
record_route_line(char *line, const struct prefix *prefix,
    const struct nexthop *nexthop, struct rd as_path)
{
	size_t len = strlen(prefix_text(prefix, line)), path;

	len += put_nexthop(line + len, nexthop);
	bgp_as_path_text(as_path, ' ', line + len + 1, PATH_TEXT_MAX);
	path = strlen(line + len + 1);
	if (path) {
		line[len] = ' ';
		len += 1 + path;
	}
	line[len++] = '\n';
	return len;
}

/* "1700000012.345678 a 192.0.2.0/24" */
static size_t
put_change(char *line, uint64_t us, char op, const struct prefix *prefix)
{
	char text[PREFIX_TEXT_MAX];

	return (size_t)snprintf(line, RECORD_LINE_MAX,
	    "%" PRIu64 ".%06" PRIu64 " %c %s", us / 1000000, us % 1000000, op,
	    prefix_text(prefix, text));
}

size_t
record_announce_line(char *line, uint64_t us, const struct prefix *prefix,
    const struct nexthop *nexthops, size_t n)
{
	size_t len = put_change(line, us, 'a', prefix);

	assert(n >= 1 && n <= FWKEY_NEXTHOPS_MAX);
	for (size_t i = 0; i < n; i++)
		len += put_nexthop(line + len, &nexthops[i]);
	line[len++] = '\n';
	return len;
}

size_t
record_withdraw_line(char *line, uint64_t us, const struct prefix *prefix)
{
	size_t len = put_change(line, us, 'w', prefix);

	line[len++] = '\n';
	return len;
}
