/* SPDX-License-Identifier: MIT */
/* CRC32C: the vectors of RFC 3720, and both ways to make it against the definition. */
#include "t.h"

/* The table is not used where the processor has an instruction: test the file's own parts. */
#define asst__crc32c crc32c_of_this_file
#include "base/crc32c.c"
#undef asst__crc32c
uint32_t asst__crc32c(uint32_t crc, const void *data, size_t size);

/* Bit by bit, with nothing but the polynomial. */
static uint32_t by_definition(uint32_t crc, const unsigned char *bytes, size_t size)
{
	crc = ~crc;
	for (size_t i = 0; i < size; i++) {
		crc ^= bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = (crc & 1) != 0 ? crc >> 1 ^ UINT32_C(0x82f63b78) : crc >> 1;
	}
	return ~crc;
}

static void fill(unsigned char *bytes, size_t size)
{
	uint64_t random = t_seed();

	for (size_t i = 0; i < size; i++)
		bytes[i] = (unsigned char)t_random(&random);
}

static void the_check_value_is_right(void **state)
{
	(void)state;
	assert_int_equal(asst__crc32c(0, "123456789", 9), 0xe3069283);
}

static void the_vectors_of_rfc_3720_come_out(void **state)
{
	unsigned char bytes[32];

	(void)state;
	memset(bytes, 0, sizeof(bytes));
	assert_int_equal(asst__crc32c(0, bytes, 32), 0x8a9136aa);
	memset(bytes, 0xff, sizeof(bytes));
	assert_int_equal(asst__crc32c(0, bytes, 32), 0x62a8ab43);
	for (int i = 0; i < 32; i++)
		bytes[i] = (unsigned char)i;
	assert_int_equal(asst__crc32c(0, bytes, 32), 0x46dd794e);
	for (int i = 0; i < 32; i++)
		bytes[i] = (unsigned char)(31 - i);
	assert_int_equal(asst__crc32c(0, bytes, 32), 0x113fdb5c);
}

static void no_bytes_change_nothing(void **state)
{
	(void)state;
	assert_int_equal(asst__crc32c(0, "", 0), 0);
	assert_int_equal(asst__crc32c(0x12345678, "", 0), 0x12345678);
}

static void every_length_and_alignment_agrees_with_the_definition(void **state)
{
	unsigned char bytes[96];

	(void)state;
	fill(bytes, sizeof(bytes));
	for (size_t start = 0; start < 16; start++) {
		for (size_t size = 0; size <= sizeof(bytes) - start; size++)
			assert_int_equal(asst__crc32c(7, bytes + start, size),
					 by_definition(7, bytes + start, size));
	}
}

static void the_table_agrees_with_the_definition(void **state)
{
	unsigned char bytes[1024];

	(void)state;
	fill(bytes, sizeof(bytes));
	assert_int_equal(~by_table(~0u, bytes, sizeof(bytes)),
			 by_definition(0, bytes, sizeof(bytes)));
	for (unsigned value = 0; value < 256; value++) {
		unsigned char byte = (unsigned char)value;

		assert_int_equal(~by_table(~0u, &byte, 1), by_definition(0, &byte, 1));
		assert_int_equal(crc32c_of_this_file(0, &byte, 1), by_definition(0, &byte, 1));
	}
}

static void a_checksum_can_be_continued_anywhere(void **state)
{
	unsigned char bytes[100];
	uint32_t whole;

	(void)state;
	fill(bytes, sizeof(bytes));
	whole = asst__crc32c(0, bytes, sizeof(bytes));
	for (size_t cut = 0; cut <= sizeof(bytes); cut++) {
		uint32_t first = asst__crc32c(0, bytes, cut);

		assert_int_equal(asst__crc32c(first, bytes + cut, sizeof(bytes) - cut), whole);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_check_value_is_right),
		cmocka_unit_test(the_vectors_of_rfc_3720_come_out),
		cmocka_unit_test(no_bytes_change_nothing),
		cmocka_unit_test(every_length_and_alignment_agrees_with_the_definition),
		cmocka_unit_test(the_table_agrees_with_the_definition),
		cmocka_unit_test(a_checksum_can_be_continued_anywhere),
	};

	return cmocka_run_group_tests_name("crc32c", tests, NULL, NULL) ? 1 : 0;
}
