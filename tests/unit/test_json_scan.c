/* SPDX-License-Identifier: MIT */
/* The scanner: what it takes, what it refuses, where and with which code, and its limits. */
#include "t.h"
#include "json_mem.h"

#include "json/json.h"

#include <assistant/error.h>

#include <stdio.h>

struct sample {
	const char *name;
	const char *text;
	size_t size;
	const char *code; /* NULL: a good document */
	size_t offset;
};

#define GOOD(name, text) { name, text, sizeof(text) - 1, NULL, 0 }
#define BAD(name, text, at) { name, text, sizeof(text) - 1, "json_syntax", at }
#define BADLY(name, text, code, at) { name, text, sizeof(text) - 1, "json_" code, at }

static const struct sample samples[] = {
	/* structure */
	GOOD("empty array", "[]"),
	GOOD("empty object", "{}"),
	GOOD("array with spaces", " [ ] "),
	GOOD("object with line ends", "\r\n{\n\t\"k\" : [ 1 ,\t2 ]\r}\n"),
	GOOD("array of empty string", "[\"\"]"),
	GOOD("array of every kind", "[null,1,\"x\",{},[],true,false]"),
	GOOD("several nulls", "[1,null,null,null,2]"),
	GOOD("lonely string", "\"lonely\""),
	GOOD("lonely number", "-0.25"),
	GOOD("lonely integer", "7"),
	GOOD("lonely true", "true"),
	GOOD("lonely false", " false"),
	GOOD("lonely null", "null\n"),
	GOOD("trailing line end", "[\"a\"]\n"),
	GOOD("white space before", " \t\r\n[1]"),
	BAD("nothing", "", 0),
	BAD("white space only", " \n\t ", 4),
	BAD("form feed", "\f[]", 0),
	BAD("form feed inside", "[\f]", 1),
	BAD("vertical tab", "[\v1]", 1),
	BAD("no-break space", "[\xC2\xA0]", 1),
	BAD("word joiner", "[\xE2\x81\xA0]", 1),
	BAD("raw NUL outside a string", "[1\0]", 2),
	BAD("raw NUL behind", "[1]\0", 3),
	BAD("byte order mark", "\xEF\xBB\xBF{}", 0),
	BAD("byte order mark alone", "\xEF\xBB\xBF", 0),
	BAD("cut byte order mark", "\xEF\xBB", 0),
	BAD("UTF-16 little endian", "\xFF\xFE[\0\"\0\xE9\0\"\0]\0", 0),
	BAD("UTF-16 big endian, no mark", "\0[\0\"\0\xE9\0\"\0]", 0),
	BAD("lone 0xE9", "\xE9", 0),
	BAD("array of 0xE5", "[\xE5]", 1),
	BAD("UTF-8 outside a string", "[\xC3\xA5]", 1),
	BAD("unclosed array", "[", 1),
	BAD("unclosed array after a value", "[1", 2),
	BAD("unclosed array after a comma", "[1,", 3),
	BAD("unclosed array, line ends", "[1,\n1\n,1", 8),
	BAD("unclosed array, partial null", "[true,nul", 9),
	BAD("unclosed object", "{\"a\":\"b\"", 8),
	BAD("object open only", "{", 1),
	BAD("object and array open", "[{", 2),
	BAD("array and object open", "{\"a\":[", 6),
	BAD("open array, string without an end", "[\"a", 3),
	BAD("open array, open object, name", "[{\"a\"", 5),
	BAD("open object, comma", "{,", 1),
	BAD("open object, open array", "{[", 1),
	BAD("open object, close array", "{]", 1),
	BAD("array closed as object", "[1}", 2),
	BAD("object closed as array", "{\"a\":1]", 6),
	BAD("array closed twice", "[1]]", 3),
	BAD("object closed twice", "{\"a\":1}}", 7),
	BAD("close only", "]", 0),
	BAD("two arrays", "[][]", 2),
	BAD("text after an array", "[1]x", 3),
	BAD("text after an object", "{\"a\":true} \"x\"", 11),
	BAD("text after a string", "\"\"x", 2),
	BAD("text after a number", "2@", 1),
	BAD("hash after an object", "{\"a\":\"b\"}#{}", 9),
	BAD("comment", "{\"a\":\"b\"}/**/", 9),
	BAD("comment inside", "[/* one */1]", 1),
	BAD("line comment", "{\"a\":1} // x", 8),
	BAD("open comment", "{\"a\":1}/*", 7),
	BAD("angle bracket", "<", 0),
	BAD("angle null", "[<null>]", 1),
	BAD("asterisk", "[*]", 1),
	BAD("backslash", "[\\n]", 1),
	BAD("escaped space", "[\\u0020]", 1),
	BAD("asterisk after a name", "{\"a\":*}", 5),
	BAD("single quote open", "{'a':1}", 1),
	/* commas and colons */
	BAD("array, comma at the end", "[1,]", 3),
	BAD("array, two commas at the end", "[\"\",,]", 4),
	BAD("array, comma at the start", "[,1]", 1),
	BAD("array, comma and number", "[,", 1),
	BAD("array, two commas", "[1,,2]", 3),
	BAD("array, comma only", "[,]", 1),
	BAD("array, no comma", "[1 true]", 3),
	BAD("array, no comma inner", "[3[4]]", 2),
	BAD("array, colon", "[\"a\":1]", 4),
	BAD("array, semicolon", "[1;2]", 2),
	BAD("array, comma after the close", "[\"\"],", 4),
	BAD("array, minus", "[-]", 2),
	BAD("object, comma at the end", "{\"a\":0,}", 7),
	BAD("object, commas at the end", "{\"a\":0,,}", 7),
	BAD("object, comma for a colon", "{\"x\",null}", 4),
	BAD("object, no colon", "{\"a\" 1}", 5),
	BAD("object, two colons", "{\"x\"::1}", 5),
	BAD("object, no value", "{\"a\":}", 5),
	BAD("object, no value, end", "{\"a\":", 5),
	BAD("object, name only", "{\"a\"}", 4),
	BAD("object, two commas", "{\"a\":1,,\"b\":2}", 7),
	BAD("object, value without a name", "{:1}", 1),
	BAD("object, number as a name", "{1:1}", 1),
	BAD("object, word as a name", "{a:1}", 1),
	BAD("object, null as a name", "{null:1}", 1),
	BAD("object, array as a name", "{[1]:1}", 1),
	BAD("object, no comma", "{\"a\":1 \"b\":2}", 7),
	BAD("object, missing quote", "{a\":1}", 1),
	BAD("object, value then colon", "{\"a\":\"b\":1}", 8),
	/* words */
	BAD("cut true", "[tru]", 4),
	BAD("cut false", "[fals]", 5),
	BAD("cut null", "[nul]", 4),
	BAD("long null", "[nullx]", 5),
	BAD("upper case word", "[True]", 1),
	BAD("upper case ending", "[truE]", 4),
	BAD("NaN", "[NaN]", 1),
	BAD("nan", "[nan]", 2),
	BAD("Infinity", "[Infinity]", 1),
	BAD("minus Infinity", "[-Infinity]", 2),
	BAD("minus NaN", "[-NaN]", 2),
	BAD("plus Inf", "[+Inf]", 1),
	BAD("undefined", "[undefined]", 1),
	/* numbers */
	GOOD("zero", "[0]"),
	GOOD("minus zero", "[-0]"),
	GOOD("minus zero with a fraction", "[-0.0]"),
	GOOD("zero with an exponent", "[0e1]"),
	GOOD("zero with a plus exponent", "[0e+1]"),
	GOOD("exponent with leading zeros", "[1e007]"),
	GOOD("integer with an exponent", "[20e1]"),
	GOOD("upper case exponent", "[1E22]"),
	GOOD("negative exponent", "[1E-2]"),
	GOOD("positive exponent", "[1E+2]"),
	GOOD("fraction with an exponent", "[123.456e78]"),
	GOOD("close to zero", "[-0.000000000000000000000000000000000000000000000000000000000001]"),
	GOOD("very large integer", "[100000000000000000000000]"),
	GOOD("beyond a double", "[1.5e+9999]"),
	GOOD("below a double", "[123e-10000000]"),
	GOOD("space after a number", "[4 ]"),
	BAD("leading zero", "[012]", 2),
	BAD("leading minus zero", "[-012]", 3),
	BAD("two zeros", "[00]", 2),
	BAD("plus", "[+1]", 1),
	BAD("two pluses", "[++1]", 1),
	BAD("two minuses", "[--2.]", 2),
	BAD("no digit before the point", "[.123]", 1),
	BAD("minus point", "[-.5]", 2),
	BAD("no digit after the point", "[1.]", 3),
	BAD("no digit after the point, minus", "[-2.]", 4),
	BAD("exponent after a point", "[0.e1]", 3),
	BAD("exponent after a point, plus", "[2.e+3]", 3),
	BAD("empty exponent", "[1e]", 3),
	BAD("empty plus exponent", "[1.0e+]", 6),
	BAD("empty minus exponent", "[1.0E-]", 6),
	BAD("point in an exponent", "[1e1.5]", 4),
	BAD("two exponents", "[1e1e1]", 4),
	BAD("plus minus exponent", "[1e+-2]", 4),
	BAD("upper case empty exponent", "[0E", 3),
	BAD("space in a number", "[1 000.0]", 3),
	BAD("two points", "[1.2.3]", 4),
	BAD("hexadecimal", "[0x42]", 2),
	BAD("letter behind", "[1.2a-3]", 4),
	BAD("minus space", "[- 1]", 2),
	BAD("full-width digit", "[\xEF\xBC\x91]", 1),
	BAD("number, invalid UTF-8 behind", "[0\xE5]", 2),
	BAD("expression", "[1+2]", 2),
	BAD("minus alone", "-", 1),
	/* strings */
	GOOD("every short escape", "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]"),
	GOOD("unicode escapes", "[\"\\u0060\\u012a\\u12AB\\uABcd\"]"),
	GOOD("surrogate pair", "[\"\\uD801\\udc37\"]"),
	GOOD("two surrogate pairs", "[\"\\ud83d\\ude39\\ud83d\\udc8d\"]"),
	GOOD("last pair", "[\"\\uDBFF\\uDFFF\"]"),
	GOOD("noncharacters", "[\"\\uFDD0\\uFFFE\\uD83F\\uDFFE\"]"),
	GOOD("escaped control character", "[\"\\u0012\\u001f\"]"),
	GOOD("escaped backslash and u", "[\"\\\\u0000\"]"),
	GOOD("escaped quote at the end", "[\"a\\\"\"]"),
	GOOD("line separators", "[\"\xE2\x80\xA8\xE2\x80\xA9\"]"),
	GOOD("DEL", "[\"\x7F\"]"),
	GOOD("slash", "[\"/* a */\"]"),
	GOOD("two, three and four bytes", "[\"\xC3\xA9\xE2\x82\xAC\xF4\x8F\xBF\xBF\"]"),
	GOOD("last before the surrogates", "[\"\xED\x9F\xBF\xEE\x80\x80\"]"),
	GOOD("byte order mark in a string", "[\"\xEF\xBB\xBF\"]"),
	GOOD("long plain text", "[\"0123456789abcdef0123456789ABCDEF\xC3\xA4" "0123456789\"]"),
	BAD("control character", "[\"a\x1F\"]", 3),
	BAD("line end", "[\"new\nline\"]", 5),
	BAD("tab", "[\"\t\"]", 2),
	BAD("raw NUL", "[\"a\0b\"]", 3),
	BAD("raw NUL in a name", "{\"a\0b\":1}", 3),
	BAD("control character before text", "[\"01\x1F" "456789abcdef\"]", 4),
	BAD("control character behind 16 bytes", "[\"0123456789abcdef\x01\"]", 18),
	BAD("unknown escape", "[\"\\a\"]", 3),
	BAD("escape x", "[\"\\x00\"]", 3),
	BAD("escaped apostrophe", "[\"\\'\"]", 3),
	BAD("escaped tab", "[\"\\\t\"]", 3),
	BAD("escaped NUL byte", "[\"\\\0\"]", 3),
	BAD("escaped emoji", "[\"\\\xF0\x9F\x8C\x80\"]", 3),
	BAD("upper case U", "[\"\\UA66D\"]", 3),
	BAD("one digit", "[\"\\u1\"]", 5),
	BAD("three digits", "[\"\\u00A\"]", 7),
	BAD("no hex digits", "[\"\\uqqqq\"]", 4),
	BAD("escape, invalid UTF-8", "[\"\\u\xE5\"]", 4),
	BAD("backslash at the end", "[\"\\", 3),
	BAD("three backslashes", "[\"\\\\\\\"]", 7),
	BAD("cut escape in a pair", "[\"\\uD834\\u\"]", 10),
	BAD("bad digit in a pair", "[\"\\uD834\\uDd1x\"]", 13),
	BAD("one quote", "\"", 1),
	BAD("no closing quote", "[\"abc]", 6),
	BAD("single quotes", "['a']", 1),
	BAD("no quotes", "[a]", 1),
	BAD("escape outside", "\\u0061", 0),
	BAD("smart quotes", "[\xE2\x80\x9C" "a\xE2\x80\x9D]", 1),
	/* policy: UTF-8 */
	BADLY("lone continuation byte", "[\"\x81\"]", "utf8", 2),
	BADLY("Latin-1", "[\"\xE9\"]", "utf8", 2),
	BADLY("cut sequence", "[\"\xE0\xFF\"]", "utf8", 2),
	BADLY("cut at the end", "[\"\xE2\x82", "utf8", 2),
	BADLY("overlong two bytes", "[\"\xC0\xAF\"]", "utf8", 2),
	BADLY("overlong three bytes", "[\"\xE0\x80\xAF\"]", "utf8", 2),
	BADLY("overlong six bytes", "[\"\xFC\x83\xBF\xBF\xBF\xBF\"]", "utf8", 2),
	BADLY("overlong NUL", "[\"\xC0\x80\"]", "utf8", 2),
	BADLY("surrogate in UTF-8", "[\"\xED\xA0\x80\"]", "utf8", 2),
	BADLY("beyond U+10FFFF", "[\"\xF4\xBF\xBF\xBF\"]", "utf8", 2),
	BADLY("byte 0xFF", "[\"0123456789\xFF\"]", "utf8", 12),
	BADLY("bad after good", "[\"\xE6\x97\xA5\xD1\x88\xFA\"]", "utf8", 7),
	BADLY("bad name", "{\"\xB9\":\"0\",}", "utf8", 2),
	/* policy: surrogates */
	BADLY("high alone", "[\"\\uD800\"]", "surrogate", 2),
	BADLY("low alone", "[\"a\\uDC00\"]", "surrogate", 3),
	BADLY("high, then text", "[\"\\uD800abc\"]", "surrogate", 2),
	BADLY("high, then another escape", "[\"\\ud800\\n\"]", "surrogate", 2),
	BADLY("high, high", "[\"\\uD800\\uD800\\uDC00\"]", "surrogate", 2),
	BADLY("high, ordinary", "[\"\\uDd1e\\u0061\"]", "surrogate", 2),
	BADLY("low, low", "[\"\\uDC00\\uDC00\"]", "surrogate", 2),
	BADLY("low, high", "[\"\\uDd1e\\uD834\"]", "surrogate", 2),
	BADLY("high, then NUL", "[\"\\uD800\\u0000\"]", "surrogate", 2),
	BADLY("in a name", "{\"x\\uDFAA\":0}", "surrogate", 3),
	/* policy: NUL */
	BADLY("escaped NUL", "[\"\\u0000\"]", "nul", 2),
	BADLY("escaped NUL inside", "[\"a\\u0000b\"]", "nul", 3),
	BADLY("escaped NUL in a name", "{\"a\\u0000x\":1,\"a\":2}", "nul", 3),
	/* policy: names */
	GOOD("empty name", "{\"\":0}"),
	GOOD("names that differ in case", "{\"a\":1,\"A\":2}"),
	GOOD("same name in other objects", "{\"a\":{\"a\":{\"a\":1}},\"b\":[{\"a\":1},{\"a\":2}]}"),
	GOOD("names, one the start of the other", "{\"a\":1,\"ab\":2,\"abc\":3}"),
	GOOD("equal when normalized only", "{\"\xC3\xA9\":1,\"e\xCC\x81\":2}"),
	BADLY("duplicate", "{\"a\":\"b\",\"a\":\"c\"}", "duplicate_name", 9),
	BADLY("duplicate with its value", "{\"a\":1, \"a\":1}", "duplicate_name", 8),
	BADLY("duplicate by an escape", "{\"a\":1,\"\\u0061\":2}", "duplicate_name", 7),
	BADLY("duplicate by a slash", "{\"/\":1,\"\\/\":2}", "duplicate_name", 7),
	BADLY("duplicate empty name", "{\"\":1,\"\":2}", "duplicate_name", 6),
	BADLY("duplicate after an inner one", "{\"a\":{\"a\":0},\"a\":0}", "duplicate_name", 13),
	BADLY("inner duplicate", "[{\"b\":{\"a\":0,\"a\":0}}]", "duplicate_name", 13),
	BADLY("three times", "{\"b\":0,\"a\":0,\"a\":1,\"b\":1}", "duplicate_name", 13),
	BADLY("duplicate by a pair", "{\"\xF0\x90\x90\xB7\":1,\"\\uD801\\uDC37\":2}",
	      "duplicate_name", 10),
};

