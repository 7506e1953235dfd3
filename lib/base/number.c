/* SPDX-License-Identifier: MIT */
/*
 * Doubles to and from decimal text. Short numbers take a fast path: one operation with exact
 * operands, which IEEE 754 rounds right. That needs round-to-nearest mode, and double operations
 * that are not done in a wider type (x87). All else is done with integers of any size.
 */
#include "base/number.h"

#include <float.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(DBL_MANT_DIG == 53 && DBL_MAX_EXP == 1024, "double must be IEEE 754 binary64");

#define EXACT_DOUBLES (FLT_EVAL_METHOD == 0)
#define TEXT_MAX 128 /* bytes of a number that is read */
#define FAST_DIGITS 15 /* any so many digits survive the way through a double */
#define FAST_POWER 22 /* the largest power of ten that a double holds exactly */
#define FIVE_13 1220703125u /* 5^13, the largest power of five below 2^32 */
#define IMPLICIT_BIT (UINT64_C(1) << 52)
#define INFINITY_BITS (UINT64_C(0x7ff) << 52)

/* The largest is 5^451, which divides 128 digits that begin at 1e-324, and 96 bits more. */
#define BIG_LIMBS 64

struct big {
	size_t count; /* without leading zeros; 0 for the number 0 */
	uint32_t limbs[BIG_LIMBS]; /* lowest first */
};

/* digits * 10^exponent */
struct decimal {
	bool negative;
	int count; /* of digits, without leading zeros */
	int exponent;
	struct big digits;
};

static const double powers[FAST_POWER + 1] = {
	1e0,  1e1,  1e2,  1e3,	1e4,  1e5,  1e6,  1e7,	1e8,  1e9,  1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
};

static void big_set(struct big *a, uint64_t value)
{
	a->limbs[0] = (uint32_t)value;
	a->limbs[1] = (uint32_t)(value >> 32); /* defined even where it does not count */
	a->count = a->limbs[1] != 0 ? 2 : a->limbs[0] != 0;
}

static void big_multiply_add(struct big *a, uint32_t factor, uint32_t addend)
{
	uint64_t carry = addend;

	for (size_t i = 0; i < a->count; i++) {
		carry += (uint64_t)a->limbs[i] * factor;
		a->limbs[i] = (uint32_t)carry;
		carry >>= 32;
	}
	if (carry != 0)
		a->limbs[a->count++] = (uint32_t)carry;
}

/* a *= 5^power, b = 1; or b = 5^-power when the power is negative */
static void big_scale(struct big *a, struct big *b, int power)
{
	struct big *scaled = power >= 0 ? a : b;
	uint32_t rest = 1;

	big_set(b, 1);
	for (power = abs(power); power >= 13; power -= 13)
		big_multiply_add(scaled, FIVE_13, 0);
	for (; power > 0; power--)
		rest *= 5;
	big_multiply_add(scaled, rest, 0);
}

static void big_shift_left(struct big *a, int shift)
{
	size_t words = (size_t)shift / 32;

	memmove(a->limbs + words, a->limbs, a->count * sizeof(a->limbs[0]));
	memset(a->limbs, 0, words * sizeof(a->limbs[0]));
	a->count += words;
	big_multiply_add(a, UINT32_C(1) << shift % 32, 0);
}

/* a must not be 0 */
static int big_bits(const struct big *a)
{
	return (int)a->count * 32 - __builtin_clz(a->limbs[a->count - 1]);
}

static bool big_less(const struct big *a, const struct big *b)
{
	if (a->count != b->count)
		return a->count < b->count;
	for (size_t i = a->count; i-- > 0;) {
		if (a->limbs[i] != b->limbs[i])
			return a->limbs[i] < b->limbs[i];
	}
	return false;
}

/* a -= b * factor, which must not be larger than a */
static void big_subtract(struct big *a, const struct big *b, uint32_t factor)
{
	uint64_t carry = 0;

	for (size_t i = 0; i < a->count; i++) {
		uint32_t low;

		if (i < b->count)
			carry += (uint64_t)b->limbs[i] * factor;
		low = (uint32_t)carry;
		carry = (carry >> 32) + (a->limbs[i] < low);
		a->limbs[i] -= low;
	}
	while (a->count > 0 && a->limbs[a->count - 1] == 0)
		a->count--;
}

/* a %= b; returns the quotient, which must be below 2^32. The top bit of b's top limb is set. */
static uint32_t big_divide(struct big *a, const struct big *b)
{
	size_t n = b->count;
	uint64_t top;
	uint32_t quotient;

	if (a->count < n)
		return 0;
	top = a->limbs[n - 1];
	if (a->count > n)
		top |= (uint64_t)a->limbs[n] << 32;
	/* Dividing by a little more than b gives too little, but no more than a few. */
	quotient = (uint32_t)(top / ((uint64_t)b->limbs[n - 1] + 1));
	big_subtract(a, b, quotient);
	for (; !big_less(a, b); quotient++)
		big_subtract(a, b, 1);
	return quotient;
}

