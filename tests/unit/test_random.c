/* SPDX-License-Identifier: MIT */
/* Random bytes: never the same twice, not even after a fork; or those of the host. */
#include "t.h"

#include "base/fail.h"
#include "base/random.h"

#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#define DRAW 64

static int count_up(void *user, void *bytes, size_t size)
{
	unsigned char *next = user, *at = bytes;

	while (size-- > 0)
		*at++ = (*next)++;
	return 0;
}

static int refuse(void *user, void *bytes, size_t size)
{
	(void)user;
	(void)bytes;
	(void)size;
	return 5;
}

static void open_system(struct asst__random *random)
{
	assert_int_equal(asst__random_init(random, NULL, NULL, NULL), ASST_OK);
}

static void draws_differ(void **state)
{
	static unsigned char draws[1000][DRAW];
	struct asst__random random;

	(void)state;
	open_system(&random);
	for (size_t i = 0; i < T_COUNT(draws); i++) {
		assert_int_equal(asst__random_bytes(&random, draws[i], DRAW, NULL), ASST_OK);
		for (size_t j = 0; j < i; j++)
			assert_true(memcmp(draws[i], draws[j], DRAW) != 0);
	}
	asst__random_close(&random);
}

static void all_bytes_of_any_size_are_filled(void **state)
{
	static unsigned char bytes[5000], seen[5000];
	static const size_t sizes[] = {1, 7, 1000, 1023, 1024, 1025, 3000, 5000};
	struct asst__random random;

	(void)state;
	open_system(&random);
	for (size_t i = 0; i < T_COUNT(sizes); i++) {
		memset(seen, 0, sizeof(seen));
		for (int round = 0; round < 10; round++) {
			memset(bytes, 0, sizeof(bytes));
			assert_int_equal(asst__random_bytes(&random, bytes, sizes[i], NULL),
					 ASST_OK);
			for (size_t at = 0; at < sizes[i]; at++)
				seen[at] |= bytes[at];
			for (size_t at = sizes[i]; at < sizeof(bytes); at++)
				assert_int_equal(bytes[at], 0);
		}
		for (size_t at = 0; at < sizes[i]; at++)
			assert_true(seen[at] != 0);
	}
	asst__random_close(&random);
}

static void all_bits_are_as_often_0_as_1(void **state)
{
	struct asst__random random;
	unsigned char byte;
	int ones[8] = {0};

	(void)state;
	open_system(&random);
	for (int i = 0; i < 100000; i++) {
		assert_int_equal(asst__random_bytes(&random, &byte, 1, NULL), ASST_OK);
		for (int bit = 0; bit < 8; bit++)
			ones[bit] += byte >> bit & 1;
	}
	/* 2000 is more than 12 times the standard deviation. */
	for (int bit = 0; bit < 8; bit++)
		assert_true(ones[bit] > 48000 && ones[bit] < 52000);
	asst__random_close(&random);
}

static void no_bytes_can_be_asked_for(void **state)
{
	struct asst__random random;

	(void)state;
	open_system(&random);
	assert_int_equal(asst__random_bytes(&random, NULL, 0, NULL), ASST_OK);
	asst__random_close(&random);
}

static void a_forked_child_draws_other_bytes_than_its_parent(void **state)
{
	struct asst__random random;
	unsigned char ours[DRAW], theirs[DRAW], zero[DRAW] = {0};
	int ends[2], exited = -1;
	pid_t child;

	(void)state;
	open_system(&random);
	/* So that the pool has bytes in it that both could hand out. */
	assert_int_equal(asst__random_bytes(&random, ours, sizeof(ours), NULL), ASST_OK);
	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		int ok = asst__random_bytes(&random, theirs, sizeof(theirs), NULL) == ASST_OK &&
			 write(ends[1], theirs, sizeof(theirs)) == (ssize_t)sizeof(theirs);

		_exit(ok ? 0 : 1);
	}
	assert_int_equal(read(ends[0], theirs, sizeof(theirs)), sizeof(theirs));
	assert_int_equal(asst__random_bytes(&random, ours, sizeof(ours), NULL), ASST_OK);
	assert_int_equal(waitpid(child, &exited, 0), child);
	assert_int_equal(exited, 0);
	assert_true(memcmp(ours, theirs, DRAW) != 0);
	assert_true(memcmp(zero, theirs, DRAW) != 0);
	assert_true(memcmp(zero, ours, DRAW) != 0);
	close(ends[0]);
	close(ends[1]);
	asst__random_close(&random);
}

static void a_host_source_gives_every_byte(void **state)
{
	struct asst__random random;
	unsigned char next = 0, bytes[6];

	(void)state;
	assert_int_equal(asst__random_init(&random, count_up, &next, NULL), ASST_OK);
	assert_int_equal(asst__random_bytes(&random, bytes, 2, NULL), ASST_OK);
	assert_int_equal(asst__random_bytes(&random, bytes + 2, 4, NULL), ASST_OK);
	assert_memory_equal(bytes, "\0\1\2\3\4\5", 6);
	assert_int_equal(next, 6);
	asst__random_close(&random);
}

static void a_failing_host_source_is_an_io_error(void **state)
{
	struct asst__random random;
	unsigned char byte;
	asst_error *err = asst_error_new();

	(void)state;
	assert_int_equal(asst__random_init(&random, refuse, NULL, err), ASST_OK);
	assert_int_equal(asst__random_bytes(&random, &byte, 1, err), ASST_EIO);
	assert_int_equal(asst_error_status(err), ASST_EIO);
	asst__random_close(&random);
	asst_error_free(err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(draws_differ),
		cmocka_unit_test(all_bytes_of_any_size_are_filled),
		cmocka_unit_test(all_bits_are_as_often_0_as_1),
		cmocka_unit_test(no_bytes_can_be_asked_for),
		cmocka_unit_test(a_forked_child_draws_other_bytes_than_its_parent),
		cmocka_unit_test(a_host_source_gives_every_byte),
		cmocka_unit_test(a_failing_host_source_is_an_io_error),
	};

	return cmocka_run_group_tests_name("random", tests, NULL, NULL) ? 1 : 0;
}
