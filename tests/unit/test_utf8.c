/* SPDX-License-Identifier: MIT */
/* UTF-8: what is valid, against a decoder that knows the rules and not the table. */
#include "t.h"

#include "base/utf8.h"

#include <string.h>

/* The length of the sequence at s: decode it, then ask whether it may stand for that. */
static size_t naive_sequence(const unsigned char *s, size_t size)
{
	static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
	size_t length = 0;
	uint32_t scalar;

	if (size == 0)
		return 0;
	if (s[0] < 0x80)
		return 1;
	while (length < 8 && (s[0] << length & 0x80) != 0)
		length++;
	if (length < 2 || length > 4 || length > size)
		return 0;
	scalar = s[0] & 0x7fu >> length;
	for (size_t i = 1; i < length; i++) {
		if (s[i] >> 6 != 2)
			return 0;
		scalar = scalar * 64 + (s[i] & 63u);
	}
	if (scalar < least[length] || scalar > 0x10ffff || scalar >> 11 == 0x1b)
		return 0;
	return length;
}

static void every_scalar_value_is_written_as_one_valid_sequence(void **state)
{
	int bad = 0, count = 0;

	(void)state;
	for (uint32_t scalar = 0; scalar <= 0x10ffff; scalar++) {
		char text[4] = {0};
		unsigned char bytes[4];
		size_t length;

		if (scalar >= 0xd800 && scalar <= 0xdfff)
			continue;
		length = asst__utf8_encode(text, scalar);
		memcpy(bytes, text, sizeof(bytes));
		count++;
		bad += length != naive_sequence(bytes, length);
		bad += length != asst__utf8_sequence(text, length);
		bad += length != asst__utf8_valid(text, length);
		bad += asst__utf8_count(text, length) != 1;
		bad += length > 1 && asst__utf8_sequence(text, length - 1) != 0;
	}
	assert_int_equal(count, 1112064);
	assert_int_equal(bad, 0);
}

static void scalar_values_are_written_as_the_standard_shows(void **state)
{
	char text[4];

	(void)state;
	assert_int_equal(asst__utf8_encode(text, 0x4d), 1);
	assert_memory_equal(text, "\x4d", 1);
	assert_int_equal(asst__utf8_encode(text, 0x430), 2);
	assert_memory_equal(text, "\xd0\xb0", 2);
	assert_int_equal(asst__utf8_encode(text, 0x4e8c), 3);
	assert_memory_equal(text, "\xe4\xba\x8c", 3);
	assert_int_equal(asst__utf8_encode(text, 0x10302), 4);
	assert_memory_equal(text, "\xf0\x90\x8c\x82", 4);
}

static void every_string_of_three_bytes_is_judged_right(void **state)
{
	int bad = 0;

	(void)state;
	/* A step of 7 meets all values of each byte, and all pairs of neighbours. */
	for (uint32_t value = 0; value < 1u << 24; value += 7) {
		unsigned char s[3] = {(unsigned char)(value >> 16), (unsigned char)(value >> 8),
				      (unsigned char)value};
		char text[3];
		size_t valid = 0, length;

		memcpy(text, s, sizeof(text));
		while ((length = naive_sequence(s + valid, 3 - valid)) != 0)
			valid += length;
		bad += asst__utf8_valid(text, 3) != valid;
		bad += asst__utf8_sequence(text, 3) != naive_sequence(s, 3);
	}
	assert_int_equal(bad, 0);
}

static void every_start_of_a_four_byte_sequence_is_judged_right(void **state)
{
	static const unsigned char tails[] = {0x00, 0x7f, 0x80, 0xbf, 0xc0, 0xff};
	int bad = 0;

	(void)state;
	for (unsigned first = 0xec; first < 0x100; first++) {
		for (unsigned second = 0; second < 0x100; second++) {
			for (size_t i = 0; i < T_COUNT(tails) * T_COUNT(tails); i++) {
				unsigned char s[4] = {(unsigned char)first, (unsigned char)second,
						      tails[i % T_COUNT(tails)],
						      tails[i / T_COUNT(tails)]};
				char text[4];

				memcpy(text, s, sizeof(text));
				bad += asst__utf8_sequence(text, 4) != naive_sequence(s, 4);
			}
		}
	}
	assert_int_equal(bad, 0);
}

