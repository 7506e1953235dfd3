/* SPDX-License-Identifier: MIT */
/* The memory backend: what the contract says of batches, reads and sequences. */
#include "storage_mem.h"

#include "storage/backend.h"
#include "storage/memory.h"

#include <assistant/buf.h>

static asst_backend open_memory(void)
{
	asst_backend backend;

	assert_int_equal(asst__memory_open(&backend, &asst__mem_libc, 7, NULL), ASST_OK);
	return backend;
}

/* Apply a batch, empty it, and return the sequence; after a conflict what failed. */
static uint64_t apply(const asst_backend *backend, struct asst_batch *batch, int want)
{
	uint64_t sequence;
	size_t failed;

	assert_int_equal(asst__backend_apply(backend, "w", batch, &sequence, &failed, NULL), want);
	asst__batch_dispose(batch);
	asst__batch_init(batch, &asst__mem_libc);
	return want == ASST_ECONFLICT ? failed : sequence;
}

static void put(struct asst_batch *batch, const char *key, const char *value)
{
	assert_int_equal(asst_batch_put(batch, key, strlen(key), value, strlen(value), NULL),
			 ASST_OK);
}

static void drop(struct asst_batch *batch, const char *key)
{
	assert_int_equal(asst_batch_delete(batch, key, strlen(key), NULL), ASST_OK);
}

static void drop_range(struct asst_batch *batch, const char *from, const char *to)
{
	assert_int_equal(asst_batch_delete_range(batch, from, strlen(from), to, strlen(to), NULL),
			 ASST_OK);
}

static void check(struct asst_batch *batch, const char *key, uint64_t sequence)
{
	assert_int_equal(asst_batch_check_key(batch, key, strlen(key), sequence, NULL), ASST_OK);
}

static void check_range(struct asst_batch *batch, const char *from, const char *to,
			uint64_t sequence)
{
	assert_int_equal(asst_batch_check_range(batch, from, strlen(from), to, strlen(to),
						sequence, NULL), ASST_OK);
}

/* Everything in a partition as "key=value@sequence ..."; returns the partition's sequence. */
static uint64_t dump(const asst_backend *backend, const char *partition, const char *from,
		     const char *to, size_t limit, uint32_t flags, char text[512])
{
	struct asst_ranges ranges;
	struct asst_sink sink;
	uint64_t sequence;
	size_t used = 0;

	asst__ranges_init(&ranges, &asst__mem_libc, 0);
	asst__sink_init(&sink, &asst__mem_libc);
	assert_int_equal(asst_ranges_add(&ranges, from, strlen(from), to, strlen(to), limit, flags,
					 NULL), ASST_OK);
	assert_int_equal(asst__backend_scan(backend, partition, &ranges, &sink, &sequence, NULL),
			 ASST_OK);
	text[0] = '\0';
	for (size_t i = 0; i < sink.count; i++) {
		size_t size;
		const char *key = asst_sink_key(&sink, i, &size);

		used += (size_t)snprintf(text + used, 512 - used, "%s%.*s=%s@%u", i ? " " : "",
					 (int)size, key, asst_buf_data(asst_sink_value(&sink, i)),
					 (unsigned)asst_sink_sequence(&sink, i));
		assert_true(used < 512);
	}
	asst__ranges_dispose(&ranges);
	asst__sink_dispose(&sink);
	return sequence;
}

static void assert_content(const asst_backend *backend, const char *content, uint64_t sequence)
{
	char text[512];

	assert_int_equal(dump(backend, "w", "", "", 0, 0, text), sequence);
	assert_string_equal(text, content);
}

