#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/arena.h"

static void
blocks_keep_what_is_written(void **state)
{
	enum { BLOCKS = 500, ROUNDS = 40000 };
	struct {
		uint32_t id;
		size_t size;
		uint8_t mark;
	} block[BLOCKS] = { { 0 } };
	struct arena arena;
	unsigned seed = 1;

	(void)state;
	arena_init(&arena, 64 << 20);
	for (int round = 0; round < ROUNDS; round++) {
		size_t i = (size_t)rand_r(&seed) % BLOCKS;

		if (block[i].id) {
			const uint8_t *at = arena_at(&arena, block[i].id);

			for (size_t k = 0; k < block[i].size; k++)
				assert_int_equal(at[k], block[i].mark);
			arena_free(&arena, block[i].id, block[i].size);
			block[i].id = 0;
			continue;
		}
		block[i].size = 1 + (size_t)rand_r(&seed) % (round % 10 ? 200 : 20000);
		block[i].mark = (uint8_t)round;
		block[i].id = arena_alloc(&arena, block[i].size);
		assert_int_not_equal(block[i].id, 0);
		assert_ptr_equal(
		    (void *)((uintptr_t)arena_at(&arena, block[i].id) & 15), NULL);
		memset(arena_at(&arena, block[i].id), block[i].mark, block[i].size);
	}
	for (size_t i = 0; i < BLOCKS; i++)
		arena_free(&arena, block[i].id, block[i].size);
	assert_int_equal(arena.used, 0);
	arena_fini(&arena);
}

static void
the_limit_holds(void **state)
{
	struct arena arena;
	size_t got = 0;

	(void)state;
	arena_init(&arena, 1 << 20);
	while (arena_alloc(&arena, 100))
		got++;
	assert_in_range(got, (1 << 20) / 112, (3 << 20) / 112);
	assert_int_equal(arena_alloc(&arena, 100), 0);
	arena_fini(&arena);
}

static void
freed_blocks_come_back(void **state)
{
	struct arena arena;
	uint32_t a, b;

	(void)state;
	arena_init(&arena, 1 << 20);
	a = arena_alloc(&arena, 24);
	b = arena_alloc(&arena, 24);
	assert_int_not_equal(a, b);
	arena_free(&arena, a, 24);
	assert_int_equal(arena_alloc(&arena, 32), a);
	assert_int_equal(arena_id(&arena, arena_at(&arena, b)), b);
	arena_fini(&arena);
}

static void
a_cut_gives_back_the_tail(void **state)
{
	struct arena arena;
	uint32_t id;

	(void)state;
	arena_init(&arena, 1 << 20);
	id = arena_alloc(&arena, 100);
	memset(arena_at(&arena, id), 7, 100);
	arena_cut(&arena, id, 100, 40);
	assert_int_equal(arena.used, 48);
	assert_int_equal(arena_alloc(&arena, 64), id + 3);
	memset(arena_at(&arena, id + 3), 8, 64);
	for (size_t i = 0; i < 40; i++)
		assert_int_equal(((uint8_t *)arena_at(&arena, id))[i], 7);
	arena_cut(&arena, id, 40, 33);
	assert_int_equal(arena.used, 112);
	arena_free(&arena, id, 33);
	arena_free(&arena, id + 3, 64);
	assert_int_equal(arena.used, 0);
	arena_fini(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blocks_keep_what_is_written),
		cmocka_unit_test(the_limit_holds),
		cmocka_unit_test(freed_blocks_come_back),
		cmocka_unit_test(a_cut_gives_back_the_tail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
