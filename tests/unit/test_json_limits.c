/* SPDX-License-Identifier: MIT */
/* The scanner at its limits, on wide and deep documents, and where it says a fault is. */
#include "json_tree.h"

#include <assistant/error.h>

#include <stdio.h>

/* The status; the code of the issue must be the one given, or NULL for success. */
static void expect_scan(const char *text, size_t size, const struct asst__json_limits *limits,
			const char *code, size_t offset)
{
	struct json_mem counts;
	struct asst__mem mem = json_mem_of(&counts);
	asst_error *err = asst_error_new();
	asst__json *tree;
	int status = asst__json_scan(&tree, text, size, limits, &mem, err);

	if (code) {
		assert_null(tree);
		assert_string_equal(asst_error_issue_code(err, 0), code);
		assert_int_equal(asst_error_offset(err), offset);
		assert_int_equal(asst_error_issue_count(err), 1);
		assert_int_equal(status, strcmp(code, "json_duplicate_name") == 0 ?
				 ASST_EVALIDATION : ASST_ELIMIT);
	} else {
		assert_int_equal(status, ASST_OK);
		assert_non_null(tree);
	}
	assert_int_equal(counts.blocks, 0);
	assert_int_equal(counts.wrong, 0);
	asst__json_free(tree);
	asst_error_free(err);
}

static char *repeat(const char *before, const char *part, size_t count, const char *after)
{
	size_t part_size = strlen(part), i;
	char *text = malloc(strlen(before) + count * part_size + strlen(after) + 1), *to = text;

	assert_non_null(text);
	to += strlen(strcpy(to, before));
	for (i = 0; i < count; i++)
		to = (char *)memcpy(to, part, part_size) + part_size;
	strcpy(to, after);
	return text;
}

static void expect_repeat(const char *before, const char *part, size_t count, const char *after,
			  const struct asst__json_limits *limits, const char *code, size_t offset)
{
	char *text = repeat(before, part, count, after);

	expect_scan(text, ASST_NUL, limits, code, offset);
	free(text);
}

static void test_bytes(void **state)
{
	struct asst__json_limits limits = asst__json_default_limits;

	(void)state;
	limits.bytes = 10;
	expect_scan("[1234567]", 9, &limits, NULL, 0);
	expect_scan("[12345678]", 10, &limits, NULL, 0);
	expect_scan("[123456789]", 11, &limits, "json_bytes", 10);
	expect_scan("[123456789]", ASST_NUL, &limits, "json_bytes", 10);
	expect_scan("[12345678]x", 10, &limits, NULL, 0);
	limits.bytes = SIZE_MAX;
	expect_scan("[1]", ASST_NUL, &limits, NULL, 0);
	limits.bytes = 0;
	expect_scan("1", 1, &limits, "json_bytes", 0);
}

/* Refused before a byte of it is read: the pages were never touched. */
static void test_huge(void **state)
{
	size_t size = (size_t)64 * 1024 * 1024;
	char *text = calloc(size, 1);

	(void)state;
	assert_non_null(text);
	expect_scan(text, size, NULL, "json_bytes", asst__json_default_limits.bytes);
	memset(text, ' ', asst__json_default_limits.bytes + 1);
	expect_scan(text, ASST_NUL, NULL, "json_bytes", asst__json_default_limits.bytes);
	free(text);
}

static void test_depth(void **state)
{
	struct asst__json_limits limits = asst__json_default_limits;
	char shut[65], *text;
	size_t n;

	(void)state;
	for (n = 63; n <= 65; n++) {
		memset(shut, ']', 64);
		shut[n < 64 ? n : 64] = '\0';
		text = repeat("", "[", n, shut);
		expect_scan(text, ASST_NUL, NULL, n > 64 ? "json_depth" : NULL, 64);
		free(text);
	}
	/* More than the stack has is cut to what it has: one more than a document may have. */
	limits.depth = 1000;
	expect_repeat("", "[", 66, "", &limits, "json_depth", 65);
	expect_repeat("", "[", 100000, "", NULL, "json_depth", 64);
	expect_repeat("", "{\"a\":", 100000, "", NULL, "json_depth", 5 * 64);
	expect_repeat("", "[{\"a\":", 50000, "", NULL, "json_depth", 6 * 32);
	limits.depth = 1;
	expect_scan("[1,2]", ASST_NUL, &limits, NULL, 0);
	expect_scan("[1,[]]", ASST_NUL, &limits, "json_depth", 3);
	limits.depth = 0;
	expect_scan("1", ASST_NUL, &limits, NULL, 0);
	expect_scan(" {}", ASST_NUL, &limits, "json_depth", 1);
	/* Side by side is not nested. */
	expect_repeat("[0", ",[[]]", 1000, "]", NULL, NULL, 0);
}