static void test_empty(void **state)
{
	asst_backend backend = open_memory();
	struct asst_batch batch;
	struct asst_keys keys;
	struct asst_sink sink;
	uint64_t sequence = 9;

	(void)state;
	asst__batch_init(&batch, &asst__mem_libc);
	asst__keys_init(&keys, &asst__mem_libc);
	asst__sink_init(&sink, &asst__mem_libc);
	assert_int_equal(asst_keys_add(&keys, "k", 1, NULL), ASST_OK);
	assert_int_equal(asst__backend_get(&backend, "w", &keys, &sink, &sequence, NULL), ASST_OK);
	assert_int_equal(sequence, 0);
	assert_int_equal(asst_sink_count(&sink), 0);
	assert_content(&backend, "", 0);
	check(&batch, "k", 0);
	check_range(&batch, "", "", 0);
	assert_int_equal(apply(&backend, &batch, ASST_OK), 0);
	check(&batch, "k", 1);
	assert_int_equal(apply(&backend, &batch, ASST_ECONFLICT), 0);
	assert_content(&backend, "", 0);
	drop(&batch, "k");
	assert_int_equal(apply(&backend, &batch, ASST_OK), 1);
	assert_content(&backend, "", 1);
	asst__keys_dispose(&keys);
	asst__sink_dispose(&sink);
	assert_int_equal(asst__backend_destroy(&backend, NULL), ASST_OK);
}

static void test_get(void **state)
{
	static const char *const wanted[] = { "z", "b", "a", "b", "aa" };
	asst_backend backend = open_memory();
	struct asst_batch batch;
	struct asst_keys keys;
	struct asst_sink sink;
	uint64_t sequence;
	char large[1000];

	(void)state;
	asst__batch_init(&batch, &asst__mem_libc);
	memset(large, 'L', sizeof(large) - 1);
	large[sizeof(large) - 1] = '\0';
	put(&batch, "a", "small");
	apply(&backend, &batch, ASST_OK);
	put(&batch, "b", large);
	apply(&backend, &batch, ASST_OK);
	asst__keys_init(&keys, &asst__mem_libc);
	asst__sink_init(&sink, &asst__mem_libc);
	for (size_t i = 0; i < T_COUNT(wanted); i++)
		assert_int_equal(asst_keys_add(&keys, wanted[i], strlen(wanted[i]), NULL), ASST_OK);
	assert_int_equal(asst__backend_get(&backend, "w", &keys, &sink, &sequence, NULL), ASST_OK);
	assert_int_equal(sequence, 2);
	assert_int_equal(asst_sink_count(&sink), 3);
	assert_null(asst__sink_find(&sink, 0));
	assert_null(asst__sink_find(&sink, 4));
	assert_string_equal(asst_buf_data(asst__sink_find(&sink, 1)->value), large);
	assert_string_equal(asst_buf_data(asst__sink_find(&sink, 3)->value), large);
	assert_string_equal(asst_buf_data(asst__sink_find(&sink, 2)->value), "small");
	assert_int_equal(asst__sink_find(&sink, 1)->sequence, 2);
	assert_int_equal(asst__sink_find(&sink, 2)->sequence, 1);
	/* What was answered stays when it is replaced and the backend goes. */
	put(&batch, "b", "new");
	apply(&backend, &batch, ASST_OK);
	assert_int_equal(asst__backend_destroy(&backend, NULL), ASST_OK);
	assert_string_equal(asst_buf_data(asst__sink_find(&sink, 1)->value), large);
	asst__keys_dispose(&keys);
	asst__sink_dispose(&sink);
}

static void test_scan(void **state)
{
	asst_backend backend = open_memory();
	struct asst_batch batch;
	char text[512];

	(void)state;
	asst__batch_init(&batch, &asst__mem_libc);
	for (const char *key = "eacbd"; *key; key++)
		assert_int_equal(asst_batch_put(&batch, key, 1, "", 0, NULL), ASST_OK);
	put(&batch, "cc", "");
	apply(&backend, &batch, ASST_OK);
	dump(&backend, "w", "", "", 0, 0, text);
	assert_string_equal(text, "a=@1 b=@1 c=@1 cc=@1 d=@1 e=@1");
	dump(&backend, "w", "", "", 0, ASST_RANGE_REVERSE, text);
	assert_string_equal(text, "e=@1 d=@1 cc=@1 c=@1 b=@1 a=@1");
	dump(&backend, "w", "b", "d", 0, 0, text);
	assert_string_equal(text, "b=@1 c=@1 cc=@1");
	dump(&backend, "w", "b", "d", 0, ASST_RANGE_REVERSE, text);
	assert_string_equal(text, "cc=@1 c=@1 b=@1");
	dump(&backend, "w", "b", "d", 2, ASST_RANGE_REVERSE, text);
	assert_string_equal(text, "cc=@1 c=@1");
	dump(&backend, "w", "ba", "", 1, 0, text);
	assert_string_equal(text, "c=@1");
	dump(&backend, "w", "", "ba", 1, ASST_RANGE_REVERSE, text);
	assert_string_equal(text, "b=@1");
	dump(&backend, "w", "d", "b", 0, 0, text);
	assert_string_equal(text, "");
	dump(&backend, "w", "d", "b", 0, ASST_RANGE_REVERSE, text);
	assert_string_equal(text, "");
	dump(&backend, "w", "c", "c", 0, 0, text);
	assert_string_equal(text, "");
	assert_int_equal(dump(&backend, "other", "", "", 0, 0, text), 0);
	assert_string_equal(text, "");
	assert_int_equal(asst__backend_destroy(&backend, NULL), ASST_OK);
}