/* The integer part of a * 2^shift / b, which must be below 2^64, and whether there is more. */
static uint64_t big_ratio(struct big *a, struct big *b, int shift, bool *more)
{
	struct big high;
	uint64_t quotient;
	int norm;

	big_shift_left(shift >= 0 ? a : b, abs(shift));
	norm = __builtin_clz(b->limbs[b->count - 1]);
	big_shift_left(a, norm);
	big_shift_left(b, norm);
	high = *b;
	big_shift_left(&high, 32);
	quotient = (uint64_t)big_divide(a, &high) << 32;
	quotient |= big_divide(a, b);
	*more = a->count != 0;
	return quotient;
}

static double times_ten(double value, int power)
{
	return power >= 0 ? value * powers[power] : value / powers[-power];
}

/* What stands behind "e"; "" is 0. Beyond 100000 it does not matter how much it is. */
static int scan_exponent(const char *text, size_t size)
{
	int exponent = 0;

	for (size_t i = 0; i < size; i++) {
		if (text[i] >= '0' && text[i] <= '9' && exponent < 100000)
			exponent = exponent * 10 + (text[i] - '0');
	}
	return size > 0 && text[0] == '-' ? -exponent : exponent;
}

static void scan(struct decimal *d, const char *text, size_t size)
{
	bool fraction = false;
	size_t i;

	d->negative = text[0] == '-';
	d->count = 0;
	d->exponent = 0;
	big_set(&d->digits, 0);
	for (i = d->negative; i < size && text[i] != 'e' && text[i] != 'E'; i++) {
		if (text[i] == '.') {
			fraction = true;
			continue;
		}
		big_multiply_add(&d->digits, 10, (uint32_t)(text[i] - '0'));
		d->count += d->digits.count != 0;
		d->exponent -= fraction;
	}
	if (i < size)
		d->exponent += scan_exponent(text + i + 1, size - i - 1);
}

/* The double nearest to quotient * 2^exponent and a bit more; quotient's top bit is set. */
static uint64_t round_to_double(uint64_t quotient, int exponent, bool more)
{
	int drop = 11; /* bits that a double has no room for */
	int biased = exponent + 63 + DBL_MAX_EXP - 1;
	uint64_t mantissa;
	bool half;

	if (biased < 1) {
		drop += 1 - biased;
		biased = 1;
	}
	if (drop > 64)
		return 0;
	more |= (quotient & ((UINT64_C(1) << (drop - 1)) - 1)) != 0;
	half = quotient >> (drop - 1) & 1;
	mantissa = quotient >> (drop - 1) >> 1;
	mantissa += half && (more || (mantissa & 1) != 0);
	/* The implicit bit adds 1 to the exponent, and so does a mantissa that is rounded up. */
	return ((uint64_t)(biased - 1) << 52) + mantissa;
}

/* The bits of the nearest double, infinity and 0 included. */
static uint64_t decimal_to_bits(struct decimal *d)
{
	struct big divisor;
	uint64_t quotient;
	int shift;
	bool more;

	if (d->count + d->exponent > DBL_MAX_10_EXP + 1)
		return INFINITY_BITS;
	if (d->count + d->exponent < -323)
		return 0; /* below 1e-324, and half of the least double is more than 2e-324 */
	big_scale(&d->digits, &divisor, d->exponent);
	shift = 63 - (big_bits(&d->digits) - big_bits(&divisor));
	quotient = big_ratio(&d->digits, &divisor, shift, &more);
	if (quotient >> 63 == 0) {
		quotient <<= 1;
		shift++;
	}
	return round_to_double(quotient, d->exponent - shift, more);
}

int asst__number_parse(double *value, const char *text, size_t size)
{
	struct decimal d;
	uint64_t bits;

	if (size == 0 || size > TEXT_MAX)
		return -1;
	scan(&d, text, size);
	if (d.count == 0) {
		*value = 0.0;
	} else if (EXACT_DOUBLES && d.count <= FAST_DIGITS && abs(d.exponent) <= FAST_POWER) {
		bits = (uint64_t)d.digits.limbs[1] << 32 | d.digits.limbs[0];
		*value = times_ten((double)bits, d.exponent);
	} else {
		bits = decimal_to_bits(&d);
		if (bits == 0 || bits >= INFINITY_BITS)
			return -1;
		memcpy(value, &bits, sizeof(bits));
	}
	if (d.negative)
		*value = -*value;
	return 0;
}