static void test_nodes(void **state)
{
	struct asst__json_limits limits = asst__json_default_limits;

	(void)state;
	expect_repeat("[0", ",0", 65533, "]", NULL, NULL, 0);
	expect_repeat("[0", ",0", 65534, "]", NULL, NULL, 0);
	expect_repeat("[0", ",0", 65535, "]", NULL, "json_nodes", 2 + 2 * 65534 + 1);
	expect_repeat("[0", ",[]", 65535, "]", NULL, "json_nodes", 2 + 3 * 65534 + 1);
	limits.nodes = 3;
	expect_scan("[true,null]", ASST_NUL, &limits, NULL, 0);
	expect_scan("[true,null,\"\"]", ASST_NUL, &limits, "json_nodes", 11);
	expect_scan("[true,null,false]", ASST_NUL, &limits, "json_nodes", 11);
	expect_scan("{\"a\":1,\"b\":{},\"c\":{}}", ASST_NUL, &limits, "json_nodes", 18);
	limits.nodes = 0;
	expect_scan("[]", ASST_NUL, &limits, "json_nodes", 0);
}

static void test_lengths(void **state)
{
	struct asst__json_limits limits = asst__json_default_limits;
	const char *code;
	size_t n;

	(void)state;
	for (n = 255; n <= 257; n++) {
		code = n > 256 ? "json_name_length" : NULL;
		expect_repeat("{ \"", "n", n, "\":1}", NULL, code, 2);
		expect_repeat("{ \"", "\\u006e", n, "\":1}", NULL, code, 2);
	}
	for (n = 256 * 1024 - 1; n <= 256 * 1024 + 1; n++)
		expect_repeat("[\"", "s", n, "\"]", NULL,
			      n > 256 * 1024 ? "json_string_length" : NULL, 1);
	for (n = 127; n <= 129; n++) {
		code = n > 128 ? "json_number_length" : NULL;
		expect_repeat("[", "1", n, "]", NULL, code, 1);
		expect_repeat("", "1", n, "", NULL, code, 0);
		expect_repeat("[-0.", "0", n - 3, "]", NULL, code, 1);
	}
	limits.number_bytes = 1000; /* is cut to 128 */
	expect_repeat("", "1", 129, "", &limits, "json_number_length", 0);
	limits.string_bytes = 4;
	expect_scan("\"1234\"", ASST_NUL, &limits, NULL, 0);
	expect_scan("\"12345\"", ASST_NUL, &limits, "json_string_length", 0);
	expect_scan("\"\\ud83d\\ude00\"", ASST_NUL, &limits, NULL, 0);
	expect_scan("\"1\\ud83d\\ude00\"", ASST_NUL, &limits, "json_string_length", 0);
	/* An end that is missing as well does not matter: what is too long is not read on. */
	expect_scan("\"12345", ASST_NUL, &limits, "json_string_length", 0);
	limits.string_bytes = 0;
	expect_scan("{\"a\":\"\"}", ASST_NUL, &limits, NULL, 0);
}

/* Memory is bound by the limits, not by what the text announces. */
static void test_scratch(void **state)
{
	struct asst__json_limits limits = asst__json_default_limits;
	struct json_mem counts;
	struct asst__mem mem = json_mem_of(&counts);
	char *text = repeat("\"", "\\n", 100000, "\"");
	asst__json *tree;

	(void)state;
	limits.string_bytes = 1000;
	assert_int_equal(asst__json_scan(&tree, text, ASST_NUL, &limits, &mem, NULL), ASST_ELIMIT);
	assert_true(counts.peak <= 4096);
	free(text);
}

/* The i-th name, in an order that looks like none. */
static size_t shuffled(size_t i)
{
	return i * 7919 % 30011;
}

static void wide(struct asst__text *text, size_t count, size_t repeated)
{
	size_t i;

	asst__text_init(text, &asst__mem_libc, SIZE_MAX / 2);
	for (i = 0; i < count; i++)
		asst__text_add_format(text, "%c\"n%zu\":0", i ? ',' : '{', shuffled(i));
	if (repeated < count)
		asst__text_add_format(text, ",\"n%zu\":0", shuffled(repeated));
	asst__text_add_char(text, '}');
	assert_int_equal(text->failed, ASST_OK);
}

static void test_wide(void **state)
{
	static const size_t counts[] = { 2, 15, 16, 17, 18, 100, 30000 };
	struct asst__text text;
	size_t i, j, count, size;

	(void)state;
	for (i = 0; i < ASST__COUNT(counts); i++) {
		count = counts[i];
		wide(&text, count, SIZE_MAX);
		size = text.size;
		expect_scan(text.data, size, NULL, NULL, 0);
		asst__text_free(&text);
		for (j = 0; j < count; j += 1 + count / 20) {
			wide(&text, count, j);
			expect_scan(text.data, text.size, NULL, "json_duplicate_name", size);
			asst__text_free(&text);
		}
	}
}

/* Of several duplicates in a wide object the first one is told. */
static void test_first_duplicate(void **state)
{
	struct asst__text text;
	size_t i, first;

	(void)state;
	asst__text_init(&text, &asst__mem_libc, SIZE_MAX / 2);
	for (i = 0; i < 100; i++)
		asst__text_add_format(&text, "%c\"n%zu\":0", i ? ',' : '{', i);
	first = text.size + 1;
	for (i = 100; i > 0; i--)
		asst__text_add_format(&text, ",\"n%zu\":0", i - 1);
	asst__text_add_char(&text, '}');
	expect_scan(text.data, text.size, NULL, "json_duplicate_name", first);
	asst__text_free(&text);
}

