/* SPDX-License-Identifier: MIT */
/* The backend table: its size rule, missing methods, foreign statuses. */
#include "storage_script.h"

/* A table in the midst of other bytes, as a host with another header has it. */
union host_table {
	asst_backend backend;
	unsigned char bytes[8192];
};

static void test_sizes(void **state)
{
	struct script script = { 0 };
	asst_backend ours;
	union host_table host;
	const size_t known = sizeof(asst_backend);

	(void)state;
	memset(&host, 0, sizeof(host));
	host.backend = table_of(&script);
	assert_int_equal(asst__backend_adopt(&ours, &host.backend, NULL), ASST_OK);
	assert_int_equal(ours.size, known);
	assert_ptr_equal(ours.self, &script);
	assert_true(ours.get == say_get && ours.scan == say_scan && ours.apply == say_apply &&
		    ours.destroy == say_destroy);

	host.backend.size = known + 64;
	assert_int_equal(asst__backend_adopt(&ours, &host.backend, NULL), ASST_OK);
	assert_int_equal(ours.size, known);
	host.bytes[known + 63] = 1;
	assert_int_equal(asst__backend_adopt(&ours, &host.backend, NULL), ASST_EABI);
	host.backend.size = known + 63;
	assert_int_equal(asst__backend_adopt(&ours, &host.backend, NULL), ASST_OK);
	host.bytes[known] = 1;
	assert_int_equal(asst__backend_adopt(&ours, &host.backend, NULL), ASST_EABI);

	for (size_t size = 0; size < known; size++) {
		host.backend.size = size;
		assert_int_equal(asst__backend_adopt(&ours, &host.backend, NULL), ASST_EABI);
	}
	memset(host.bytes + known, 0, sizeof(host) - known);
	host.backend.size = 4096;
	assert_int_equal(asst__backend_adopt(&ours, &host.backend, NULL), ASST_OK);
	host.backend.size = 4097;
	assert_int_equal(asst__backend_adopt(&ours, &host.backend, NULL), ASST_EABI);
	host.backend.size = SIZE_MAX;
	assert_int_equal(asst__backend_adopt(&ours, &host.backend, NULL), ASST_EABI);
	assert_int_equal(asst__backend_adopt(&ours, NULL, NULL), ASST_EINVAL);
}

static void test_init(void **state)
{
	union host_table host;
	const size_t known = sizeof(asst_backend);

	(void)state;
	memset(&host, 0x5a, sizeof(host));
	assert_int_equal(asst_backend_init(&host.backend, known, NULL), ASST_OK);
	assert_int_equal(host.backend.size, known);
	assert_null(host.backend.self);
	assert_true(!host.backend.get && !host.backend.destroy);
	assert_int_equal(host.bytes[known], 0x5a);

	assert_int_equal(asst_backend_init(&host.backend, known + 16, NULL), ASST_OK);
	assert_int_equal(host.backend.size, known + 16);
	assert_int_equal(host.bytes[known + 15], 0);
	assert_int_equal(host.bytes[known + 16], 0x5a);

	memset(&host, 0x5a, sizeof(host));
	assert_int_equal(asst_backend_init(&host.backend, 0, NULL), ASST_EABI);
	assert_int_equal(asst_backend_init(&host.backend, known - 8, NULL), ASST_EABI);
	assert_int_equal(asst_backend_init(&host.backend, known + 1, NULL), ASST_EABI);
	assert_int_equal(asst_backend_init(&host.backend, SIZE_MAX, NULL), ASST_EABI);
	assert_int_equal(asst_backend_init(NULL, known, NULL), ASST_EINVAL);
	for (size_t i = 0; i < sizeof(host); i++)
		assert_int_equal(host.bytes[i], 0x5a);
}

static void test_methods(void **state)
{
	struct script script = { 0 };
	asst_error *err = asst_error_new();
	asst_backend theirs, ours;
	const char *const names[] = { "get", "scan", "apply", "destroy" };

	(void)state;
	for (size_t i = 0; i < T_COUNT(names); i++) {
		theirs = table_of(&script);
		if (i == 0)
			theirs.get = NULL;
		else if (i == 1)
			theirs.scan = NULL;
		else if (i == 2)
			theirs.apply = NULL;
		else
			theirs.destroy = NULL;
		assert_int_equal(asst__backend_adopt(&ours, &theirs, err), ASST_EINVAL);
		assert_non_null(strstr(asst_error_message(err), names[i]));
	}
	asst_error_free(err);
}

static void test_statuses(void **state)
{
	static const struct {
		int status;
		int want;
	} cases[] = {
		{ ASST_EIO, ASST_EIO },		    { ASST_EINVAL, ASST_EINVAL },
		{ ASST_ECANCELED, ASST_ECANCELED }, { ASST_EINDOUBT, ASST_EINDOUBT },
		{ 1, ASST_EBACKEND },		    { -1, ASST_EBACKEND },
		{ -1000, ASST_EBACKEND },	    { -1024, ASST_EBACKEND },
		{ INT32_MIN, ASST_EBACKEND },	    { INT32_MAX, ASST_EBACKEND },
	};
	const char *const wanted[] = { "a" };
	const struct answer answer = { 0, NULL, 1, "v" };
	asst_error *err = asst_error_new();
	asst_sink *sink;

	(void)state;
	assert_int_equal(asst_sink_new(&sink, NULL), ASST_OK);
	for (size_t i = 0; i < T_COUNT(cases); i++) {
		struct script script = { .status = cases[i].status, .sequence = 1,
					 .answers = &answer, .count = 1 };
		asst_backend backend = table_of(&script);

		assert_int_equal(run_get(&script, wanted, 1, sink, err), cases[i].want);
		assert_int_equal(asst_error_raw(err),
				 cases[i].want == ASST_EBACKEND ? cases[i].status : 0);
		assert_true(*asst_error_message(err));
		assert_int_equal(asst_sink_count(sink), 0);
		assert_int_equal(asst__backend_destroy(&backend, err), cases[i].want);
		assert_int_equal(asst__backend_destroy(&backend, NULL), cases[i].want);
	}
	{
		struct script script = { .status = ASST_EIO, .message = "disk on fire" };

		assert_int_equal(run_get(&script, wanted, 1, sink, err), ASST_EIO);
		assert_string_equal(asst_error_message(err), "disk on fire");
		script.status = 5;
		assert_int_equal(run_get(&script, wanted, 1, sink, err), ASST_EBACKEND);
		assert_int_equal(asst_error_raw(err), 5);
		script.status = ASST_OK;
		script.message = NULL;
		assert_int_equal(run_get(&script, wanted, 1, sink, err), ASST_OK);
		assert_string_equal(asst_error_message(err), "");
	}
	asst_sink_free(sink);
	asst_error_free(err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_init),
		cmocka_unit_test(test_methods),
		cmocka_unit_test(test_statuses),
	};

	return cmocka_run_group_tests_name("backend table", tests, NULL, NULL) ? 1 : 0;
}
