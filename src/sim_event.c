#include "sim_event.h"

#include "base/prefix.h"
#include "rib/nexthop.h"

void
sim_event_write(FILE *out, const struct fwkeys *keys, uint64_t us,
    const struct prefix *prefix, uint32_t key)
{
	char text[PREFIX_TEXT_MAX];
	const struct nexthop *nexthops;
	size_t n;

	fprintf(out, "{\"t\": %llu.%06llu, \"op\": \"%s\", \"prefix\": \"%s\"",
	    (unsigned long long)(us / 1000000), (unsigned long long)(us % 1000000),
	    key ? "announce" : "withdraw", prefix_text(prefix, text));
	nexthops = fwkey_nexthops(keys, key, &n);
	if (n)
		fprintf(out, ", \"nexthop\": %s", n > 1 ? "[" : "");
	for (size_t i = 0; i < n; i++) {
		struct addr addr = nexthop_addr(&nexthops[i]);

		fprintf(out, "%s\"%s\"", i ? ", " : "", addr_text(&addr, text));
	}
	fputs(n > 1 ? "]}\n" : "}\n", out);
}
