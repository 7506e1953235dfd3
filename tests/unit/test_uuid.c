/* SPDX-License-Identifier: MIT */
/* UUIDs: what a version 7 is made of, that ids rise, and the forms that are read. */
#include "t.h"

#include "base/uuid.h"

#include <pthread.h>
#include <string.h>

#define ID "0190a6b0-1c2d-7e3f-8a4b-5c6d7e8f9012"
#define THREADS 4
#define IDS_EACH 2000

struct crowd {
	struct asst__uuid_maker maker;
	pthread_t threads[THREADS];
	unsigned char ids[THREADS][IDS_EACH][ASST__UUID_BYTES];
	int failed[THREADS];
};

struct member {
	struct crowd *crowd;
	int number;
};

static int64_t host_clock(void *user)
{
	return *(int64_t *)user;
}

static int fill_with(void *user, void *bytes, size_t size)
{
	memset(bytes, *(unsigned char *)user, size);
	return 0;
}

static int refuse(void *user, void *bytes, size_t size)
{
	(void)user;
	(void)bytes;
	(void)size;
	return -1;
}

/* A maker with a clock that the test moves and the system's random bytes. */
static void open_maker(struct asst__uuid_maker *maker, int64_t *now)
{
	struct asst__clock clock = {host_clock, now};

	assert_int_equal(asst__uuid_maker_init(maker, &clock, NULL, NULL, NULL), ASST_OK);
}

static int64_t ms_of(const unsigned char *id)
{
	int64_t ms = 0;

	for (int i = 0; i < 6; i++)
		ms = ms << 8 | id[i];
	return ms;
}

static unsigned counter_of(const unsigned char *id)
{
	return (id[6] & 0xfu) << 8 | id[7];
}

static void an_id_has_time_version_and_variant(void **state)
{
	struct asst__uuid_maker maker;
	int64_t now = INT64_C(0x0190a6b01c2d), ms = 0;
	unsigned char id[ASST__UUID_BYTES];

	(void)state;
	open_maker(&maker, &now);
	for (int i = 0; i < 100; i++, now++) {
		assert_int_equal(asst__uuid_make(&maker, id, &ms, NULL), ASST_OK);
		assert_int_equal(ms, now);
		assert_int_equal(ms_of(id), now);
		assert_int_equal(id[6] >> 4, 7);
		assert_int_equal(id[8] >> 6, 2);
		assert_true(counter_of(id) < 2048);
	}
	asst__uuid_maker_close(&maker);
}

static void every_bit_comes_from_where_it_should(void **state)
{
	struct asst__uuid_maker maker;
	int64_t now = INT64_C(0x0190a6b01c2d), ms;
	struct asst__clock clock = {host_clock, &now};
	unsigned char ones = 0xff, id[ASST__UUID_BYTES];
	char text[ASST__UUID_TEXT + 1];

	(void)state;
	assert_int_equal(asst__uuid_maker_init(&maker, &clock, fill_with, &ones, NULL), ASST_OK);
	assert_int_equal(asst__uuid_make(&maker, id, &ms, NULL), ASST_OK);
	asst__uuid_write(text, id);
	assert_string_equal(text, "0190a6b0-1c2d-77ff-bfff-ffffffffffff");
	ones = 0;
	now++;
	assert_int_equal(asst__uuid_make(&maker, id, &ms, NULL), ASST_OK);
	asst__uuid_write(text, id);
	assert_string_equal(text, "0190a6b0-1c2e-7000-8000-000000000000");
	asst__uuid_maker_close(&maker);
}

static void the_counter_rises_within_a_ms(void **state)
{
	struct asst__uuid_maker maker;
	int64_t now = 5000, ms;
	unsigned char first[ASST__UUID_BYTES], second[ASST__UUID_BYTES];

	(void)state;
	open_maker(&maker, &now);
	assert_int_equal(asst__uuid_make(&maker, first, &ms, NULL), ASST_OK);
	assert_int_equal(asst__uuid_make(&maker, second, &ms, NULL), ASST_OK);
	assert_int_equal(ms, 5000);
	assert_int_equal(counter_of(second), counter_of(first) + 1);
	asst__uuid_maker_close(&maker);
}

static void ids_rise_when_the_counter_is_used_up(void **state)
{
	struct asst__uuid_maker maker;
	int64_t now = 5000, ms = 0;
	unsigned char last[ASST__UUID_BYTES] = {0}, id[ASST__UUID_BYTES];

	(void)state;
	open_maker(&maker, &now);
	for (int i = 0; i < 10000; i++) {
		assert_int_equal(asst__uuid_make(&maker, id, &ms, NULL), ASST_OK);
		assert_true(memcmp(last, id, sizeof(id)) < 0);
		assert_int_equal(ms_of(id), ms);
		memcpy(last, id, sizeof(id));
	}
	assert_true(ms > 5000 && ms <= 5004);
	asst__uuid_maker_close(&maker);
}

