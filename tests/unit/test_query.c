/* SPDX-License-Identifier: MIT */
/* Keys, ranges and sinks: what is put in comes out, limits, growth, failing memory. */
#include "storage_mem.h"

#include "storage/query.h"

#include <assistant/buf.h>
#include <assistant/error.h>

#include <string.h>

static char big[ASST_MAX_KEY_BYTES + 1];

static void test_keys(void **state)
{
	asst_keys *keys;
	asst_error *err = asst_error_new();
	size_t size;
	char text[32];

	(void)state;
	assert_int_equal(asst_keys_new(NULL, NULL), ASST_EINVAL);
	assert_int_equal(asst_keys_new(&keys, err), ASST_OK);
	assert_int_equal(asst_keys_count(keys), 0);
	assert_null(asst_keys_at(keys, 0, &size));
	assert_int_equal(size, 0);
	for (int i = 0; i < 1000; i++) {
		int n = snprintf(text, sizeof(text), "key %d", i);

		assert_int_equal(asst_keys_add(keys, text, (size_t)n, err), ASST_OK);
	}
	assert_int_equal(asst_keys_count(keys), 1000);
	for (int i = 0; i < 1000; i++) {
		int n = snprintf(text, sizeof(text), "key %d", i);
		const void *key = asst_keys_at(keys, (size_t)i, &size);

		assert_int_equal(size, n);
		assert_memory_equal(key, text, size);
	}
	assert_non_null(asst_keys_at(keys, 999, NULL));
	assert_int_equal(asst_keys_add(keys, "", 0, err), ASST_EINVAL);
	assert_int_equal(asst_keys_add(keys, NULL, 1, err), ASST_EINVAL);
	assert_int_equal(asst_keys_add(NULL, "a", 1, err), ASST_EINVAL);
	assert_int_equal(asst_keys_add(keys, big, sizeof(big), err), ASST_ELIMIT);
	assert_non_null(strstr(asst_error_message(err), "1024"));
	assert_int_equal(asst_keys_add(keys, big, ASST_MAX_KEY_BYTES, err), ASST_OK);
	assert_int_equal(asst_error_status(err), ASST_OK);
	assert_int_equal(asst_keys_count(keys), 1001);
	asst_keys_free(keys);
	asst_keys_free(NULL);
	asst_error_free(err);
}

static void test_ranges(void **state)
{
	asst_ranges *ranges;
	size_t size;

	(void)state;
	assert_int_equal(asst_ranges_new(&ranges, 2, NULL), ASST_EINVAL);
	assert_null(ranges);
	assert_int_equal(asst_ranges_new(NULL, 0, NULL), ASST_EINVAL);
	assert_int_equal(asst_ranges_new(&ranges, 1, NULL), ASST_OK);
	assert_int_equal(asst_ranges_keys_only(ranges), 1);
	assert_int_equal(asst_ranges_add(ranges, "ab", 2, "xyz", 3, 7, ASST_RANGE_REVERSE, NULL),
			 ASST_OK);
	assert_int_equal(asst_ranges_add(ranges, NULL, 0, NULL, 0, 0, 0, NULL), ASST_OK);
	assert_memory_equal(asst_ranges_from(ranges, 0, &size), "ab", 2);
	assert_int_equal(size, 2);
	assert_memory_equal(asst_ranges_to(ranges, 0, &size), "xyz", 3);
	assert_int_equal(size, 3);
	assert_int_equal(asst_ranges_limit(ranges, 0), 7);
	assert_int_equal(asst_ranges_flags(ranges, 0), ASST_RANGE_REVERSE);
	assert_non_null(asst_ranges_from(ranges, 1, &size));
	assert_int_equal(size, 0);
	assert_non_null(asst_ranges_to(ranges, 1, &size));
	assert_int_equal(size, 0);
	assert_null(asst_ranges_from(ranges, 2, &size));
	assert_int_equal(asst_ranges_limit(ranges, 2), 0);

	assert_int_equal(asst_ranges_add(ranges, "a", 1, "b", 1, 0, 2, NULL), ASST_EINVAL);
	assert_int_equal(asst_ranges_add(ranges, NULL, 1, "b", 1, 0, 0, NULL), ASST_EINVAL);
	assert_int_equal(asst_ranges_add(ranges, "a", 1, NULL, 1, 0, 0, NULL), ASST_EINVAL);
	assert_int_equal(asst_ranges_add(ranges, big, sizeof(big), "b", 1, 0, 0, NULL),
			 ASST_ELIMIT);
	assert_int_equal(asst_ranges_add(ranges, "a", 1, big, sizeof(big), 0, 0, NULL),
			 ASST_ELIMIT);
	for (int i = 2; i < ASST_MAX_RANGES; i++)
		assert_int_equal(asst_ranges_add(ranges, "a", 1, "b", 1, (size_t)i, 0, NULL),
				 ASST_OK);
	assert_int_equal(asst_ranges_add(ranges, "a", 1, "b", 1, 0, 0, NULL), ASST_ELIMIT);
	assert_int_equal(asst_ranges_count(ranges), ASST_MAX_RANGES);
	assert_int_equal(asst_ranges_limit(ranges, 1000), 1000);
	asst_ranges_free(ranges);
	asst_ranges_free(NULL);
}

