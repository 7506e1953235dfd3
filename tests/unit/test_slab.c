/* SPDX-License-Identifier: MIT */
/* Small blocks cut from large ones: kept apart, aligned, used again, and all given back. */
#include "storage_mem.h"

#include "base/slab.h"

#define LIVE 400
#define STEPS 20000
#define LARGEST (ASST__SLAB_MOST + 64)

struct block {
	unsigned char *bytes;
	size_t size;
	unsigned char fill;
};

static void fill(struct block *block)
{
	memset(block->bytes, block->fill, block->size);
}

static void assert_filled(const struct block *block)
{
	for (size_t i = 0; i < block->size; i++)
		assert_int_equal(block->bytes[i], block->fill);
}

static void take(struct block *block, const struct asst__mem *mem, uint64_t *seed)
{
	block->size = 1 + t_random_below(seed, LARGEST);
	block->fill = (unsigned char)t_random(seed);
	block->bytes = asst__alloc(mem, block->size);
	assert_non_null(block->bytes);
	assert_int_equal((uintptr_t)block->bytes % ASST__SLAB_GRAIN, 0);
	fill(block);
}

static void resize(struct block *block, const struct asst__mem *mem, uint64_t *seed)
{
	size_t size = 1 + t_random_below(seed, LARGEST), was = block->size;

	block->bytes = asst__realloc(mem, block->bytes, was, size);
	assert_non_null(block->bytes);
	block->size = size < was ? size : was;
	assert_filled(block);
	block->size = size;
	fill(block);
}

static void test_blocks_do_not_touch(void **state)
{
	struct few few = { .left = SIZE_MAX };
	struct asst__mem behind = few_mem(&few);
	struct asst__slab slab;
	struct block blocks[LIVE] = { { NULL, 0, 0 } };
	uint64_t seed = t_seed();

	(void)state;
	assert_int_equal(asst__slab_init(&slab, &behind), 0);
	for (size_t step = 0; step < STEPS; step++) {
		struct block *block = &blocks[t_random_below(&seed, LIVE)];

		if (!block->bytes) {
			take(block, &slab.mem, &seed);
		} else if (t_random_below(&seed, 4) == 0) {
			resize(block, &slab.mem, &seed);
		} else {
			assert_filled(block);
			asst__free(&slab.mem, block->bytes, block->size);
			block->bytes = NULL;
		}
	}
	for (size_t i = 0; i < LIVE; i++) {
		if (blocks[i].bytes)
			assert_filled(&blocks[i]);
		asst__free(&slab.mem, blocks[i].bytes, blocks[i].size);
	}
	asst__slab_dispose(&slab);
	assert_int_equal(few.blocks, 0);
}

/* Many of one size, freed and taken again, ask for no more memory than the first time. */
static void test_freed_blocks_are_used_again(void **state)
{
	struct few few = { .left = SIZE_MAX };
	struct asst__mem behind = few_mem(&few);
	struct asst__slab slab;
	void *blocks[LIVE];
	size_t first = 0;

	(void)state;
	assert_int_equal(asst__slab_init(&slab, &behind), 0);
	for (size_t round = 0; round < 10; round++) {
		for (size_t i = 0; i < LIVE; i++) {
			blocks[i] = asst__alloc(&slab.mem, 90 + i % 7);
			assert_non_null(blocks[i]);
		}
		if (round == 0)
			first = few.bytes;
		assert_int_equal(few.bytes, first);
		for (size_t i = 0; i < LIVE; i++)
			asst__free(&slab.mem, blocks[i], 90 + i % 7);
	}
	asst__slab_dispose(&slab);
	assert_int_equal(few.blocks, 0);
}

/* The reason for it all. A checker of memory gets blocks of their own instead. */
static void test_little_is_wasted(void **state)
{
#ifdef ASST__SLAB_CHECKED
	(void)state;
	skip();
#else
	struct few few = { .left = SIZE_MAX };
	struct asst__mem behind = few_mem(&few);
	struct asst__slab slab;
	const size_t count = 20000, size = 72;

	(void)state;
	assert_int_equal(asst__slab_init(&slab, &behind), 0);
	for (size_t i = 0; i < count; i++)
		assert_non_null(asst__alloc(&slab.mem, size));
	assert_true(few.bytes < count * size + 65536);
	assert_true(few.blocks < count / 500);
	asst__slab_dispose(&slab);
	assert_int_equal(few.blocks, 0);
#endif
}

static void test_without_memory(void **state)
{
	struct few few = { .left = 0 };
	struct asst__mem behind = few_mem(&few);
	struct asst__slab slab;
	void *small, *large;

	(void)state;
	assert_int_equal(asst__slab_init(&slab, &behind), 0);
	assert_null(asst__alloc(&slab.mem, 40));
	assert_null(asst__alloc(&slab.mem, ASST__SLAB_MOST + 1));
	few.left = 2;
	small = asst__alloc(&slab.mem, 40);
	large = asst__alloc(&slab.mem, ASST__SLAB_MOST + 1);
	assert_non_null(small);
	assert_non_null(large);
	memset(small, 'x', 40);
	/* What cannot grow stays as it was. */
	assert_null(asst__realloc(&slab.mem, small, 40, ASST__SLAB_MOST + 1));
	assert_memory_equal(small, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 40);
	asst__free(&slab.mem, small, 40);
	asst__free(&slab.mem, large, ASST__SLAB_MOST + 1);
	asst__slab_dispose(&slab);
	assert_int_equal(few.blocks, 0);
}

#define THREADS 4
#define THREAD_STEPS 20000

struct worker {
	pthread_t thread;
	struct asst__slab *slab;
	unsigned char fill;
	bool spoiled;
};

static void *work(void *user)
{
	struct worker *worker = user;
	unsigned char *blocks[16] = { NULL };

	for (size_t step = 0; step < THREAD_STEPS; step++) {
		unsigned char **block = &blocks[step * 7 % T_COUNT(blocks)];
		size_t size = 16 + (size_t)(block - blocks) * 8;

		if (*block) {
			for (size_t i = 0; i < size; i++)
				worker->spoiled |= (*block)[i] != worker->fill;
			asst__free(&worker->slab->mem, *block, size);
		}
		*block = asst__alloc(&worker->slab->mem, size);
		if (!*block)
			abort();
		memset(*block, worker->fill, size);
	}
	for (size_t i = 0; i < T_COUNT(blocks); i++)
		asst__free(&worker->slab->mem, blocks[i], 16 + i * 8);
	return NULL;
}

static void test_threads_share_one(void **state)
{
	struct worker workers[THREADS];
	struct asst__slab slab;

	(void)state;
	assert_int_equal(asst__slab_init(&slab, &asst__mem_libc), 0);
	for (size_t i = 0; i < THREADS; i++) {
		workers[i] = (struct worker){ .slab = &slab, .fill = (unsigned char)(i + 1) };
		/* Not asserted: a failed assertion would leave while threads use the stack. */
		if (pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0)
			abort();
	}
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(workers[i].thread, NULL);
	for (size_t i = 0; i < THREADS; i++)
		assert_false(workers[i].spoiled);
	asst__slab_dispose(&slab);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blocks_do_not_touch),
		cmocka_unit_test(test_freed_blocks_are_used_again),
		cmocka_unit_test(test_little_is_wasted),
		cmocka_unit_test(test_without_memory),
		cmocka_unit_test(test_threads_share_one),
	};

	return cmocka_run_group_tests_name("slab", tests, NULL, NULL) ? 1 : 0;
}