static void test_order_in_batch(void **state)
{
	asst_backend backend = open_memory();
	struct asst_batch batch;

	(void)state;
	asst__batch_init(&batch, &asst__mem_libc);
	put(&batch, "a", "1");
	put(&batch, "a", "2");
	put(&batch, "b", "1");
	drop(&batch, "b");
	drop(&batch, "c");
	put(&batch, "c", "1");
	assert_int_equal(apply(&backend, &batch, ASST_OK), 1);
	assert_content(&backend, "a=2@1 c=1@1", 1);
	put(&batch, "b", "3");
	drop_range(&batch, "a", "c");
	put(&batch, "ab", "4");
	assert_int_equal(apply(&backend, &batch, ASST_OK), 2);
	assert_content(&backend, "ab=4@2 c=1@1", 2);
	drop_range(&batch, "", "");
	put(&batch, "c", "5");
	drop(&batch, "c");
	put(&batch, "c", "6");
	assert_int_equal(apply(&backend, &batch, ASST_OK), 3);
	assert_content(&backend, "c=6@3", 3);
	drop_range(&batch, "d", "b");
	drop(&batch, "x");
	assert_int_equal(apply(&backend, &batch, ASST_OK), 4);
	assert_content(&backend, "c=6@3", 4);
	/* Checks look at what was before the batch, wherever they stand in it. */
	put(&batch, "n", "1");
	check(&batch, "n", 0);
	drop(&batch, "c");
	check(&batch, "c", 3);
	check_range(&batch, "", "", 3);
	assert_int_equal(apply(&backend, &batch, ASST_OK), 5);
	assert_content(&backend, "n=1@5", 5);
	/* An empty partition keeps its sequence. */
	drop_range(&batch, "", "");
	assert_int_equal(apply(&backend, &batch, ASST_OK), 6);
	assert_content(&backend, "", 6);
	put(&batch, "n", "1");
	assert_int_equal(apply(&backend, &batch, ASST_OK), 7);
	assert_int_equal(asst__backend_destroy(&backend, NULL), ASST_OK);
}

static void test_checks(void **state)
{
	asst_backend backend = open_memory();
	struct asst_batch batch;

	(void)state;
	asst__batch_init(&batch, &asst__mem_libc);
	put(&batch, "a", "1");
	apply(&backend, &batch, ASST_OK);
	put(&batch, "b", "1");
	apply(&backend, &batch, ASST_OK);
	put(&batch, "c", "1");
	check(&batch, "a", 1);
	check(&batch, "b", 1);
	assert_int_equal(apply(&backend, &batch, ASST_ECONFLICT), 2);
	check(&batch, "a", 0);
	assert_int_equal(apply(&backend, &batch, ASST_ECONFLICT), 0);
	check(&batch, "x", 0);
	check(&batch, "x", 2);
	assert_int_equal(apply(&backend, &batch, ASST_ECONFLICT), 1);
	check_range(&batch, "a", "b", 1);
	check_range(&batch, "a", "b\1", 1);
	assert_int_equal(apply(&backend, &batch, ASST_ECONFLICT), 1);
	check_range(&batch, "b", "", 2);
	check_range(&batch, "b", "", 1);
	assert_int_equal(apply(&backend, &batch, ASST_ECONFLICT), 1);
	assert_content(&backend, "a=1@1 b=1@2", 2);
	/* Deletion is not a put: a range check does not see it. */
	drop(&batch, "b");
	apply(&backend, &batch, ASST_OK);
	check_range(&batch, "", "", 1);
	check(&batch, "b", 0);
	assert_int_equal(apply(&backend, &batch, ASST_OK), 3);
	assert_int_equal(asst__backend_destroy(&backend, NULL), ASST_OK);
}

