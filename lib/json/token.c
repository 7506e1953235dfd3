/* SPDX-License-Identifier: MIT */
/* The tokens of JSON: strings, numbers and words, and the faults of text. */
#include "json/inner.h"
#include "base/utf8.h"

#include <stdio.h>

bool asst__json_fault(struct asst__json_reader *in, const char *code, size_t at,
		      const char *message)
{
	in->status = ASST_EVALIDATION;
	in->code = code;
	in->fault_at = at;
	snprintf(in->message, sizeof(in->message), "%s", message);
	return false;
}

bool asst__json_syntax(struct asst__json_reader *in, const char *expected)
{
	unsigned char c = (unsigned char)asst__json_peek(in);
	char message[sizeof(in->message)];

	/* One printable character at the most: the text may hold secrets. */
	if (in->at >= in->size)
		snprintf(message, sizeof(message), "%s, found the end", expected);
	else if (c >= 0x20 && c < 0x7f)
		snprintf(message, sizeof(message), "%s, found '%c'", expected, c);
	else
		snprintf(message, sizeof(message), "%s, found byte 0x%02x", expected, c);
	return asst__json_fault(in, "json_syntax", in->at, message);
}

bool asst__json_over(struct asst__json_reader *in, const char *code, size_t at, size_t limit,
		     const char *what)
{
	char message[sizeof(in->message)];

	snprintf(message, sizeof(message), "expected at most %zu %s", limit, what);
	asst__json_fault(in, code, at, message);
	in->status = ASST_ELIMIT;
	return false;
}

bool asst__json_no_memory(struct asst__json_reader *in)
{
	in->status = ASST_ENOMEM;
	in->code = NULL;
	return false;
}

/* Four hex digits. */
static bool read_hex(struct asst__json_reader *in, uint32_t *unit)
{
	int i;
	char c;

	*unit = 0;
	for (i = 0; i < 4; i++, in->at++) {
		c = asst__json_peek(in);
		if (c >= '0' && c <= '9')
			*unit = *unit * 16 + (uint32_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			*unit = *unit * 16 + (uint32_t)(c - 'a' + 10);
		else if (c >= 'A' && c <= 'F')
			*unit = *unit * 16 + (uint32_t)(c - 'A' + 10);
		else
			return asst__json_syntax(in, "expected a hex digit");
	}
	return true;
}

/* What follows "\u": one code unit, or a pair of surrogates. */
static bool read_unicode(struct asst__json_reader *in, char **out)
{
	size_t escape = in->at - 2;
	uint32_t unit, low = 0;

	if (!read_hex(in, &unit))
		return false;
	if (unit == 0)
		return asst__json_fault(in, "json_nul", escape,
					"expected any character but U+0000 in a string");
	if (unit >= 0xD800 && unit <= 0xDFFF) {
		if (unit < 0xDC00 && in->size - in->at >= 2 && in->text[in->at] == '\\' &&
		    in->text[in->at + 1] == 'u') {
			in->at += 2;
			if (!read_hex(in, &low))
				return false;
		}
		if (low < 0xDC00 || low > 0xDFFF)
			return asst__json_fault(in, "json_surrogate", escape,
						"expected surrogates in pairs, high before low");
		unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
	}
	*out += asst__utf8_encode(*out, unit); /* no longer than the escape */
	return true;
}

static bool read_escape(struct asst__json_reader *in, char **out)
{
	static const char from[] = "\"\\/bfnrt";
	static const char to[] = "\"\\/\b\f\n\r\t";
	const char *found;
	char c;

	in->at++;
	c = asst__json_peek(in);
	if (c == 'u') {
		in->at++;
		return read_unicode(in, out);
	}
	found = c ? strchr(from, c) : NULL;
	if (!found)
		return asst__json_syntax(in, "expected one of \"\\/bfnrtu after the backslash");
	in->at++;
	*(*out)++ = to[found - from];
	return true;
}

/* Move over valid UTF-8 up to the next byte that means something in a string. */
static bool skip_plain(struct asst__json_reader *in)
{
	const char *text = in->text;
	size_t at = in->at, size = in->size, length;
	unsigned char c;
	uint64_t word, hits;

	for (;;) {
		while (size - at >= 8) {
			word = asst__json_word(text + at);
			hits = asst__json_special(word) | (word & (ASST__JSON_EACH * 0x80));
			if (hits) {
				at += asst__json_before(hits);
				break;
			}
			at += 8;
		}
		for (; at < size; at++) {
			c = (unsigned char)text[at];
			if (c < 0x20 || c == '"' || c == '\\' || c >= 0x80)
				break;
		}
		in->at = at;
		if (at == size || (unsigned char)text[at] < 0x80)
			return true;
		while (at < size && (unsigned char)text[at] >= 0x80) {
			length = asst__utf8_sequence(text + at, size - at);
			if (length == 0)
				return asst__json_fault(in, "json_utf8", at,
							"expected valid UTF-8");
			at += length;
		}
	}
}

bool asst__json_read_string(struct asst__json_reader *in, char **out, size_t limit,
			    const char *code, const char *what)
{
	size_t open = in->at++, run, length, size = 0;
	char *start = *out;
	unsigned char c;

	for (;;) {
		run = in->at;
		if (!skip_plain(in))
			return false;
		length = in->at - run;
		if (size > limit || length > limit - size)
			return asst__json_over(in, code, open, limit, what);
		if (in->at >= in->size)
			return asst__json_syntax(in, "expected the closing quote of a string");
		c = (unsigned char)in->text[in->at];
		if (c < 0x20)
			return asst__json_syntax(in, "expected control characters as escapes");
		memcpy(*out, in->text + run, length);
		*out += length;
		if (c == '"')
			break;
		if (!read_escape(in, out))
			return false;
		size = (size_t)(*out - start);
	}
	in->at++;
	*(*out)++ = '\0';
	return true;
}

static bool read_digits(struct asst__json_reader *in)
{
	size_t start = in->at;

	while (asst__json_peek(in) >= '0' && asst__json_peek(in) <= '9')
		in->at++;
	return in->at > start ? true : asst__json_syntax(in, "expected a digit");
}

bool asst__json_read_number(struct asst__json_reader *in, size_t limit)
{
	size_t start = in->at;

	if (asst__json_peek(in) == '-')
		in->at++;
	if (asst__json_peek(in) == '0') {
		in->at++;
		if (asst__json_peek(in) >= '0' && asst__json_peek(in) <= '9')
			return asst__json_syntax(in, "expected no digit after a leading 0");
	} else if (!read_digits(in)) {
		return false;
	}
	if (asst__json_peek(in) == '.') {
		in->at++;
		if (!read_digits(in))
			return false;
	}
	if (asst__json_peek(in) == 'e' || asst__json_peek(in) == 'E') {
		in->at++;
		if (asst__json_peek(in) == '+' || asst__json_peek(in) == '-')
			in->at++;
		if (!read_digits(in))
			return false;
	}
	if (in->at - start > limit)
		return asst__json_over(in, "json_number_length", start, limit, "bytes in a number");
	return true;
}

bool asst__json_read_word(struct asst__json_reader *in, const char *word)
{
	for (; *word; word++, in->at++) {
		if (asst__json_peek(in) != *word)
			return asst__json_syntax(in, "expected true, false or null");
	}
	return true;
}