/* Every second member replaced, every third taken away, as many added: not by square. */
static void test_wide_merge(void **state)
{
	struct asst__text text;
	asst__json *target, *patch, *member;
	size_t i, place = 0, count = 20000;

	(void)state;
	wide(&text, count, SIZE_MAX);
	target = tree_of(text.data);
	asst__text_clear(&text);
	for (i = count + 10000; i > 0; i--) {
		if (i - 1 >= count || (i - 1) % 2 == 0 || (i - 1) % 3 == 0)
			asst__text_add_format(&text, "%c\"n%zu\":%s", text.size ? ',' : '{',
					      shuffled(i - 1), (i - 1) % 3 ? "1" : "null");
	}
	asst__text_add_char(&text, '}');
	patch = tree_of(text.data);
	assert_int_equal(asst__json_merge(&target, patch, NULL), ASST_OK);
	member = asst__json_first(target);
	for (i = 0; i < count; i++) {
		if (i % 3 == 0)
			continue;
		assert_int_equal(strtoul(asst__json_name(member) + 1, NULL, 10), shuffled(i));
		assert_string_equal(asst__json_text(member), i % 2 ? "0" : "1");
		member = asst__json_next(member);
		place++;
	}
	assert_int_equal(asst__json_count(target), place + 6667);
	asst__json_free(target);
	asst__json_free(patch);
	asst__text_free(&text);
}

static void test_pointers(void **state)
{
	static const struct {
		const char *text, *pointer;
	} cases[] = {
		{ "", "" },                               { "[1,]", "/1" },
		{ "[}", "/0" },                           { "[1 2]", "" },
		{ "{\"a\":tru}", "/a" },                  { "{\"a\" 1}", "/a" },
		{ "{\"a\":1,}", "" },                     { "{\"a\":1 2}", "" },
		{ "{\"a\":[1,[2,3,{\"b\":01}]]}", "/a/1/2/b" },
		{ "[[],[],[\"\\q\"]]", "/2/0" },          { "{\"a/b\":{\"m~n\":x}}", "/a~1b/m~0n" },
		{ "{\"\":[{\"\":}]}", "//0/" },
		{ "{\"k\":{\"a\":1,\"\\u0061\":2}}", "/k/a" },
		{ "[{\"a\":1},{\"a\":1,\"a\":2}]", "/1/a" }, { "[[1],[2]}", "" },
		{ "{\"a\":\"x\",\"b\":\"\xFF\"}", "/b" }, { "{\"a\":1,\"\\ud800\":2}", "" },
		{ "[1]]", "" },                           { "{\"a\":{\"b\":{}}", "" },
	};
	asst_error *err = asst_error_new();
	asst__json *tree;
	size_t i;

	(void)state;
	for (i = 0; i < ASST__COUNT(cases); i++) {
		asst_error_free(err);
		err = asst_error_new();
		assert_int_equal(asst__json_scan(&tree, cases[i].text, ASST_NUL, NULL,
						 &asst__mem_libc, err), ASST_EVALIDATION);
		assert_string_equal(asst_error_issue_pointer(err, 0), cases[i].pointer);
	}
	asst_error_free(err);
}

static void test_messages(void **state)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "", "json_syntax at byte 0: expected a value, found the end" },
		{ "{\"a\":1;", "json_syntax at byte 6: expected ',' or '}', found ';'" },
		{ "[1\n\x01", "json_syntax at byte 3: expected ',' or ']', found byte 0x01" },
		{ "[\xEF\xBB\xBF",
		  "json_syntax at byte 1: expected a value or ']', found byte 0xef" },
		{ "{}{", "json_syntax at byte 2: expected nothing after the value, found '{'" },
		{ "\"\xC3\"", "json_utf8 at byte 1: expected valid UTF-8" },
		{ "\xEF\xBB\xBF[]", "json_syntax at byte 0: expected no byte order mark" },
	};
	asst_error *err = asst_error_new();
	asst__json *tree;
	size_t i;

	(void)state;
	for (i = 0; i < ASST__COUNT(cases); i++) {
		asst__json_scan(&tree, cases[i].text, ASST_NUL, NULL, &asst__mem_libc, err);
		assert_string_equal(asst_error_message(err), cases[i].message);
	}
	asst_error_free(err);
	assert_int_equal(asst__json_scan(&tree, NULL, 0, NULL, &asst__mem_libc, NULL),
			 ASST_EVALIDATION);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),   cmocka_unit_test(test_huge),
		cmocka_unit_test(test_depth),   cmocka_unit_test(test_nodes),
		cmocka_unit_test(test_lengths), cmocka_unit_test(test_scratch),
		cmocka_unit_test(test_wide),    cmocka_unit_test(test_first_duplicate),
		cmocka_unit_test(test_wide_merge), cmocka_unit_test(test_pointers),
		cmocka_unit_test(test_messages),
	};

	return cmocka_run_group_tests_name("json_limits", tests, NULL, NULL) ? 1 : 0;
}