static void test_sink(void **state)
{
	asst_sink *sink;
	asst_buf *value;
	size_t size;

	(void)state;
	assert_int_equal(asst_sink_new(NULL, NULL), ASST_EINVAL);
	assert_int_equal(asst_sink_new(&sink, NULL), ASST_OK);
	assert_int_equal(asst_buf_new(&value, "value", 5, NULL), ASST_OK);
	assert_int_equal(asst_sink_put(sink, 3, "key", 3, 9, value, NULL), ASST_OK);
	assert_int_equal(asst_sink_put(sink, 4, NULL, 0, 10, NULL, NULL), ASST_OK);
	assert_int_equal(asst_sink_copy(sink, 5, "k", 1, 11, "bytes", 5, NULL), ASST_OK);
	assert_int_equal(asst_sink_copy(sink, 6, "k", 1, 11, "", 0, NULL), ASST_OK);
	asst_buf_free(value);
	assert_int_equal(asst_sink_count(sink), 4);
	assert_int_equal(asst_sink_index(sink, 0), 3);
	assert_memory_equal(asst_sink_key(sink, 0, &size), "key", 3);
	assert_int_equal(size, 3);
	assert_int_equal(asst_sink_sequence(sink, 0), 9);
	assert_string_equal(asst_buf_data(asst_sink_value(sink, 0)), "value");
	assert_null(asst_sink_key(sink, 1, &size));
	assert_int_equal(size, 0);
	assert_null(asst_sink_value(sink, 1));
	assert_string_equal(asst_buf_data(asst_sink_value(sink, 2)), "bytes");
	assert_non_null(asst_sink_value(sink, 3));
	assert_int_equal(asst_buf_size(asst_sink_value(sink, 3)), 0);
	assert_null(asst_sink_value(sink, 4));
	assert_null(asst_sink_key(sink, 4, NULL));

	assert_int_equal(asst_sink_put(NULL, 0, "k", 1, 1, NULL, NULL), ASST_EINVAL);
	assert_int_equal(asst_sink_put(sink, 0, NULL, 1, 1, NULL, NULL), ASST_EINVAL);
	assert_int_equal(asst_sink_copy(sink, 0, "k", 1, 1, NULL, 1, NULL), ASST_EINVAL);
	assert_int_equal(asst_sink_count(sink), 4);
	for (size_t i = 0; i < 500; i++)
		assert_int_equal(asst_sink_copy(sink, i, &i, sizeof(i), i, &i, sizeof(i), NULL),
				 ASST_OK);
	for (size_t i = 0; i < 500; i++) {
		assert_memory_equal(asst_sink_key(sink, i + 4, &size), &i, sizeof(i));
		assert_memory_equal(asst_buf_data(asst_sink_value(sink, i + 4)), &i, sizeof(i));
	}
	asst__sink_clear(sink);
	assert_int_equal(asst_sink_count(sink), 0);
	asst_sink_free(sink);
	asst_sink_free(NULL);
}

static void test_find(void **state)
{
	struct asst_sink sink;

	(void)state;
	for (size_t step = 1; step < 5; step++) {
		asst__sink_init(&sink, &asst__mem_libc);
		assert_null(asst__sink_find(&sink, 0));
		for (size_t i = 0; i < 40; i += step)
			assert_int_equal(asst_sink_put(&sink, i, NULL, 0, i + 1, NULL, NULL),
					 ASST_OK);
		for (size_t i = 0; i < 50; i++) {
			const struct asst__answer *answer = asst__sink_find(&sink, i);

			if (i < 40 && i % step == 0)
				assert_int_equal(answer->sequence, i + 1);
			else
				assert_null(answer);
		}
		assert_null(asst__sink_find(&sink, SIZE_MAX));
		asst__sink_dispose(&sink);
	}
}