static void ids_rise_when_the_clock_goes_back(void **state)
{
	struct asst__uuid_maker maker;
	int64_t now = 5000, ms = 0;
	unsigned char last[ASST__UUID_BYTES] = {0}, id[ASST__UUID_BYTES];

	(void)state;
	open_maker(&maker, &now);
	for (int i = 0; i < 1000; i++, now -= 7) {
		assert_int_equal(asst__uuid_make(&maker, id, &ms, NULL), ASST_OK);
		assert_true(memcmp(last, id, sizeof(id)) < 0);
		assert_int_equal(ms, 5000);
		memcpy(last, id, sizeof(id));
	}
	asst__uuid_maker_close(&maker);
}

static void a_clock_out_of_range_still_makes_ids(void **state)
{
	struct asst__uuid_maker maker;
	int64_t now = INT64_MIN, ms;
	unsigned char first[ASST__UUID_BYTES], second[ASST__UUID_BYTES];

	(void)state;
	open_maker(&maker, &now);
	assert_int_equal(asst__uuid_make(&maker, first, &ms, NULL), ASST_OK);
	assert_int_equal(ms, 0);
	now = INT64_MAX;
	assert_int_equal(asst__uuid_make(&maker, second, &ms, NULL), ASST_OK);
	assert_int_equal(ms, INT64_C(253402300799999));
	assert_int_equal(ms_of(second), ms);
	asst__uuid_maker_close(&maker);
}

static void a_failing_source_is_an_io_error(void **state)
{
	struct asst__uuid_maker maker;
	struct asst__clock clock = {NULL, NULL};
	unsigned char id[ASST__UUID_BYTES];
	int64_t ms;

	(void)state;
	assert_int_equal(asst__uuid_maker_init(&maker, &clock, refuse, NULL, NULL), ASST_OK);
	assert_int_equal(asst__uuid_make(&maker, id, &ms, NULL), ASST_EIO);
	assert_int_equal(asst__uuid_maker_bytes(&maker, id, sizeof(id), NULL), ASST_EIO);
	asst__uuid_maker_close(&maker);
}

static void *make_many(void *user)
{
	struct member *member = user;
	struct crowd *crowd = member->crowd;
	unsigned char bytes[8];
	int64_t ms;

	for (int i = 0; i < IDS_EACH; i++) {
		unsigned char *id = crowd->ids[member->number][i];

		crowd->failed[member->number] |=
			asst__uuid_make(&crowd->maker, id, &ms, NULL) |
			asst__uuid_maker_bytes(&crowd->maker, bytes, sizeof(bytes), NULL);
	}
	return NULL;
}

static int compare_ids(const void *a, const void *b)
{
	return memcmp(a, b, ASST__UUID_BYTES);
}

static void ids_of_many_threads_differ_and_rise_in_each(void **state)
{
	static struct crowd crowd;
	struct asst__clock clock = {NULL, NULL};
	struct member members[THREADS];
	unsigned char(*all)[ASST__UUID_BYTES] = crowd.ids[0];

	(void)state;
	assert_int_equal(asst__uuid_maker_init(&crowd.maker, &clock, NULL, NULL, NULL), ASST_OK);
	for (int i = 0; i < THREADS; i++) {
		members[i] = (struct member){&crowd, i};
		if (pthread_create(&crowd.threads[i], NULL, make_many, &members[i]) != 0)
			abort();
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(crowd.threads[i], NULL);
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(crowd.failed[i], 0);
		for (int j = 1; j < IDS_EACH; j++)
			assert_true(compare_ids(crowd.ids[i][j - 1], crowd.ids[i][j]) < 0);
	}
	qsort(crowd.ids, THREADS * IDS_EACH, ASST__UUID_BYTES, compare_ids);
	for (int i = 1; i < THREADS * IDS_EACH; i++)
		assert_true(compare_ids(all[i - 1], all[i]) < 0);
	asst__uuid_maker_close(&crowd.maker);
}

static void text_and_bytes_go_there_and_back(void **state)
{
	static const unsigned char bytes[ASST__UUID_BYTES] = {
		0x01, 0x90, 0xa6, 0xb0, 0x1c, 0x2d, 0x7e, 0x3f,
		0x8a, 0x4b, 0x5c, 0x6d, 0x7e, 0x8f, 0x90, 0x12,
	};
	unsigned char id[ASST__UUID_BYTES];
	char text[ASST__UUID_TEXT + 1];

	(void)state;
	assert_true(asst__uuid_read(id, ID, ASST__UUID_TEXT));
	assert_memory_equal(id, bytes, sizeof(id));
	asst__uuid_write(text, bytes);
	assert_string_equal(text, ID);
}

