/* SPDX-License-Identifier: MIT */
/* UTF-8: checking, counting and writing, by table 3-7 of Unicode 15. */
#include "base/utf8.h"

#include <stdbool.h>
#include <string.h>

#define HIGH_BITS UINT64_C(0x8080808080808080)

static bool in_range(unsigned char c, unsigned char first, unsigned char last)
{
	return c >= first && c <= last;
}

size_t asst__utf8_sequence(const char *text, size_t size)
{
	const unsigned char *s = (const unsigned char *)text;
	unsigned char first = 0x80, last = 0xbf;
	size_t length;

	if (size == 0)
		return 0;
	if (s[0] < 0x80)
		return 1;
	if (in_range(s[0], 0xc2, 0xdf))
		length = 2;
	else if (in_range(s[0], 0xe0, 0xef))
		length = 3;
	else if (in_range(s[0], 0xf0, 0xf4))
		length = 4;
	else
		return 0;
	if (size < length)
		return 0;
	/* Overlong forms, surrogates and what is above 0x10FFFF show in the second byte. */
	if (s[0] == 0xe0)
		first = 0xa0;
	else if (s[0] == 0xed)
		last = 0x9f;
	else if (s[0] == 0xf0)
		first = 0x90;
	else if (s[0] == 0xf4)
		last = 0x8f;
	if (!in_range(s[1], first, last))
		return 0;
	for (size_t i = 2; i < length; i++) {
		if (!in_range(s[i], 0x80, 0xbf))
			return 0;
	}
	return length;
}

size_t asst__utf8_valid(const char *text, size_t size)
{
	size_t at = 0;

	while (at < size) {
		uint64_t word;
		size_t length;

		/* Most text is ASCII: eight bytes at a time. */
		if (size - at >= sizeof(word)) {
			memcpy(&word, text + at, sizeof(word));
			if ((word & HIGH_BITS) == 0) {
				at += sizeof(word);
				continue;
			}
		}
		length = asst__utf8_sequence(text + at, size - at);
		if (length == 0)
			break;
		at += length;
	}
	return at;
}

size_t asst__utf8_count(const char *text, size_t size)
{
	size_t count = 0;

	for (size_t i = 0; i < size; i++)
		count += ((unsigned char)text[i] & 0xc0) != 0x80;
	return count;
}

size_t asst__utf8_encode(char out[4], uint32_t scalar)
{
	if (scalar < 0x80) {
		out[0] = (char)scalar;
		return 1;
	}
	if (scalar < 0x800) {
		out[0] = (char)(0xc0 | scalar >> 6);
		out[1] = (char)(0x80 | (scalar & 0x3f));
		return 2;
	}
	if (scalar < 0x10000) {
		out[0] = (char)(0xe0 | scalar >> 12);
		out[1] = (char)(0x80 | (scalar >> 6 & 0x3f));
		out[2] = (char)(0x80 | (scalar & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | scalar >> 18);
	out[1] = (char)(0x80 | (scalar >> 12 & 0x3f));
	out[2] = (char)(0x80 | (scalar >> 6 & 0x3f));
	out[3] = (char)(0x80 | (scalar & 0x3f));
	return 4;
}

/* The scalar value of a valid sequence. */
static uint32_t decode(const char *text, size_t length)
{
	uint32_t scalar = (unsigned char)text[0];

	if (length > 1)
		scalar &= 0x7fu >> length;
	for (size_t i = 1; i < length; i++)
		scalar = scalar << 6 | ((unsigned char)text[i] & 0x3fu);
	return scalar;
}

static bool is_space(uint32_t scalar)
{
	switch (scalar) {
	case 0x20:
	case 0x85:
	case 0xa0:
	case 0x1680:
	case 0x2028:
	case 0x2029:
	case 0x202f:
	case 0x205f:
	case 0x3000:
		return true;
	default:
		return (scalar >= 0x9 && scalar <= 0xd) || (scalar >= 0x2000 && scalar <= 0x200a);
	}
}

int asst__utf8_blank(const char *text, size_t size)
{
	for (size_t at = 0; at < size;) {
		size_t length = asst__utf8_sequence(text + at, size - at);

		if (length == 0 || !is_space(decode(text + at, length)))
			return 0;
		at += length;
	}
	return 1;
}