static void test_sequences(void **state)
{
	static const char key[] = "p\0\0\0\0\0\0\1\1t";
	asst_backend backend = open_memory();
	struct asst_batch batch;
	uint64_t sequence;
	struct asst_keys keys;
	struct asst_sink sink;

	(void)state;
	asst__batch_init(&batch, &asst__mem_libc);
	asst_batch_set_floor(&batch, 256);
	assert_int_equal(asst_batch_put_sequenced(&batch, "p", 1, "t", 1, "v", 1, NULL), ASST_OK);
	assert_int_equal(asst_batch_put_sequenced(&batch, "p", 1, NULL, 0, "w", 1, NULL), ASST_OK);
	assert_int_equal(apply(&backend, &batch, ASST_OK), 257);
	asst__keys_init(&keys, &asst__mem_libc);
	asst__sink_init(&sink, &asst__mem_libc);
	assert_int_equal(asst_keys_add(&keys, key, 10, NULL), ASST_OK);
	assert_int_equal(asst_keys_add(&keys, key, 9, NULL), ASST_OK);
	assert_int_equal(asst__backend_get(&backend, "w", &keys, &sink, &sequence, NULL), ASST_OK);
	assert_int_equal(sequence, 257);
	assert_int_equal(asst_sink_count(&sink), 2);
	assert_string_equal(asst_buf_data(asst_sink_value(&sink, 0)), "v");
	assert_string_equal(asst_buf_data(asst_sink_value(&sink, 1)), "w");
	assert_int_equal(asst_sink_sequence(&sink, 0), 257);
	asst_batch_set_floor(&batch, 5);
	put(&batch, "a", "1");
	assert_int_equal(apply(&backend, &batch, ASST_OK), 258);
	asst_batch_set_floor(&batch, UINT64_MAX);
	put(&batch, "b", "1");
	assert_int_equal(apply(&backend, &batch, ASST_ELIMIT), 0);
	asst_batch_set_floor(&batch, UINT64_MAX);
	check(&batch, "b", 0);
	assert_int_equal(apply(&backend, &batch, ASST_OK), 258);
	put(&batch, "b", "1");
	assert_int_equal(apply(&backend, &batch, ASST_OK), 259);
	asst__keys_dispose(&keys);
	asst__sink_dispose(&sink);
	assert_int_equal(asst__backend_destroy(&backend, NULL), ASST_OK);
}

static void test_partitions(void **state)
{
	asst_backend backend = open_memory();
	struct asst_batch batch;
	char name[16], text[512], want[32];
	uint64_t sequence;

	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		asst__batch_init(&batch, &asst__mem_libc);
		snprintf(name, sizeof(name), "w%u", i * 37 % 100);
		put(&batch, "k", name);
		assert_int_equal(asst__backend_apply(&backend, name, &batch, &sequence, NULL, NULL),
				 ASST_OK);
		assert_int_equal(sequence, 1);
		asst__batch_dispose(&batch);
	}
	for (unsigned i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "w%u", i);
		snprintf(want, sizeof(want), "k=%s@1", name);
		assert_int_equal(dump(&backend, name, "", "", 0, 0, text), 1);
		assert_string_equal(text, want);
	}
	assert_int_equal(asst__backend_destroy(&backend, NULL), ASST_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),	      cmocka_unit_test(test_get),
		cmocka_unit_test(test_scan),	      cmocka_unit_test(test_order_in_batch),
		cmocka_unit_test(test_checks),	      cmocka_unit_test(test_sequences),
		cmocka_unit_test(test_partitions),
	};

	return cmocka_run_group_tests_name("memory", tests, NULL, NULL) ? 1 : 0;
}
