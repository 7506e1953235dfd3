/* SPDX-License-Identifier: MIT */
/* What every unit test needs: cmocka and its headers, and random numbers that can be repeated. */
#ifndef ASST_TESTS_T_H
#define ASST_TESTS_T_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define T_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * Where a test's random numbers start: ASST_SEED of the environment, else always the same.
 * Printed, so that a failure can be repeated.
 */
static inline uint64_t t_seed(void)
{
	const char *text = getenv("ASST_SEED");
	uint64_t seed = text != NULL ? strtoull(text, NULL, 0) : UINT64_C(20260131);

	print_message("ASST_SEED=%" PRIu64 "\n", seed);
	return seed;
}

/* The next of a row of random numbers (splitmix64). */
static inline uint64_t t_random(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* A random number below limit, which is small. */
static inline size_t t_random_below(uint64_t *state, size_t limit)
{
	return (size_t)(t_random(state) % limit);
}

#endif