static void surrogates_overlong_forms_and_large_values_are_not_valid(void **state)
{
	(void)state;
	assert_int_equal(asst__utf8_sequence("\xed\xa0\x80", 3), 0);
	assert_int_equal(asst__utf8_sequence("\xed\xbf\xbf", 3), 0);
	assert_int_equal(asst__utf8_sequence("\xc0\x80", 2), 0);
	assert_int_equal(asst__utf8_sequence("\xc1\xbf", 2), 0);
	assert_int_equal(asst__utf8_sequence("\xe0\x9f\xbf", 3), 0);
	assert_int_equal(asst__utf8_sequence("\xf0\x8f\xbf\xbf", 4), 0);
	assert_int_equal(asst__utf8_sequence("\xf4\x90\x80\x80", 4), 0);
	assert_int_equal(asst__utf8_sequence("\xf5\x80\x80\x80", 4), 0);
}

static void nothing_has_no_sequence_and_is_valid(void **state)
{
	(void)state;
	assert_int_equal(asst__utf8_sequence("", 0), 0);
	assert_int_equal(asst__utf8_valid("", 0), 0);
	assert_int_equal(asst__utf8_count("", 0), 0);
}

static void the_first_bad_byte_is_found_wherever_it_is(void **state)
{
	char text[41];

	(void)state;
	for (size_t size = 1; size <= 40; size++) {
		for (size_t bad = 0; bad < size; bad++) {
			memset(text, 'x', sizeof(text));
			text[bad] = '\x80';
			assert_int_equal(asst__utf8_valid(text, size), bad);
		}
	}
	assert_int_equal(asst__utf8_valid("12345678\xe2\x82\xac\xe2\x82", 13), 11);
}

static void code_points_are_counted_not_bytes(void **state)
{
	(void)state;
	assert_int_equal(asst__utf8_count("abc", 3), 3);
	assert_int_equal(asst__utf8_count("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 9), 3);
	assert_int_equal(asst__utf8_count("e\xcc\x81", 3), 2);
	assert_int_equal(asst__utf8_count("\0\0", 2), 2);
}

static void the_25_white_space_characters_are_blank_and_no_others(void **state)
{
	static const uint32_t spaces[] = {
		0x9,	0xa,	0xb,	0xc,	0xd,	0x20,	0x85,	0xa0,	0x1680,
		0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008,
		0x2009, 0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000,
	};
	size_t next = 0;

	(void)state;
	assert_int_equal(T_COUNT(spaces), 25);
	for (uint32_t scalar = 0; scalar < 0x20000; scalar++) {
		int wanted = next < T_COUNT(spaces) && spaces[next] == scalar;
		char text[4];

		if (scalar >= 0xd800 && scalar <= 0xdfff)
			continue;
		if (asst__utf8_blank(text, asst__utf8_encode(text, scalar)) != wanted)
			fail_msg("U+%04X", (unsigned)scalar);
		next += (size_t)wanted;
	}
}

static void a_text_is_blank_when_all_of_it_is(void **state)
{
	(void)state;
	assert_int_equal(asst__utf8_blank("", 0), 1);
	assert_int_equal(asst__utf8_blank(" \t\r\n\xc2\xa0\xe3\x80\x80", 9), 1);
	assert_int_equal(asst__utf8_blank(" \t\r\n\xc2\xa0.", 7), 0);
	assert_int_equal(asst__utf8_blank("\0", 1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_scalar_value_is_written_as_one_valid_sequence),
		cmocka_unit_test(scalar_values_are_written_as_the_standard_shows),
		cmocka_unit_test(every_string_of_three_bytes_is_judged_right),
		cmocka_unit_test(every_start_of_a_four_byte_sequence_is_judged_right),
		cmocka_unit_test(surrogates_overlong_forms_and_large_values_are_not_valid),
		cmocka_unit_test(nothing_has_no_sequence_and_is_valid),
		cmocka_unit_test(the_first_bad_byte_is_found_wherever_it_is),
		cmocka_unit_test(code_points_are_counted_not_bytes),
		cmocka_unit_test(the_25_white_space_characters_are_blank_and_no_others),
		cmocka_unit_test(a_text_is_blank_when_all_of_it_is),
	};

	return cmocka_run_group_tests_name("utf8", tests, NULL, NULL) ? 1 : 0;
}
