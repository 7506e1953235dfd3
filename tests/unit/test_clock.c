/* SPDX-License-Identifier: MIT */
/* Time: the clock, and RFC 3339 text there and back. */
#include "t.h"

#include "base/clock.h"

#include <string.h>
#include <time.h>

#define FIRST_MS INT64_C(-62167219200000)
#define LAST_MS INT64_C(253402300799999)

static int64_t fixed_clock(void *user)
{
	return *(int64_t *)user;
}

static void assert_prints(const char *want, int64_t ms)
{
	char text[ASST__TIME_SIZE + 1];

	asst__time_print(text, ms);
	assert_string_equal(text, want);
}

static void assert_reads(int64_t want, const char *text)
{
	int64_t ms = 0;

	assert_int_equal(asst__time_parse(&ms, text, strlen(text)), 0);
	assert_int_equal(ms, want);
}

static void assert_refused(const char *text)
{
	int64_t ms;

	assert_int_equal(asst__time_parse(&ms, text, strlen(text)), -1);
}

static void the_system_clock_is_between_two_looks_at_it(void **state)
{
	struct asst__clock clock = {NULL, NULL};
	int64_t before = (int64_t)time(NULL), now = asst__clock_now(&clock);

	(void)state;
	assert_true(now >= (before - 1) * 1000);
	assert_true(now <= ((int64_t)time(NULL) + 1) * 1000);
}

static void a_host_clock_is_asked_instead(void **state)
{
	int64_t moment = 1234567890123;
	struct asst__clock clock = {fixed_clock, &moment};

	(void)state;
	assert_int_equal(asst__clock_now(&clock), moment);
	moment = -5;
	assert_int_equal(asst__clock_now(&clock), -5);
}

static void known_moments_print(void **state)
{
	(void)state;
	assert_prints("1970-01-01T00:00:00.000Z", 0);
	assert_prints("1969-12-31T23:59:59.999Z", -1);
	assert_prints("2009-02-13T23:31:30.123Z", 1234567890123);
	assert_prints("2000-02-29T00:00:00.000Z", 951782400000);
	assert_prints("2038-01-19T03:14:08.000Z", INT64_C(2147483648000));
	assert_prints("0000-01-01T00:00:00.000Z", FIRST_MS);
	assert_prints("9999-12-31T23:59:59.999Z", LAST_MS);
}

static void times_out_of_range_print_as_the_nearest_that_can_be_written(void **state)
{
	(void)state;
	assert_prints("0000-01-01T00:00:00.000Z", FIRST_MS - 1);
	assert_prints("0000-01-01T00:00:00.000Z", INT64_MIN);
	assert_prints("9999-12-31T23:59:59.999Z", LAST_MS + 1);
	assert_prints("9999-12-31T23:59:59.999Z", INT64_MAX);
}

static void every_day_of_ten_thousand_years_follows_the_one_before(void **state)
{
	static const char days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int year = 0, month = 1, day = 1, bad = 0;

	(void)state;
	for (int64_t ms = FIRST_MS; ms < LAST_MS; ms += 86400000) {
		int leap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0);
		char text[ASST__TIME_SIZE + 1];
		int64_t back = 1;

		asst__time_print(text, ms);
		bad += atoi(text) != year || atoi(text + 5) != month || atoi(text + 8) != day;
		bad += asst__time_parse(&back, text, ASST__TIME_SIZE) != 0 || back != ms;
		if (++day > days[month - 1] + (leap && month == 2)) {
			day = 1;
			if (++month > 12) {
				month = 1;
				year++;
			}
		}
	}
	assert_int_equal(year, 10000);
	assert_int_equal(bad, 0);
}

static void any_time_reads_back_from_its_text(void **state)
{
	uint64_t random = t_seed();
	int bad = 0;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		uint64_t since_first = t_random(&random) % (uint64_t)(LAST_MS - FIRST_MS);
		int64_t ms = FIRST_MS + (int64_t)since_first;
		char text[ASST__TIME_SIZE + 1];
		int64_t back = ms + 1;

		asst__time_print(text, ms);
		bad += strlen(text) != ASST__TIME_SIZE;
		bad += asst__time_parse(&back, text, ASST__TIME_SIZE) != 0 || back != ms;
	}
	assert_int_equal(bad, 0);
}

static void letters_are_taken_in_either_case(void **state)
{
	(void)state;
	assert_reads(0, "1970-01-01T00:00:00Z");
	assert_reads(0, "1970-01-01t00:00:00z");
}

