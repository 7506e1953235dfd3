/* SPDX-License-Identifier: MIT */
/* Batches: what is put in comes out, and every limit at its edge. */
#include "storage_mem.h"

#include "storage/batch.h"

#include <assistant/buf.h>
#include <assistant/error.h>

#include <string.h>

static char big[ASST_MAX_VALUE_BYTES + 1];

static void assert_key(const void *key, size_t size, const char *text)
{
	assert_int_equal(size, strlen(text));
	assert_memory_equal(key, text, size);
}

static void assert_op(const asst_batch *batch, size_t i, int kind, const char *key,
		      const char *end, uint64_t sequence)
{
	const void *bytes;
	size_t size;

	assert_int_equal(asst_batch_kind(batch, i), kind);
	bytes = asst_batch_key(batch, i, &size);
	assert_key(bytes, size, key);
	bytes = asst_batch_end(batch, i, &size);
	assert_key(bytes, size, end);
	assert_int_equal(asst_batch_sequence(batch, i), sequence);
}

static void test_kinds(void **state)
{
	asst_batch *batch;
	asst_buf *value;

	(void)state;
	assert_int_equal(asst_batch_new(NULL, NULL), ASST_EINVAL);
	assert_int_equal(asst_batch_new(&batch, NULL), ASST_OK);
	assert_int_equal(asst_buf_new(&value, "shared", 6, NULL), ASST_OK);
	assert_int_equal(asst_batch_floor(batch), 0);
	asst_batch_set_floor(batch, 77);
	assert_int_equal(asst_batch_floor(batch), 77);
	assert_int_equal(asst_batch_check_key(batch, "ck", 2, 5, NULL), ASST_OK);
	assert_int_equal(asst_batch_check_range(batch, "from", 4, "to", 2, 6, NULL), ASST_OK);
	assert_int_equal(asst_batch_put(batch, "p", 1, "bytes", 5, NULL), ASST_OK);
	assert_int_equal(asst_batch_put_buf(batch, "pb", 2, value, NULL), ASST_OK);
	assert_int_equal(asst_batch_put_sequenced(batch, "pre", 3, "tail", 4, "v", 1, NULL),
			 ASST_OK);
	assert_int_equal(asst_batch_delete(batch, "d", 1, NULL), ASST_OK);
	assert_int_equal(asst_batch_delete_range(batch, NULL, 0, NULL, 0, NULL), ASST_OK);
	assert_int_equal(asst_batch_put(batch, "e", 1, NULL, 0, NULL), ASST_OK);
	assert_int_equal(asst_batch_count(batch), 8);
	assert_op(batch, 0, ASST_OP_CHECK_KEY, "ck", "", 5);
	assert_op(batch, 1, ASST_OP_CHECK_RANGE, "from", "to", 6);
	assert_op(batch, 2, ASST_OP_PUT, "p", "", 0);
	assert_op(batch, 3, ASST_OP_PUT, "pb", "", 0);
	assert_op(batch, 4, ASST_OP_PUT_SEQUENCED, "pre", "tail", 0);
	assert_op(batch, 5, ASST_OP_DELETE, "d", "", 0);
	assert_op(batch, 6, ASST_OP_DELETE_RANGE, "", "", 0);
	assert_string_equal(asst_buf_data(asst_batch_value(batch, 2)), "bytes");
	assert_ptr_equal(asst_batch_value(batch, 3), value);
	assert_null(asst_batch_value(batch, 5));
	assert_non_null(asst_batch_value(batch, 7));
	assert_int_equal(asst_batch_kind(batch, 8), 0);
	assert_null(asst_batch_key(batch, 8, NULL));
	assert_null(asst_batch_value(batch, 8));
	asst_buf_free(value);
	asst_batch_free(batch);
	asst_batch_free(NULL);
}

