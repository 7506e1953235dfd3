/* SPDX-License-Identifier: MIT */
/* Entries and the hash: values of every size, keys with a sequence in them, colliding keys. */
#include "storage_mem.h"

#include "storage/hash.h"

#include <assistant/buf.h>

static void test_values(void **state)
{
	struct few few = { .left = SIZE_MAX };
	struct asst__mem mem = few_mem(&few);
	struct asst_sink sink;
	char bytes[100];

	(void)state;
	memset(bytes, 'v', sizeof(bytes));
	for (size_t size = 0; size <= sizeof(bytes); size++) {
		struct asst__entry *entry;
		asst_buf *value;

		assert_int_equal(asst_buf_new(&value, bytes, size, NULL), ASST_OK);
		entry = asst__entry_new(&mem, 3, value);
		assert_non_null(entry);
		asst__entry_set_key(entry, (const unsigned char *)"key", 3, NULL);
		entry->sequence = 5;
		asst__sink_init(&sink, &asst__mem_libc);
		assert_int_equal(asst__entry_answer(entry, &sink, 1, true, true, NULL), ASST_OK);
		assert_int_equal(asst__entry_answer(entry, &sink, 2, false, false, NULL), ASST_OK);
		/* Large values are shared, small ones copied. */
		assert_int_equal(asst_sink_value(&sink, 0) == value, size > ASST__INLINE_VALUE);
		asst__entry_free(&mem, entry);
		asst_buf_free(value);
		assert_memory_equal(asst_sink_key(&sink, 0, NULL), "key", 3);
		assert_int_equal(asst_buf_size(asst_sink_value(&sink, 0)), size);
		assert_memory_equal(asst_buf_data(asst_sink_value(&sink, 0)), bytes, size);
		assert_null(asst_sink_key(&sink, 1, NULL));
		assert_null(asst_sink_value(&sink, 1));
		assert_int_equal(asst_sink_sequence(&sink, 1), 5);
		asst__sink_dispose(&sink);
		assert_int_equal(few.blocks, 0);
	}
}

static void test_sequenced_key(void **state)
{
	static const unsigned char want[] = "pre\1\2\3\4\5\6\7\10tail";
	const uint64_t sequence = UINT64_C(0x0102030405060708);
	struct asst__entry *entry = asst__entry_new(&asst__mem_libc, 15, NULL);

	(void)state;
	assert_non_null(entry);
	asst__entry_set_key(entry, (const unsigned char *)"pretail", 3, &sequence);
	assert_memory_equal(asst__entry_key(entry), want, 15);
	asst__entry_free(&asst__mem_libc, entry);
	asst__entry_free(&asst__mem_libc, NULL);
}

/* All in one run of slots that goes over the end of the table: removal must close the gaps. */
static void test_collisions(void **state)
{
	struct asst__entry *entries[500];
	struct asst__hash hash;
	uint64_t seed = t_seed();

	(void)state;
	asst__hash_init(&hash, &asst__mem_libc, 3);
	assert_null(asst__hash_find(&hash, 0, "a", 1));
	for (size_t round = 0; round < 20; round++) {
		size_t most = round < 10 ? 12 : T_COUNT(entries);

		assert_true(asst__hash_reserve(&hash, most));
		for (size_t i = 0; i < most; i++) {
			entries[i] = asst__entry_new(&asst__mem_libc, sizeof(i), NULL);
			assert_non_null(entries[i]);
			asst__entry_set_key(entries[i], (const unsigned char *)&i, sizeof(i), NULL);
			entries[i]->hash = UINT32_MAX - (uint32_t)t_random_below(&seed, 6);
			asst__hash_insert(&hash, entries[i]);
		}
		for (size_t left = most; left > 0; left--) {
			size_t gone = t_random_below(&seed, left);
			struct asst__entry *entry = entries[gone];

			asst__hash_remove(&hash, asst__hash_find(&hash, entry->hash,
								 asst__entry_key(entry), 8));
			assert_null(asst__hash_find(&hash, entry->hash, asst__entry_key(entry), 8));
			asst__entry_free(&asst__mem_libc, entry);
			entries[gone] = entries[left - 1];
			for (size_t i = 0; i + 1 < left; i++)
				assert_ptr_equal(asst__hash_entry(asst__hash_find(
							 &hash, entries[i]->hash,
							 asst__entry_key(entries[i]), 8)),
						 entries[i]);
		}
		assert_int_equal(hash.count, 0);
	}
	asst__hash_dispose(&hash);
}

static void test_hash(void **state)
{
	struct asst__hash a, b;
	unsigned char key[32] = { 0 };
	uint32_t seen[sizeof(key) * 8];
	size_t n = 0;

	(void)state;
	asst__hash_init(&a, &asst__mem_libc, 1);
	asst__hash_init(&b, &asst__mem_libc, 2);
	assert_int_not_equal(asst__hash_key(&a, key, 32), asst__hash_key(&b, key, 32));
	for (size_t size = 0; size < sizeof(key); size++)
		assert_int_not_equal(asst__hash_key(&a, key, size),
				     asst__hash_key(&a, key, size + 1));
	for (size_t bit = 0; bit < sizeof(key) * 8; bit++) {
		key[bit / 8] = (unsigned char)(1u << bit % 8);
		seen[n] = asst__hash_key(&a, key, sizeof(key));
		key[bit / 8] = 0;
		for (size_t i = 0; i < n; i++)
			assert_int_not_equal(seen[i], seen[n]);
		n++;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_sequenced_key),
		cmocka_unit_test(test_collisions),
		cmocka_unit_test(test_hash),
	};

	return cmocka_run_group_tests_name("entry", tests, NULL, NULL) ? 1 : 0;
}