static void offsets_are_taken_off(void **state)
{
	(void)state;
	assert_reads(0, "1970-01-01T01:00:00+01:00");
	assert_reads(0, "1969-12-31T18:30:00-05:30");
	assert_reads(0, "1970-01-01T00:00:00-00:00");
	assert_reads(-86340000, "1970-01-01T00:00:00+23:59");
	assert_reads(FIRST_MS - 60000, "0000-01-01T00:00:00+00:01");
}

static void fractions_of_any_length_are_cut_after_the_ms(void **state)
{
	(void)state;
	assert_reads(100, "1970-01-01T00:00:00.1Z");
	assert_reads(120, "1970-01-01T00:00:00.12Z");
	assert_reads(123, "1970-01-01T00:00:00.123Z");
	assert_reads(123, "1970-01-01T00:00:00.1239Z");
	assert_reads(999, "1970-01-01T00:00:00.999999999999999999999999999999999999999999Z");
}

static void a_leap_second_is_the_last_ms_of_its_minute(void **state)
{
	(void)state;
	assert_reads(INT64_C(1483228799999), "2016-12-31T23:59:60Z");
	assert_reads(INT64_C(1483228799999), "2016-12-31T23:59:60.5Z");
	assert_reads(INT64_C(1483228799999), "2017-01-01T00:59:60+01:00");
}

static void dates_that_do_not_exist_are_refused(void **state)
{
	(void)state;
	assert_refused("2026-02-29T00:00:00Z");
	assert_refused("1900-02-29T00:00:00Z");
	assert_refused("2024-02-30T00:00:00Z");
	assert_refused("2026-04-31T00:00:00Z");
	assert_refused("2026-00-01T00:00:00Z");
	assert_refused("2026-13-01T00:00:00Z");
	assert_refused("2026-01-00T00:00:00Z");
	assert_refused("2026-01-01T24:00:00Z");
	assert_refused("2026-01-01T00:60:00Z");
	assert_refused("2026-01-01T00:00:61Z");
	assert_refused("2026-01-01T00:00:00+24:00");
	assert_refused("2026-01-01T00:00:00+00:60");
}

static void other_forms_are_refused(void **state)
{
	(void)state;
	assert_refused("");
	assert_refused("2026-01-01");
	assert_refused("2026-01-01 00:00:00Z");
	assert_refused("2026-01-01T00:00:00");
	assert_refused("2026-01-01T00:00Z");
	assert_refused("2026-01-01T00:00:00.Z");
	assert_refused("2026-01-01T00:00:00,5Z");
	assert_refused("2026-01-01T00:00:00+0100");
	assert_refused("2026-01-01T00:00:00ZZ");
	assert_refused(" 2026-01-01T00:00:00Z");
	assert_refused("+2026-01-01T00:00:00Z");
	assert_refused("12026-01-01T00:00:00Z");
	assert_refused("2026-1-01T00:00:00Z");
	assert_refused("20260101T000000Z");
}

static void every_cut_of_a_time_is_refused(void **state)
{
	static const char text[] = "2026-01-31T12:34:56.789+01:00";
	int64_t ms;

	(void)state;
	for (size_t size = 0; size < sizeof(text) - 1; size++)
		assert_int_equal(asst__time_parse(&ms, text, size), -1);
	assert_int_equal(asst__time_parse(&ms, text, sizeof(text) - 1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_system_clock_is_between_two_looks_at_it),
		cmocka_unit_test(a_host_clock_is_asked_instead),
		cmocka_unit_test(known_moments_print),
		cmocka_unit_test(times_out_of_range_print_as_the_nearest_that_can_be_written),
		cmocka_unit_test(every_day_of_ten_thousand_years_follows_the_one_before),
		cmocka_unit_test(any_time_reads_back_from_its_text),
		cmocka_unit_test(letters_are_taken_in_either_case),
		cmocka_unit_test(offsets_are_taken_off),
		cmocka_unit_test(fractions_of_any_length_are_cut_after_the_ms),
		cmocka_unit_test(a_leap_second_is_the_last_ms_of_its_minute),
		cmocka_unit_test(dates_that_do_not_exist_are_refused),
		cmocka_unit_test(other_forms_are_refused),
		cmocka_unit_test(every_cut_of_a_time_is_refused),
	};

	return cmocka_run_group_tests_name("clock", tests, NULL, NULL) ? 1 : 0;
}