static void test_refused(void **state)
{
	asst_batch *batch;
	const size_t over = ASST_MAX_KEY_BYTES + 1;

	(void)state;
	assert_int_equal(asst_batch_new(&batch, NULL), ASST_OK);
	assert_int_equal(asst_batch_put(NULL, "k", 1, "v", 1, NULL), ASST_EINVAL);
	assert_int_equal(asst_batch_put(batch, "k", 0, "v", 1, NULL), ASST_EINVAL);
	assert_int_equal(asst_batch_put(batch, NULL, 1, "v", 1, NULL), ASST_EINVAL);
	assert_int_equal(asst_batch_put(batch, "k", 1, NULL, 1, NULL), ASST_EINVAL);
	assert_int_equal(asst_batch_put_buf(batch, "k", 1, NULL, NULL), ASST_EINVAL);
	assert_int_equal(asst_batch_delete(batch, "", 0, NULL), ASST_EINVAL);
	assert_int_equal(asst_batch_check_key(batch, "", 0, 0, NULL), ASST_EINVAL);
	assert_int_equal(asst_batch_delete_range(batch, "a", 1, NULL, 1, NULL), ASST_EINVAL);
	assert_int_equal(asst_batch_put(batch, big, over, "v", 1, NULL), ASST_ELIMIT);
	assert_int_equal(asst_batch_put(batch, big, SIZE_MAX, "v", 1, NULL), ASST_ELIMIT);
	assert_int_equal(asst_batch_delete(batch, big, over, NULL), ASST_ELIMIT);
	assert_int_equal(asst_batch_check_range(batch, "", 0, big, over, 0, NULL), ASST_ELIMIT);
	assert_int_equal(asst_batch_put(batch, "k", 1, big, sizeof(big), NULL), ASST_ELIMIT);
	assert_int_equal(asst_batch_count(batch), 0);
	assert_int_equal(asst_batch_delete_range(batch, big, 1024, big, 1024, NULL), ASST_OK);
	assert_int_equal(asst_batch_put_sequenced(batch, "", 0, "", 0, "", 0, NULL), ASST_OK);
	assert_int_equal(asst_batch_put_sequenced(batch, big, 1016, "", 0, "", 0, NULL), ASST_OK);
	assert_int_equal(asst_batch_put_sequenced(batch, big, 1016, "t", 1, "", 0, NULL),
			 ASST_ELIMIT);
	assert_int_equal(asst_batch_put_sequenced(batch, big, 500, big, 516, "", 0, NULL),
			 ASST_OK);
	assert_int_equal(asst_batch_put_sequenced(batch, big, SIZE_MAX - 3, big, 4, "", 0, NULL),
			 ASST_ELIMIT);
	asst_batch_free(batch);
}

static void test_most_operations(void **state)
{
	asst_error *err = asst_error_new();
	asst_batch *batch;

	(void)state;
	assert_int_equal(asst_batch_new(&batch, NULL), ASST_OK);
	for (int i = 0; i < ASST_MAX_BATCH_OPS; i++)
		assert_int_equal(asst_batch_delete(batch, &i, sizeof(i), err), ASST_OK);
	assert_int_equal(asst_batch_delete(batch, "x", 1, err), ASST_ELIMIT);
	assert_non_null(strstr(asst_error_message(err), "10000"));
	assert_int_equal(asst_batch_count(batch), ASST_MAX_BATCH_OPS);
	for (int i = 0; i < ASST_MAX_BATCH_OPS; i++)
		assert_memory_equal(asst_batch_key(batch, (size_t)i, NULL), &i, sizeof(i));
	asst_batch_free(batch);
	asst_error_free(err);
}

static void test_most_bytes(void **state)
{
	asst_error *err = asst_error_new();
	asst_batch *batch;

	(void)state;
	assert_int_equal(asst_batch_new(&batch, NULL), ASST_OK);
	for (char i = 0; i < 15; i++)
		assert_int_equal(asst_batch_put(batch, &i, 1, big, ASST_MAX_VALUE_BYTES, err),
				 ASST_OK);
	/* 15 bytes of keys so far: one more key and its value fit with nothing to spare. */
	assert_int_equal(asst_batch_put(batch, "k", 1, big, ASST_MAX_VALUE_BYTES - 15, err),
			 ASST_ELIMIT);
	assert_non_null(strstr(asst_error_message(err), "16777216"));
	assert_int_equal(asst_batch_put(batch, "k", 1, big, ASST_MAX_VALUE_BYTES - 16, err),
			 ASST_OK);
	assert_int_equal(asst_batch_delete(batch, "k", 1, err), ASST_ELIMIT);
	assert_int_equal(asst_batch_count(batch), 16);
	asst_batch_free(batch);
	asst_error_free(err);
}

static void test_no_memory(void **state)
{
	struct asst_batch batch;
	asst_buf *value;
	size_t refused = 0;

	(void)state;
	assert_int_equal(asst_buf_new(&value, big, 100, NULL), ASST_OK);
	for (size_t n = 0;; n++) {
		struct few few = { .left = n };
		struct asst__mem mem = few_mem(&few);
		size_t count = 0;

		asst__batch_init(&batch, &mem);
		for (size_t i = 0; i < 40; i++) {
			int status = i % 2 ? asst_batch_put(&batch, big, 100, big, 100, NULL) :
					     asst_batch_put_buf(&batch, big, 100, value, NULL);

			assert_true(status == ASST_OK || status == ASST_ENOMEM);
			count += status == ASST_OK;
			assert_int_equal(asst_batch_count(&batch), count);
		}
		asst__batch_dispose(&batch);
		assert_int_equal(few.blocks, 0);
		if (count == 40)
			break;
		refused++;
	}
	assert_true(refused > 20);
	asst_buf_free(value);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),	   cmocka_unit_test(test_refused),
		cmocka_unit_test(test_most_operations), cmocka_unit_test(test_most_bytes),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests_name("batch", tests, NULL, NULL) ? 1 : 0;
}
