/* SPDX-License-Identifier: MIT */
/* Backends that break the contract: every lie is found and named. */
#include "storage_script.h"

struct lie {
	const char *said; /* part of the message; NULL: no lie */
	uint64_t sequence;
	size_t count;
	struct answer answers[3];
};

static void test_get_lies(void **state)
{
	static const struct lie lies[] = {
		{ NULL, 9, 2, { { 0, NULL, 9, "v" }, { 1, "b", 1, "" } } },
		{ NULL, 9, 2, { { 2, NULL, 9, "v" }, { 0, "a", 1, "" } } },
		{ NULL, 0, 0, { { 0 } } },
		{ "index beyond", 9, 1, { { 3, NULL, 1, "v" } } },
		{ "index beyond", 9, 1, { { SIZE_MAX, NULL, 1, "v" } } },
		{ "sequence 0", 9, 1, { { 0, NULL, 0, "v" } } },
		{ "above the partition's", 9, 1, { { 0, NULL, 10, "v" } } },
		{ "no value", 9, 1, { { 0, NULL, 1, NULL } } },
		{ "another key", 9, 1, { { 0, "b", 1, "v" } } },
		{ "second one", 9, 2, { { 1, NULL, 1, "v" }, { 1, NULL, 1, "v" } } },
		{ "second one", 9, 3, { { 1, "b", 1, "v" }, { 0, "a", 2, "v" }, { 1, "b", 1, "" } }
		},
	};
	const char *const wanted[] = { "a", "b", "c" };
	asst_error *err = asst_error_new();
	asst_sink *sink;

	(void)state;
	assert_int_equal(asst_sink_new(&sink, NULL), ASST_OK);
	for (size_t i = 0; i < T_COUNT(lies); i++) {
		struct script script = { .sequence = lies[i].sequence, .answers = lies[i].answers,
					 .count = lies[i].count };
		int status = run_get(&script, wanted, 3, sink, err);

		assert_int_equal(status, lies[i].said ? ASST_EBACKEND : ASST_OK);
		if (lies[i].said)
			assert_non_null(strstr(asst_error_message(err), lies[i].said));
		assert_int_equal(asst_sink_count(sink), lies[i].said ? 0 : lies[i].count);
		for (size_t n = 1; n < asst_sink_count(sink); n++)
			assert_true(asst_sink_index(sink, n - 1) < asst_sink_index(sink, n));
	}
	asst_sink_free(sink);
	asst_error_free(err);
}

/* Ranges: [b, d) up to 2 keys; [b, end) downwards; all keys. */
static int run_scan(struct script *script, int keys_only, asst_sink *sink, asst_error *err)
{
	asst_backend backend = table_of(script);
	struct asst_ranges ranges;
	uint64_t sequence = 1;
	int status;

	asst__ranges_init(&ranges, &asst__mem_libc, keys_only);
	assert_int_equal(asst_ranges_add(&ranges, "b", 1, "d", 1, 2, 0, NULL), ASST_OK);
	assert_int_equal(asst_ranges_add(&ranges, "b", 1, "", 0, 0, ASST_RANGE_REVERSE, NULL),
			 ASST_OK);
	assert_int_equal(asst_ranges_add(&ranges, "", 0, "", 0, 0, 0, NULL), ASST_OK);
	status = asst__backend_scan(&backend, "w", &ranges, sink, &sequence, err);
	assert_int_equal(sequence, status ? 0 : script->sequence);
	asst__ranges_dispose(&ranges);
	return status;
}

static void test_scan_lies(void **state)
{
	static const struct lie lies[] = {
		{ NULL, 9, 3, { { 0, "b", 9, "v" }, { 0, "cz", 1, "" }, { 2, "\x01", 1, "v" } } },
		{ NULL, 9, 3, { { 1, "z", 9, "v" }, { 1, "bb", 1, "" }, { 1, "b", 1, "v" } } },
		{ "index beyond", 9, 1, { { 3, "x", 1, "v" } } },
		{ "sequence 0", 9, 1, { { 0, "b", 0, "v" } } },
		{ "above the partition's", 9, 1, { { 0, "b", 10, "v" } } },
		{ "no value", 9, 1, { { 0, "b", 1, NULL } } },
		{ "no key", 9, 1, { { 0, NULL, 1, "v" } } },
		{ "no key", 9, 1, { { 2, "", 1, "v" } } },
		{ "before its range", 9, 1, { { 0, "az", 1, "v" } } },
		{ "behind its range", 9, 1, { { 0, "d", 1, "v" } } },
		{ "before its range", 9, 2, { { 1, "b", 1, "v" }, { 1, "a", 1, "v" } } },
		{ "earlier range", 9, 2, { { 1, "b", 1, "v" }, { 0, "b", 1, "v" } } },
		{ "out of order", 9, 2, { { 0, "c", 1, "v" }, { 0, "b", 1, "v" } } },
		{ "out of order", 9, 2, { { 0, "c", 1, "v" }, { 0, "c", 1, "v" } } },
		{ "out of order", 9, 2, { { 1, "b", 1, "v" }, { 1, "c", 1, "v" } } },
		{ "out of order", 9, 2, { { 1, "c", 1, "v" }, { 1, "c", 1, "v" } } },
		{ "the limit", 9, 3, { { 0, "b", 1, "v" }, { 0, "c", 1, "v" }, { 0, "cc", 1, "" } }
		},
	};
	asst_error *err = asst_error_new();
	asst_sink *sink;

	(void)state;
	assert_int_equal(asst_sink_new(&sink, NULL), ASST_OK);
	for (size_t i = 0; i < T_COUNT(lies); i++) {
		struct script script = { .sequence = lies[i].sequence, .answers = lies[i].answers,
					 .count = lies[i].count };
		int status = run_scan(&script, 0, sink, err);
		bool about_value = lies[i].said && !strcmp(lies[i].said, "no value");

		assert_int_equal(status, lies[i].said ? ASST_EBACKEND : ASST_OK);
		if (lies[i].said)
			assert_non_null(strstr(asst_error_message(err), lies[i].said));
		assert_int_equal(asst_sink_count(sink), lies[i].said ? 0 : lies[i].count);
		status = run_scan(&script, 1, sink, err);
		assert_int_equal(status, lies[i].said && !about_value ? ASST_EBACKEND : ASST_OK);
	}
	asst_sink_free(sink);
	asst_error_free(err);
}

