/* SPDX-License-Identifier: MIT */
/* Numbers: read and written as exactly as libc does it, and as short as can be. */
#include "t.h"

#include "base/number.h"

#include <float.h>
#include <math.h>
#include <string.h>

static uint64_t bits_of(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

static double from_bits(uint64_t bits)
{
	double value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

/* Any finite double, all exponents alike. */
static double random_double(uint64_t *state)
{
	double value;

	do {
		value = from_bits(t_random(state));
	} while (!isfinite(value));
	return value;
}

/* 2^power; long double holds more of them than double does, and no libm is needed. */
static long double two_to(int power)
{
	long double value = 1;

	for (; power > 0; power--)
		value *= 2;
	for (; power < 0; power++)
		value /= 2;
	return value;
}

/* What asst__number_parse() has to say about a text, by libc. */
static int parsed_like_libc(const char *text)
{
	double want = strtod(text, NULL), got = 0;
	int refused = asst__number_parse(&got, text, strlen(text));
	int is_zero = strcspn(text, "123456789eE") == strcspn(text, "eE");
	int ok = refused == 0 && bits_of(got) == bits_of(want);

	if (isinf(want) || (want == 0 && !is_zero))
		ok = refused == -1;
	if (!ok)
		print_error("parsing %s gives %d, %.17g\n", text, refused, got);
	return ok;
}

static int printed_right(double value)
{
	char out[ASST__NUMBER_MAX];
	size_t size = asst__number_print(out, value);
	double back = 0;
	int ok = size == strlen(out) && bits_of(strtod(out, NULL)) == bits_of(value) &&
		 asst__number_parse(&back, out, size) == 0 && bits_of(back) == bits_of(value);

	if (!ok)
		print_error("printing %.17g gives %s\n", value, out);
	return ok;
}

/* The digits of a number without sign, point, exponent and zeros at either end. */
static size_t digits_of(char *out, const char *text)
{
	size_t count = 0;

	for (; *text != '\0' && *text != 'e'; text++) {
		if (*text > '0' || (*text == '0' && count > 0))
			out[count++] = *text;
	}
	while (count > 0 && out[count - 1] == '0')
		count--;
	out[count] = '\0';
	return count;
}

/*
 * The first of %.1g, %.2g, ... that reads back is the nearest of its length. Only at powers
 * of two can there be a shorter one, which is not the nearest of its length: ours reads back.
 */
static int printed_shortest(double value)
{
	char out[ASST__NUMBER_MAX], text[64], ours[64], theirs[64];
	size_t count;
	int precision = 1;

	do {
		snprintf(text, sizeof(text), "%.*e", precision - 1, value);
	} while (bits_of(strtod(text, NULL)) != bits_of(value) && precision++ < 17);
	asst__number_print(out, value);
	count = digits_of(ours, out);
	if (count < digits_of(theirs, text) && (bits_of(value) & 0xfffffffffffff) == 0)
		return printed_right(value);
	if (strcmp(ours, theirs) != 0)
		print_error("%.17g: ours %s, theirs %s\n", value, out, text);
	return strcmp(ours, theirs) == 0;
}

static void assert_prints(const char *want, double value)
{
	char out[ASST__NUMBER_MAX];

	assert_int_equal(asst__number_print(out, value), strlen(want));
	assert_string_equal(out, want);
}

static void assert_refused(const char *text)
{
	double value;

	assert_int_equal(asst__number_parse(&value, text, strlen(text)), -1);
}

/* Bit for bit: -0 keeps its sign. */
static void hard_numbers_are_read_as_libc_reads_them(void **state)
{
	static const char *const texts[] = {
		"0", "-0", "0.0", "-0.000", "0e99999", "0e-99999", "0.0E+5", "1", "-1", "0.1",
		"0.3", "-0.3", "1e1", "1E+1", "1e-1", "1e22", "1e23", "1e-22", "1e-23", "1e21",
		"1e-7", "123456789012345", "1234567890123456", "9007199254740991",
		"9007199254740992", "9007199254740993", "9007199254740994", "9007199254740995",
		"9007199254740993.00000000000000000000000000000000000000000000000000000001",
		"9007199254740992.99999999999999999999999999999999999999999999999999999999",
		"123456789012345680000", "1.7976931348623157e308", "1.7976931348623158e308",
		"179769313486231580793728971405303415079934132710037826936173778980444968292764"
		"7509466490179775872",
		"2.2250738585072014e-308", "2.2250738585072011e-308", "2.2250738585072012e-308",
		"2.225073858507201136057409796709131975934819546351645648023426109724822222e-308",
		"5e-324", "4.9406564584124654e-324", "7.4e-324", "7.5e-324", "2.5e-324",
		"2.4703282292062328e-324", "1e-323", "0.500000000000000166533453693773481063544750"
		"213623046875", "3.518437208883201171875e13", "62.5364939768271845828",
		"8.10109172351e-10", "1.50000000000000011102230246251565404236316680908203125",
		"1.50000000000000011102230246251565404236316680908203124",
		"1.50000000000000011102230246251565404236316680908203126",
		"1.50000000000000033306690738754696212708950042724609375", "1e308", "1e-308",
		"100000000000000000000000000000000000000000000000000000000000000000000000000000",
		"0.00000000000000000000000000000000000000000000000000000000000000000000000000001",
		"7.2057594037927933e16", "6.9294956446009195e15", "1.0000000000000000000000e5",
		"358416272e-33", "9e-265", "8e98", "6.631236846766476e-316",
		"3.2378839133029012e-319",
	};

	(void)state;
	for (size_t i = 0; i < T_COUNT(texts); i++)
		assert_true(parsed_like_libc(texts[i]));
}

static void what_is_too_large_is_refused(void **state)
{
	(void)state;
	assert_refused("1.7976931348623159e308");
	assert_refused("-1.7976931348623159e308");
	assert_refused("1e309");
	assert_refused("0.001e312");
	assert_refused("1e999999999999999999");
	assert_refused("1e+99999999999999999999999999999999999999999999999999999999999999999999");
}

static void what_rounds_to_zero_is_refused_but_zero_is_not(void **state)
{
	double value = 1;

	(void)state;
	assert_refused("2.4703282292062327e-324");
	assert_refused("1e-324");
	assert_refused("-1e-400");
	assert_refused("1e-999999999999999999");
	assert_int_equal(asst__number_parse(&value, "0e999999999999999999", 20), 0);
	assert_true(value == 0);
}

static void only_the_bytes_given_are_read(void **state)
{
	double value = 0;

	(void)state;
	assert_int_equal(asst__number_parse(&value, "12345", 3), 0);
	assert_true(value == 123);
}

static void the_longest_texts_are_read_as_libc_reads_them(void **state)
{
	uint64_t random = t_seed();
	char text[129];
	int bad = 0;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		size_t size = 1 + t_random_below(&random, 120);
		size_t point = t_random_below(&random, size + 1);
		size_t at = 0;

		text[at++] = (char)('1' + t_random_below(&random, 9));
		for (size_t i = 0; i < size; i++) {
			if (i == point)
				text[at++] = '.';
			text[at++] = (char)('0' + t_random_below(&random, 10));
		}
		if (at <= 122)
			sprintf(text + at, "e%d", (int)t_random_below(&random, 900) - 500);
		else
			text[at] = '\0';
		bad += !parsed_like_libc(text);
	}
	assert_int_equal(bad, 0);
}

/* Between two neighbours, written out in full where 128 bytes are enough. */
static void halfway_goes_to_even_and_a_little_more_or_less_to_the_nearest(void **state)
{
	uint64_t random = t_seed();
	char text[256];
	int bad = 0, tried = 0;

	(void)state;
	while (tried < 20000) {
		uint64_t mantissa = t_random(&random) >> 11 | UINT64_C(1) << 52;
		int exponent = (int)t_random_below(&random, 130) - 65;
		size_t size;

		snprintf(text, sizeof(text), "%.90Lf",
			 (long double)(2 * mantissa + 1) * two_to(exponent));
		size = strlen(text);
		while (text[size - 1] == '0')
			text[--size] = '\0';
		if (size > 126)
			continue;
		tried++;
		bad += !parsed_like_libc(text);
		if (text[size - 1] == '.')
			continue;
		strcat(text, "1");
		bad += !parsed_like_libc(text);
		text[size - 1]--;
		text[size] = '9';
		bad += !parsed_like_libc(text);
	}
	assert_int_equal(bad, 0);
}

static void any_double_is_read_from_17_digits(void **state)
{
	uint64_t random = t_seed();
	char text[64];
	int bad = 0;

	(void)state;
	for (int i = 0; i < 300000; i++) {
		double want = random_double(&random), got = 0;

		snprintf(text, sizeof(text), "%.17g", want);
		bad += asst__number_parse(&got, text, strlen(text)) != 0;
		bad += bits_of(got) != bits_of(want);
	}
	assert_int_equal(bad, 0);
}

static void any_double_reads_back_from_what_is_printed(void **state)
{
	uint64_t random = t_seed();
	int bad = 0;

	(void)state;
	for (int i = 0; i < 300000; i++)
		bad += !printed_right(random_double(&random));
	assert_int_equal(bad, 0);
}

static void what_is_printed_is_the_shortest_and_nearest(void **state)
{
	uint64_t random = t_seed();
	int bad = 0;

	(void)state;
	for (int i = 0; i < 10000; i++) {
		double usual = (double)(int64_t)t_random(&random) / (double)two_to(i % 25) / 10;

		bad += !printed_shortest(random_double(&random));
		bad += !printed_shortest(usual);
		bad += !printed_shortest(from_bits(t_random(&random) >> (12 + i % 50)));
	}
	for (uint64_t bits = 1; bits < 2000; bits++)
		bad += !printed_shortest(from_bits(bits));
	assert_int_equal(bad, 0);
}

static void powers_of_two_and_ten_and_their_neighbours_are_shortest_too(void **state)
{
	int bad = 0;

	(void)state;
	for (int power = -1074; power < 1024; power++) {
		uint64_t bits = bits_of((double)two_to(power));

		bad += !printed_right(from_bits(bits)) || !printed_shortest(from_bits(bits));
		bad += !printed_shortest(from_bits(bits + 1));
		bad += bits > 1 && !printed_shortest(from_bits(bits - 1));
	}
	for (int power = -323; power < 309; power++) {
		char text[16];
		uint64_t bits;

		snprintf(text, sizeof(text), "1e%d", power);
		bits = bits_of(strtod(text, NULL));
		bad += !printed_shortest(from_bits(bits));
		bad += !printed_shortest(from_bits(bits + 1));
		bad += !printed_shortest(from_bits(bits - 1));
	}
	assert_int_equal(bad, 0);
}

static void short_decimals_print_as_they_were_written(void **state)
{
	(void)state;
	assert_prints("1", 1);
	assert_prints("-1", -1);
	assert_prints("0.1", 0.1);
	assert_prints("0.3", 0.3);
	assert_prints("0.30000000000000004", 0.1 + 0.2);
	assert_prints("1.5", 1.5);
	assert_prints("-273.15", -273.15);
	assert_prints("4294967296", 4294967296.0);
	assert_prints("9007199254740991", 9007199254740991.0);
	assert_prints("9007199254740992", 9007199254740992.0);
	assert_prints("9007199254740994", 9007199254740994.0);
}

static void zero_has_no_sign(void **state)
{
	(void)state;
	assert_prints("0", 0.0);
	assert_prints("0", -0.0);
}

static void notation_is_that_of_ecmascript(void **state)
{
	(void)state;
	assert_prints("100000000000000000000", 1e20);
	assert_prints("123456789012345680000", 123456789012345680000.0);
	assert_prints("1e+21", 1e21);
	assert_prints("1e+22", 1e22);
	assert_prints("1e+23", 1e23);
	assert_prints("1.2345678901234568e+21", 1234567890123456800000.0);
	assert_prints("0.000001", 1e-6);
	assert_prints("0.0000015", 1.5e-6);
	assert_prints("1e-7", 1e-7);
	assert_prints("-1.5e-7", -1.5e-7);
	assert_prints("1e+100", 1e100);
}

static void the_ends_of_the_range_print(void **state)
{
	(void)state;
	assert_prints("1.7976931348623157e+308", DBL_MAX);
	assert_prints("-1.7976931348623157e+308", -DBL_MAX);
	assert_prints("2.2250738585072014e-308", DBL_MIN);
	assert_prints("5e-324", from_bits(1));
	assert_prints("1e-323", from_bits(2));
	assert_prints("-0.0000012345678901234567", -1.2345678901234567e-6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hard_numbers_are_read_as_libc_reads_them),
		cmocka_unit_test(what_is_too_large_is_refused),
		cmocka_unit_test(what_rounds_to_zero_is_refused_but_zero_is_not),
		cmocka_unit_test(only_the_bytes_given_are_read),
		cmocka_unit_test(the_longest_texts_are_read_as_libc_reads_them),
		cmocka_unit_test(halfway_goes_to_even_and_a_little_more_or_less_to_the_nearest),
		cmocka_unit_test(any_double_is_read_from_17_digits),
		cmocka_unit_test(any_double_reads_back_from_what_is_printed),
		cmocka_unit_test(what_is_printed_is_the_shortest_and_nearest),
		cmocka_unit_test(powers_of_two_and_ten_and_their_neighbours_are_shortest_too),
		cmocka_unit_test(short_decimals_print_as_they_were_written),
		cmocka_unit_test(zero_has_no_sign),
		cmocka_unit_test(notation_is_that_of_ecmascript),
		cmocka_unit_test(the_ends_of_the_range_print),
	};

	return cmocka_run_group_tests_name("number", tests, NULL, NULL) ? 1 : 0;
}