static void reading_takes_the_canonical_form_only(void **state)
{
	static const char *const others[] = {
		"",
		"0190A6B0-1C2D-7E3F-8A4B-5C6D7E8F9012",
		"0190a6b01c2d7e3f8a4b5c6d7e8f9012",
		"{190a6b0-1c2d-7e3f-8a4b-5c6d7e8f901}",
		"0190a6b0-1c2d-7e3f-8a4b-5c6d7e8f901",
		"0190a6b0-1c2d-7e3f-8a4b-5c6d7e8f90123",
		"0190a6b0-1c2d-7e3f-8a4b-5c6d7e8f901g",
		"0190a6b0-1c2d-7e3f-8a4b 5c6d7e8f9012",
		"0190a6b01-c2d-7e3f-8a4b-5c6d7e8f9012",
		" 190a6b0-1c2d-7e3f-8a4b-5c6d7e8f9012",
		"00000000-0000-0000-0000-000000000000",
	};
	unsigned char id[ASST__UUID_BYTES];

	(void)state;
	for (size_t i = 0; i < T_COUNT(others); i++)
		assert_false(asst__uuid_read(id, others[i], strlen(others[i])));
}

static void any_other_byte_anywhere_is_refused_by_reading(void **state)
{
	unsigned char id[ASST__UUID_BYTES];
	char text[ASST__UUID_TEXT + 1], again[ASST__UUID_TEXT + 1];

	(void)state;
	for (size_t at = 0; at < ASST__UUID_TEXT; at++) {
		for (int value = 0; value < 256; value++) {
			int hyphen = ID[at] == '-';
			int good;

			memcpy(text, ID, sizeof(text));
			text[at] = (char)value;
			good = hyphen ? value == '-' :
					value != 0 && strchr("0123456789abcdef", value) != NULL;
			assert_int_equal(asst__uuid_read(id, text, ASST__UUID_TEXT), good);
			if (good) {
				asst__uuid_write(again, id);
				assert_string_equal(again, text);
			}
		}
	}
}

static void normalizing_gives_the_lower_case_form(void **state)
{
	char text[ASST__UUID_TEXT + 1];

	(void)state;
	assert_true(asst__uuid_normalize(text, "0190A6B0-1c2D-7e3F-8a4B-5C6D7E8F9012", 36));
	assert_string_equal(text, ID);
	assert_true(asst__uuid_normalize(text, ID "and more", 36));
	assert_string_equal(text, ID);
	assert_true(asst__uuid_normalize(text, "ffffffff-ffff-ffff-ffff-ffffffffffff", 36));
}

static void normalizing_refuses_what_is_no_id(void **state)
{
	char text[ASST__UUID_TEXT + 1];

	(void)state;
	assert_false(asst__uuid_normalize(text, "", 0));
	assert_false(asst__uuid_normalize(text, ID, 35));
	assert_false(asst__uuid_normalize(text, ID "0", 37));
	assert_false(asst__uuid_normalize(text, "0190a6b0-1c2d-7e3f-8a4b-5c6d7e8f901g", 36));
	assert_false(asst__uuid_normalize(text, "0190a6b0-1c2d-7e3f-8a4b-5c6d7e8f\0" "012", 36));
	assert_false(asst__uuid_normalize(text, "00000000-0000-0000-0000-000000000000", 36));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_id_has_time_version_and_variant),
		cmocka_unit_test(every_bit_comes_from_where_it_should),
		cmocka_unit_test(the_counter_rises_within_a_ms),
		cmocka_unit_test(ids_rise_when_the_counter_is_used_up),
		cmocka_unit_test(ids_rise_when_the_clock_goes_back),
		cmocka_unit_test(a_clock_out_of_range_still_makes_ids),
		cmocka_unit_test(a_failing_source_is_an_io_error),
		cmocka_unit_test(ids_of_many_threads_differ_and_rise_in_each),
		cmocka_unit_test(text_and_bytes_go_there_and_back),
		cmocka_unit_test(reading_takes_the_canonical_form_only),
		cmocka_unit_test(any_other_byte_anywhere_is_refused_by_reading),
		cmocka_unit_test(normalizing_gives_the_lower_case_form),
		cmocka_unit_test(normalizing_refuses_what_is_no_id),
	};

	return cmocka_run_group_tests_name("uuid", tests, NULL, NULL) ? 1 : 0;
}