/* In a block of just that size, so that a sanitizer sees every byte too far. */
static char *exact(const char *text, size_t size)
{
	char *block = malloc(size ? size : 1);

	assert_non_null(block);
	memcpy(block, text, size);
	return block;
}

static void check_fault(const asst_error *err, const struct sample *sample)
{
	char start[64];

	snprintf(start, sizeof(start), "%s at byte %zu: expected ", sample->code, sample->offset);
	if (strncmp(asst_error_message(err), start, strlen(start)) != 0)
		fail_msg("%s: %s, not %s", sample->name, asst_error_message(err), start);
	assert_int_equal(asst_error_offset(err), sample->offset);
	assert_int_equal(asst_error_status(err), ASST_EVALIDATION);
	assert_int_equal(asst_error_issue_count(err), 1);
	assert_string_equal(asst_error_issue_code(err, 0), sample->code);
	assert_string_equal(asst_error_issue_message(err, 0),
			    asst_error_message(err) + strlen(start) - strlen("expected "));
}

static void check_sample(const struct sample *sample)
{
	int want = sample->code ? ASST_EVALIDATION : ASST_OK;
	struct json_mem counts;
	struct asst__mem mem = json_mem_of(&counts);
	char *text = exact(sample->text, sample->size);
	asst_error *err = asst_error_new();
	asst__json *tree;
	int status;

	status = asst__json_scan(&tree, text, sample->size, NULL, &mem, err);
	if (status != want)
		fail_msg("%s: %d %s", sample->name, status, asst_error_message(err));
	assert_int_equal(tree != NULL, status == ASST_OK);
	if (sample->code)
		check_fault(err, sample);
	else
		assert_int_equal(asst_error_issue_count(err), 0);
	asst__json_free(tree);
	assert_int_equal(asst__json_scan(&tree, text, sample->size, NULL, &mem, NULL), want);
	asst__json_free(tree);
	if (!memchr(sample->text, 0, sample->size)) {
		status = asst__json_scan(&tree, sample->text, ASST_NUL, NULL, &mem, NULL);
		assert_int_equal(status, want);
		asst__json_free(tree);
	}
	assert_int_equal(counts.blocks, 0);
	assert_int_equal(counts.wrong, 0);
	asst_error_free(err);
	free(text);
}

static void test_samples(void **state)
{
	size_t i;

	(void)state;
	assert_true(ASST__COUNT(samples) >= 150);
	for (i = 0; i < ASST__COUNT(samples); i++)
		check_sample(&samples[i]);
}

/* An array or object that is cut short anywhere is refused. */
static void test_prefixes(void **state)
{
	asst__json *tree;
	size_t i, size;
	char *text, last;
	int status;

	(void)state;
	for (i = 0; i < ASST__COUNT(samples); i++) {
		size = samples[i].size;
		last = size ? samples[i].text[size - 1] : '\0';
		if (samples[i].code || (last != ']' && last != '}'))
			continue;
		while (size-- > 0) {
			text = exact(samples[i].text, size);
			status = asst__json_scan(&tree, text, size, NULL, &asst__mem_libc, NULL);
			assert_int_equal(status, ASST_EVALIDATION);
			assert_null(tree);
			free(text);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_prefixes),
	};

	return cmocka_run_group_tests_name("json_scan", tests, NULL, NULL) ? 1 : 0;
}
