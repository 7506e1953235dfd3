/* SPDX-License-Identifier: MIT */
/* What of a plug-in's statuses reaches a caller. */
#include "t.h"

#include "base/fail.h"

#include <string.h>

/* 1: as it is; 0: as ASST_EBACKEND. */
static const struct {
	int status, storage, host;
} rows[] = {
	{ ASST_OK, 1, 1 },
	{ ASST_EINVAL, 1, 0 },
	{ ASST_EVALIDATION, 0, 0 },
	{ ASST_EUNAUTHENTICATED, 0, 0 },
	{ ASST_EDENIED, 0, 0 },
	{ ASST_ENOTFOUND, 0, 0 },
	{ ASST_ECONFLICT, 1, 0 },
	{ ASST_EEXISTS, 0, 0 },
	{ ASST_EGONE, 1, 0 },
	{ ASST_EREVISION, 0, 0 },
	{ ASST_ELIMIT, 1, 0 },
	{ ASST_EIO, 1, 1 },
	{ ASST_ECORRUPT, 1, 1 },
	{ ASST_EFORMAT, 1, 1 },
	{ ASST_EABI, 1, 0 },
	{ ASST_ENOMEM, 1, 1 },
	{ ASST_EBACKEND, 1, 1 },
	{ ASST_EINTERNAL, 1, 1 },
	{ ASST_EUNSUPPORTED, 1, 1 },
	{ ASST_EBUSY, 1, 1 },
	{ ASST_EREADONLY, 1, 0 },
	{ ASST_EINDOUBT, 1, 0 },
	{ ASST_ESTATE, 1, 0 },
	{ ASST_ECANCELED, 1, 1 },
	{ 1, 0, 0 },
	{ 42, 0, 0 },
	{ -1, 0, 0 },
	{ -999, 0, 0 },
	{ INT32_MIN, 0, 0 },
};

static void a_plug_in_makes_no_decision_of_the_librarys(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < T_COUNT(rows); i++) {
		assert_int_equal(asst__host_status(rows[i].status),
				 rows[i].host ? rows[i].status : ASST_EBACKEND);
		assert_int_equal(asst__storage_status(rows[i].status),
				 rows[i].storage ? rows[i].status : ASST_EBACKEND);
	}
}

/* The numbers lie side by side: a new one needs a row above. */
static void every_status_has_a_row(void **state)
{
	size_t i;
	int status;

	(void)state;
	for (status = ASST_ECANCELED - 8; status <= 0; status++) {
		for (i = 0; i < T_COUNT(rows) && rows[i].status != status; i++)
			;
		if (strcmp(asst_status_name(status), "unknown") != 0)
			assert_true(i < T_COUNT(rows));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plug_in_makes_no_decision_of_the_librarys),
		cmocka_unit_test(every_status_has_a_row),
	};

	return cmocka_run_group_tests_name("unit/status", tests, NULL, NULL) ? 1 : 0;
}