static char huge[ASST_MAX_VALUE_BYTES + 2];

static void test_too_large(void **state)
{
	const char *const wanted[] = { "a" };
	struct answer answer = { 0, NULL, 1, huge };
	struct script script = { .sequence = 1, .answers = &answer, .count = 1 };
	asst_error *err = asst_error_new();
	asst_sink *sink;

	(void)state;
	assert_int_equal(asst_sink_new(&sink, NULL), ASST_OK);
	memset(huge, 'x', sizeof(huge) - 1);
	assert_int_equal(run_get(&script, wanted, 1, sink, err), ASST_EBACKEND);
	assert_non_null(strstr(asst_error_message(err), "too large a value"));
	huge[ASST_MAX_VALUE_BYTES] = '\0';
	assert_int_equal(run_get(&script, wanted, 1, sink, err), ASST_OK);

	answer = (struct answer){ 2, huge, 1, "v" };
	huge[ASST_MAX_KEY_BYTES + 1] = '\0';
	assert_int_equal(run_scan(&script, 0, sink, err), ASST_EBACKEND);
	assert_non_null(strstr(asst_error_message(err), "too large a key"));
	huge[ASST_MAX_KEY_BYTES] = '\0';
	assert_int_equal(run_scan(&script, 0, sink, err), ASST_OK);
	asst_sink_free(sink);
	asst_error_free(err);
}

static void test_apply(void **state)
{
	static const struct {
		int status;
		uint64_t sequence;
		size_t failed;
		uint64_t floor;
		bool checks_only;
		int want;
	} cases[] = {
		{ ASST_OK, 1, 0, 0, false, ASST_OK },
		{ ASST_OK, 8, 0, 7, false, ASST_OK },
		{ ASST_OK, 0, 0, 0, false, ASST_EBACKEND },
		{ ASST_OK, 7, 0, 7, false, ASST_EBACKEND },
		{ ASST_OK, 3, 0, 7, true, ASST_OK },
		{ ASST_OK, 0, 0, 0, true, ASST_OK },
		{ ASST_ECONFLICT, 0, 0, 0, false, ASST_ECONFLICT },
		{ ASST_ECONFLICT, 0, 1, 0, true, ASST_ECONFLICT },
		{ ASST_ECONFLICT, 0, 2, 0, false, ASST_EBACKEND },
		{ ASST_ECONFLICT, 0, 3, 0, false, ASST_EBACKEND },
		{ ASST_ECONFLICT, 0, SIZE_MAX, 0, true, ASST_EBACKEND },
		{ ASST_EINDOUBT, 0, 0, 0, false, ASST_EINDOUBT },
		{ 42, 0, 0, 0, false, ASST_EBACKEND },
	};
	asst_error *err = asst_error_new();

	(void)state;
	for (size_t i = 0; i < T_COUNT(cases); i++) {
		struct script script = { .status = cases[i].status, .sequence = cases[i].sequence,
					 .failed = cases[i].failed };
		asst_backend backend = table_of(&script);
		struct asst_batch batch;
		uint64_t sequence = 99;
		size_t failed = 99;

		asst__batch_init(&batch, &asst__mem_libc);
		assert_int_equal(asst__backend_apply(&backend, "w", &batch, &sequence, &failed,
						     err), ASST_OK);
		assert_int_equal(sequence, 0);
		assert_int_equal(script.calls, 0);
		asst_batch_set_floor(&batch, cases[i].floor);
		assert_int_equal(asst_batch_check_key(&batch, "k", 1, 0, NULL), ASST_OK);
		assert_int_equal(asst_batch_check_range(&batch, "", 0, "", 0, 0, NULL), ASST_OK);
		if (!cases[i].checks_only)
			assert_int_equal(asst_batch_put(&batch, "k", 1, "", 0, NULL), ASST_OK);
		assert_int_equal(asst__backend_apply(&backend, "w", &batch, &sequence, &failed,
						     err), cases[i].want);
		assert_int_equal(script.calls, 1);
		assert_int_equal(asst_error_status(err), cases[i].want);
		assert_int_equal(sequence, cases[i].want ? 0 : cases[i].sequence);
		if (cases[i].want == ASST_ECONFLICT)
			assert_int_equal(failed, cases[i].failed);
		assert_int_equal(asst__backend_apply(&backend, "w", &batch, NULL, NULL, NULL),
				 cases[i].want);
		asst__batch_dispose(&batch);
	}
	asst_error_free(err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_get_lies),
		cmocka_unit_test(test_scan_lies),
		cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_apply),
	};

	return cmocka_run_group_tests_name("backend lies", tests, NULL, NULL) ? 1 : 0;
}
