/*
 * A trie against its twin. Input: the length of the fixed start and its sixteen bytes,
 * then steps of twelve bytes: operation, heap position, number, tail.
 */
#include <stdlib.h>

#include "base/wire.h"
#include "tests/unit/rib/trie_twin.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static struct twin twin;
	unsigned start;
	struct bits base;
	struct rd rd;

	rd_init(&rd, bytes, len);
	start = rd_u8(&rd) % (TWIN_START_MAX + 1);
	base.hi = rd_u64(&rd);
	base.lo = rd_u64(&rd);
	twin_init(&twin, base, start);
	while (rd_left(&rd) >= 12) {
		enum twin_op op = (enum twin_op)(rd_u8(&rd) % (TWIN_OPS + 1));
		unsigned x = rd_u16(&rd) % (TWIN_SIZE - 1) + 1;
		uint32_t number = rd_u8(&rd);
		uint64_t tail = rd_u64(&rd);

		if (!twin_step(&twin, op, x, (struct bits){ tail, tail }, number))
			abort();
	}
	twin_fini(&twin);
	return 0;
}
