/*
 * The paths to a prefix against their naive twin. Input: steps of three bytes, the
 * operation with a prefix, a path id, and what the path is like.
 */
#include "base/wire.h"
#include "tests/unit/rib/paths_world.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

#define STEPS_MAX 400

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct twin twin;
	struct world w;
	struct rd rd;

	memset(&twin, 0, sizeof twin);
	world_init(&w, PREFIXES);
	rd_init(&rd, bytes, len);
	for (unsigned i = 0; i < STEPS_MAX && rd_left(&rd) >= 3; i++) {
		unsigned what = rd_u8(&rd);
		unsigned id = rd_u8(&rd);
		unsigned like = rd_u8(&rd);

		step(&w, &twin, (enum twin_step)(what / PREFIXES % TWIN_STEPS),
		    what % PREFIXES, id % IDS, like / HOPS % RANKS, like % HOPS);
	}
	world_fini(&w);
	return 0;
}