/* The digits of the integer part of 2^power to 2^(power+1), or 1 less; all powers of doubles. */
static int decimal_digits(int power)
{
	/* 78913 / 2^18 is log10(2); 400 keeps the shifted number positive. */
	return ((power * 78913 + (400 << 18)) >> 18) - 400 + 1;
}

/*
 * Try 15 digits: distinct decimals of so many have distinct doubles, so one that gives the
 * value is, but for its zeros at the end, the only one that is as short.
 */
static bool digits_fast(uint64_t *digits, int *tens, double value, int power)
{
	int up = FAST_DIGITS - decimal_digits(power);
	double scaled;

	if (!EXACT_DOUBLES || up > FAST_POWER || up <= -FAST_POWER)
		return false;
	scaled = times_ten(value, up);
	if (scaled >= powers[FAST_DIGITS])
		scaled = times_ten(value, --up);
	*digits = (uint64_t)(scaled + 0.5);
	*tens = -up;
	return times_ten((double)*digits, -up) == value;
}

/* The integer part of factor * 10^up * 2^shift, which must be below 2^64. */
static uint64_t scale(uint64_t factor, int up, int shift, bool *more)
{
	struct big a, b;

	big_set(&a, factor);
	big_scale(&a, &b, up);
	return big_ratio(&a, &b, shift + up, more);
}

/*
 * Scale the numbers that read back as mantissa * 2^exponent so that they are 17 or 18
 * digits long: at least one of them is an integer then. Look among those integers for the
 * ones with the most zeros at the end, and take the nearest.
 */
static void digits_exact(uint64_t *digits, int *tens, uint64_t mantissa, int exponent, int power)
{
	bool even = (mantissa & 1) == 0; /* ties are read as even: the bounds belong to it */
	bool narrow = mantissa == IMPLICIT_BIT && exponent > -1074; /* the next lower is nearer */
	int up = 17 - decimal_digits(power);
	uint64_t low, high, twice, rest, nearest, step = 1;
	bool more;

	low = scale(4 * mantissa - (narrow ? 1 : 2), up, exponent - 2, &more);
	low += more || !even;
	high = scale(4 * mantissa + 2, up, exponent - 2, &more);
	high -= !more && !even;
	while (high / (step * 10) * (step * 10) >= low)
		step *= 10;
	twice = scale(mantissa, up, exponent + 1, &more);
	rest = twice % (2 * step);
	nearest = twice / (2 * step);
	nearest += rest > step || (rest == step && (more || (nearest & 1) != 0));
	nearest *= step;
	*digits = nearest < low ? nearest + step : nearest;
	*tens = -up;
}

/* Digits, with the decimal point behind the first `point` of them. */
static size_t lay_out(char *out, const char *digits, int count, int point)
{
	bool plain = point <= 21 && point > -6;
	int tens = point - 1;
	char *at = out;

	if (!plain)
		point = 1;
	if (point <= 0)
		*at++ = '0';
	for (int i = 0; i < count || i < point; i++) {
		if (i == point || (i == 0 && point < 0)) {
			*at++ = '.';
			for (int zeros = point; zeros < 0; zeros++)
				*at++ = '0';
		}
		*at++ = i < count ? digits[i] : '0';
	}
	if (!plain) {
		*at++ = 'e';
		*at++ = tens < 0 ? '-' : '+';
		tens = abs(tens);
		for (int unit = tens >= 100 ? 100 : tens >= 10 ? 10 : 1; unit > 0; unit /= 10)
			*at++ = (char)('0' + tens / unit % 10);
	}
	return (size_t)(at - out);
}

size_t asst__number_print(char out[ASST__NUMBER_MAX], double value)
{
	uint64_t bits, mantissa, digits;
	char text[20];
	int exponent, tens, power, count = 0, start = (int)sizeof(text);
	size_t size = 0;

	if (value < 0.0) {
		out[size++] = '-';
		value = -value;
	}
	memcpy(&bits, &value, sizeof(bits));
	mantissa = bits & (IMPLICIT_BIT - 1);
	exponent = (int)(bits >> 52 & 0x7ff) - 1075;
	if (exponent > -1075)
		mantissa |= IMPLICIT_BIT;
	else
		exponent++;
	if (mantissa == 0) {
		memcpy(out, "0", 2);
		return 1;
	}
	power = exponent + 63 - __builtin_clzll(mantissa);
	if (!digits_fast(&digits, &tens, value, power))
		digits_exact(&digits, &tens, mantissa, exponent, power);
	for (; digits % 10 == 0; digits /= 10)
		tens++;
	for (; digits != 0; digits /= 10, count++)
		text[--start] = (char)('0' + digits % 10);
	size += lay_out(out + size, text + start, count, count + tens);
	out[size] = '\0';
	return size;
}
