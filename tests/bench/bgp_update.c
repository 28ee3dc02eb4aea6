/*
 * What an UPDATE costs, as BIRD sends them, a prefix each: decoded with attributes that
 * were not seen before, and with known ones out of few or many sets; and what a route
 * costs packed again. Prints one line of JSON, times in ns of CPU.
 *
 *     bgp_update [UPDATES [SETS]]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "base/wire.h"
#include "bgp/announce.h"
#include "bgp/update.h"
#include "rib/attrs.h"
#include "rib/nexthop.h"

#define BODY_MAX 160
#define HOT_SETS 1000
#define PACKED 20000

static const struct bgp_session_params params = {
	.as4 = true,
	.family = { true, true },
};

struct message {
	uint8_t bytes[BODY_MAX];
	size_t len;
};

struct bench {
	struct fwkeys *fwkeys;
	struct attrs_table *table;
	struct message *messages;
	struct bgp_change *changes; /* the route of each message */
	size_t n;
};

static double
cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static uint32_t
mix(uint32_t x)
{
	x = (x ^ x >> 16) * 0x7feb352du;
	x = (x ^ x >> 15) * 0x846ca68bu;
	return x ^ x >> 16;
}

/* The attributes of a set: a path of three to five, two communities, one of four hops.
 */
static void
put_attrs(struct wr *wr, uint32_t set, uint32_t i, enum family family)
{
	static const uint8_t reach[] = { 0x80, 14, 28, 0, 2, 1, 16, 0x20, 1, 0x0d, 0xb8,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
	static const uint8_t nexthop[] = { 0x40, 3, 4, 192, 0, 2 };
	static const uint8_t others[] = { 0x80, 4, 4, 0, 0, 0, 0, 0x40, 5, 4, 0, 0, 0,
		100, 0xc0, 8, 8 };
	uint32_t path = 3 + set % 3;

	if (family == FAMILY_IPV6) {
		wr_bytes(wr, reach, sizeof reach);
		wr_u8(wr, 1 + set % 4);
		wr_u8(wr, 0);
		wr_u8(wr, 48);
		wr_u16(wr, 0x2001);
		wr_u32(wr, mix(i));
	}
	wr_u32(wr, 0x40010100);
	wr_u16(wr, 0x4002);
	wr_u8(wr, (uint8_t)(2 + 4 * path));
	wr_u8(wr, 2);
	wr_u8(wr, (uint8_t)path);
	while (path--)
		wr_u32(wr, 1 + mix(set + path) % 400000);
	if (family == FAMILY_IPV4) {
		wr_bytes(wr, nexthop, sizeof nexthop);
		wr_u8(wr, 1 + set % 4);
	}
	wr_bytes(wr, others, sizeof others);
	wr_u32(wr, set);
	wr_u32(wr, mix(set));
}

/* Message i has attributes out of `sets`, from `base` on. */
static void
make_messages(struct bench *bench, uint32_t base, size_t sets, enum family family)
{
	for (uint32_t i = 0; i < bench->n; i++) {
		struct message *message = &bench->messages[i];
		struct wr wr;

		wr_init(&wr, message->bytes, sizeof message->bytes);
		wr_u32(&wr, 0);
		put_attrs(&wr, base + (sets < bench->n ? mix(i) % (uint32_t)sets : i),
		    i, family);
		wr_patch_u16(&wr, 2, (uint16_t)(wr.len - 4));
		if (family == FAMILY_IPV4)
			wr_u32(&wr, 24u << 24 | (mix(i) & 0xffffff));
		message->len = wr.len;
	}
}

/* Decodes all messages and keeps their routes. Returns ns a message. */
static double
decode(struct bench *bench)
{
	double begin = cpu_ns();

	for (size_t i = 0; i < bench->n; i++) {
		struct bgp_change *change = &bench->changes[i];
		struct bgp_update update;

		bgp_update_decode(&params, bench->table, bench->fwkeys,
		    bench->messages[i].bytes, bench->messages[i].len, &update);
		if (bgp_nlri_next(
			&update.announced, &change->prefix, &change->path_id) ||
		    bgp_nlri_next(
			&update.mp_announced, &change->prefix, &change->path_id))
			change->attrs = update.attrs | update.mp_attrs;
		attrs_ref(bench->table, change->attrs);
		bgp_update_release(bench->table, &update);
	}
	return (cpu_ns() - begin) / (double)bench->n;
}

static void
forget(struct bench *bench)
{
	for (size_t i = 0; i < bench->n; i++)
		attrs_unref(bench->table, bench->changes[i].attrs);
}

/* ns a message whose attributes, out of `sets`, are all known. */
static double
decode_known(struct bench *bench, size_t sets, enum family family)
{
	double ns;

	make_messages(bench, 0, sets, family);
	decode(bench);
	ns = decode(bench);
	forget(bench);
	forget(bench);
	return ns;
}

static void
count_message(void *arg, const uint8_t *bytes, size_t len)
{
	size_t *messages = arg;

	(void)bytes, (void)len;
	++*messages;
}

static double
pack(struct bench *bench, size_t *retmessages)
{
	const struct bgp_announce_params to = {
		.message_max = 4096,
		.as4 = true,
		.communities = { 0xffffff02 }, /* NO_ADVERTISE */
		.n_communities = 1,
	};
	const struct bgp_sink sink = { count_message, retmessages };
	size_t n = bench->n < PACKED ? bench->n : PACKED;
	double begin = cpu_ns();

	*retmessages = 0;
	bgp_announce(&to, bench->table, bench->changes, n, &sink);
	return (cpu_ns() - begin) / (double)n;
}

static void
measure(struct bench *bench, size_t sets, enum family family)
{
	double miss, hot, cold, packed;
	size_t messages;

	hot = decode_known(bench, HOT_SETS, family);
	cold = decode_known(bench, sets, family);
	make_messages(bench, 0, bench->n, family);
	miss = decode(bench);
	forget(bench);
	make_messages(bench, 0, sets, family);
	decode(bench);
	packed = pack(bench, &messages);
	forget(bench);
	printf("\"%s\": {\"hit_hot_ns\": %.0f, \"hit_cold_ns\": %.0f, "
	       "\"miss_ns\": %.0f, \"pack_route_ns\": %.0f, \"packed\": %zu}",
	    family == FAMILY_IPV4 ? "ipv4" : "ipv6", hot, cold, miss, packed, messages);
}

int
main(int argc, char **argv)
{
	const struct attrs_limits limits = { .sets = 1u << 24, .bytes = 1u << 30 };
	struct bench bench = { .n = 300000 };
	size_t sets = 108000;

	if (argc > 1)
		bench.n = strtoul(argv[1], NULL, 10);
	if (argc > 2)
		sets = strtoul(argv[2], NULL, 10);
	bench.fwkeys = fwkeys_new(1000);
	bench.table = attrs_table_new(bench.fwkeys, &limits, 1);
	bench.messages = mem_alloc(bench.n * sizeof *bench.messages);
	bench.changes = mem_alloc(bench.n * sizeof *bench.changes);
	printf("{\"updates\": %zu, \"sets\": %zu, ", bench.n, sets);
	measure(&bench, sets, FAMILY_IPV4);
	printf(", ");
	measure(&bench, sets, FAMILY_IPV6);
	printf("}\n");
	free(bench.messages);
	free(bench.changes);
	attrs_table_free(bench.table);
	fwkeys_free(bench.fwkeys);
	return 0;
}