static void test_no_allocation(void **state)
{
	struct asst_keys keys;
	struct asst_ranges ranges;
	struct asst_sink sink;
	struct few few = { 0 };
	struct asst__mem mem = few_mem(&few);

	(void)state;
	asst__keys_init(&keys, &mem);
	asst__ranges_init(&ranges, &mem, 0);
	asst__sink_init(&sink, &mem);
	for (size_t i = 0; i < ASST__INLINE_ITEMS; i++) {
		assert_int_equal(asst_keys_add(&keys, big, 64, NULL), ASST_OK);
		assert_int_equal(asst_ranges_add(&ranges, big, 32, big, 32, 0, 0, NULL), ASST_OK);
		assert_int_equal(asst_sink_put(&sink, i, big, 64, 1, NULL, NULL), ASST_OK);
	}
	assert_int_equal(asst_keys_add(&keys, big, 1, NULL), ASST_ENOMEM);
	assert_int_equal(asst_ranges_add(&ranges, big, 1, big, 1, 0, 0, NULL), ASST_ENOMEM);
	assert_int_equal(asst_sink_put(&sink, 9, NULL, 0, 1, NULL, NULL), ASST_ENOMEM);
	assert_int_equal(asst_sink_copy(&sink, 9, NULL, 0, 1, "", 0, NULL), ASST_ENOMEM);
	/* The array can grow now, the bytes not yet. */
	few.left = 1;
	assert_int_equal(asst_keys_add(&keys, big, 1, NULL), ASST_ENOMEM);
	few.left = 1;
	assert_int_equal(asst_keys_add(&keys, big, 1, NULL), ASST_OK);
	assert_int_equal(asst_keys_count(&keys), ASST__INLINE_ITEMS + 1);
	assert_int_equal(asst_ranges_count(&ranges), ASST__INLINE_ITEMS);
	assert_int_equal(asst_sink_count(&sink), ASST__INLINE_ITEMS);
	asst__keys_dispose(&keys);
	asst__ranges_dispose(&ranges);
	asst__sink_dispose(&sink);
	assert_int_equal(few.blocks, 0);
}

static void test_order(void **state)
{
	(void)state;
	assert_true(asst__key_compare("a", 1, "a", 1) == 0);
	assert_true(asst__key_compare("a", 1, "ab", 2) < 0);
	assert_true(asst__key_compare("ab", 2, "a", 1) > 0);
	assert_true(asst__key_compare("b", 1, "ab", 2) > 0);
	assert_true(asst__key_compare("\x7f", 1, "\x80", 1) < 0);
	assert_true(asst__key_compare(NULL, 0, "", 0) == 0);
	assert_true(asst__key_compare(NULL, 0, "\0", 1) < 0);
}

/* Neighbours that are the same share one buffer, which outlives the sink as any other does. */
static void test_equal_neighbours_share_a_copy(void **state)
{
	static const char *const values[] = { "same", "same", "", "", "other", "same", "samE" };
	struct few few = { .left = SIZE_MAX };
	struct asst__mem mem = few_mem(&few);
	struct asst_sink sink;
	asst_buf *kept;

	(void)state;
	asst__sink_init(&sink, &mem);
	for (size_t i = 0; i < T_COUNT(values); i++)
		assert_int_equal(asst_sink_copy(&sink, i, "k", 1, 1, values[i], strlen(values[i]),
						NULL),
				 ASST_OK);
	for (size_t i = 0; i < T_COUNT(values); i++) {
		assert_int_equal(asst_buf_size(asst_sink_value(&sink, i)), strlen(values[i]));
		assert_memory_equal(asst_buf_data(asst_sink_value(&sink, i)), values[i],
				    strlen(values[i]));
	}
	assert_ptr_equal(asst_sink_value(&sink, 0), asst_sink_value(&sink, 1));
	assert_ptr_equal(asst_sink_value(&sink, 2), asst_sink_value(&sink, 3));
	assert_ptr_not_equal(asst_sink_value(&sink, 5), asst_sink_value(&sink, 6));
	kept = asst_buf_ref(asst_sink_value(&sink, 1));
	asst__sink_dispose(&sink);
	assert_string_equal(asst_buf_data(kept), "same");
	asst_buf_free(kept);
	assert_int_equal(few.blocks, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),	      cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_sink),	      cmocka_unit_test(test_find),
		cmocka_unit_test(test_no_allocation), cmocka_unit_test(test_order),
		cmocka_unit_test(test_equal_neighbours_share_a_copy),
	};

	return cmocka_run_group_tests_name("query", tests, NULL, NULL) ? 1 : 0;
}
