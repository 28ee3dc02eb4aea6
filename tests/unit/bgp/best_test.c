#include "world.h"

#include "bgp/best.h"

/* A path in words: what stands in the attributes besides its next hop. */
struct said {
	const char *attrs; /* all but NEXT_HOP */
	uint8_t hop;       /* last byte of the next hop */
};

#define PATH1 "400206 0201 0000fde8" /* by AS 65000 */
#define PATH2 "400206 0201 0000fde9" /* by AS 65001 */
#define PATH12 "40020a 0202 0000fde8 00000001"
#define PATH12_SET "40020c 0201 0000fde8 0101 00000001"   /* two as well */
#define PATH1_CONFED "40020c 0301 00000001 0201 0000fde8" /* one */
#define PATH_NONE "400200"
#define IGP "40010100"
#define INCOMPLETE "40010102"
#define PREF(value) "400504" value
#define MED(value) "800404" value
#define ORIGINATOR "800904 0a000001"
#define STALE "c00804 ffff0006"

static uint32_t
learn_path(struct world *world, const struct said *said)
{
	char attrs[256];

	snprintf(attrs, sizeof attrs, "%s400304c00002%02x", said->attrs, said->hop);
	build(world, "", attrs, NLRI);
	assert_int_equal(decode(world, &internal), BGP_ACCEPT);
	attrs_ref(world->table, world->update.attrs);
	return world->update.attrs;
}

static const struct {
	struct said paths[4];
	uint8_t best[4]; /* last bytes of their next hops, in order */
} cases[] = {
	{ { { IGP PATH1, 1 } }, { 1 } },
	{ { { IGP PATH1, 2 }, { IGP PATH2, 1 } }, { 1, 2 } },
	{ { { IGP PATH1, 1 }, { IGP PATH2, 1 } }, { 1 } },
	{ { { IGP PATH1 PREF("00000064"), 1 }, { IGP PATH1, 2 } }, { 1, 2 } },
	{ { { IGP PATH1 PREF("00000065"), 1 }, { IGP PATH1, 2 } }, { 1 } },
	{ { { IGP PATH1 PREF("00000063"), 1 }, { IGP PATH1, 2 } }, { 2 } },
	{ { { IGP PATH12, 1 }, { IGP PATH2, 2 } }, { 2 } },
	{ { { IGP PATH12 PREF("ffffffff"), 1 }, { IGP PATH2, 2 } }, { 1 } },
	{ { { IGP PATH12, 1 }, { IGP PATH12_SET, 2 } }, { 1, 2 } },
	{ { { IGP PATH1, 1 }, { IGP PATH1_CONFED, 2 } }, { 1, 2 } },
	{ { { IGP PATH1, 1 }, { IGP PATH_NONE, 2 } }, { 2 } },
	{ { { INCOMPLETE PATH1, 1 }, { IGP PATH1, 2 } }, { 2 } },
	{ { { INCOMPLETE PATH1, 1 }, { IGP PATH12, 2 } }, { 1 } },
	/* MED: without one it is 0, and other neighbors' do not count */
	{ { { IGP PATH1 MED("00000001"), 1 }, { IGP PATH1, 2 } }, { 2 } },
	{ { { IGP PATH1 MED("00000001"), 1 }, { IGP PATH2, 2 } }, { 1, 2 } },
	{ { { IGP PATH1 MED("00000005"), 1 }, { IGP PATH2 MED("00000009"), 2 },
	      { IGP PATH1 MED("00000004"), 3 }, { IGP PATH2 MED("00000009"), 4 } },
	    { 2, 3, 4 } },
	/* reflected: learned by an internal session */
	{ { { IGP PATH1 ORIGINATOR, 1 }, { IGP PATH1, 2 } }, { 2 } },
	{ { { IGP PATH1 ORIGINATOR, 1 }, { IGP PATH2 ORIGINATOR, 2 } }, { 1, 2 } },
	/* even then by MED first */
	{ { { IGP PATH1 ORIGINATOR, 1 }, { IGP PATH1 MED("00000001"), 2 } }, { 1 } },
	{ { { IGP PATH1 PREF("ffffffff") STALE, 1 }, { IGP PATH12, 2 } }, { 2 } },
	{ { { IGP PATH1 STALE, 1 }, { IGP PATH2 STALE, 2 } }, { 1, 2 } },
};
#define CASES (sizeof cases / sizeof *cases)

static size_t
hops_of(const uint8_t *best)
{
	size_t n = 0;

	while (n < 4 && best[n])
		n++;
	return n;
}

/* In every order in which the paths may come. */
static void
the_best_of_several(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < CASES; i++) {
		uint32_t paths[4];
		size_t n = 0, want = hops_of(cases[i].best);

		while (n < 4 && cases[i].paths[n].attrs) {
			paths[n] = learn_path(world, &cases[i].paths[n]);
			n++;
		}
		for (size_t turn = 0; turn < 2 * n; turn++) {
			uint32_t ids[4];

			for (size_t k = 0; k < n; k++)
				ids[k] = paths[turn < n ? (turn + k) % n
							: (turn + n - k) % n];
			if (bgp_best(world->table, ids, n) != want)
				fail_msg("case %zu, order %zu", i, turn);
			for (size_t k = 0; k < want; k++) {
				const struct attrs *set = attrs_at(
				    world->table, ids[k]);

				if (set->bytes[set->len - 1] != cases[i].best[k])
					fail_msg("case %zu, order %zu", i, turn);
			}
		}
		for (size_t k = 0; k < n; k++)
			attrs_unref(world->table, paths[k]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_best_of_several, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
