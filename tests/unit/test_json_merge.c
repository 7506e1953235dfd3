/* SPDX-License-Identifier: MIT */
/* JSON Merge Patch (RFC 7396): the examples of the RFC, the order of members, wide objects. */
#include "json_tree.h"

static void expect_merge(const char *target_text, const char *patch_text, const char *want)
{
	asst__json *target = tree_of(target_text);
	asst__json *patch = tree_of(patch_text), *same = tree_of(patch_text);
	struct asst__text out;

	assert_int_equal(asst__json_merge(&target, patch, NULL), ASST_OK);
	expect_text(target, want);
	asst__text_init(&out, &asst__mem_libc, 1 << 20);
	asst__json_write(&out, same, &asst__mem_libc);
	expect_text(patch, out.data);
	asst__text_free(&out);
	asst__json_free(patch);
	asst__json_free(same);
	expect_text(target, want);
	asst__json_free(target);
}

static void test_merge(void **state)
{
	(void)state;
	/* RFC 7396 appendix A. */
	expect_merge("{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}");
	expect_merge("{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}");
	expect_merge("{\"a\":\"b\"}", "{\"a\":null}", "{}");
	expect_merge("{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}");
	expect_merge("{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}");
	expect_merge("{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}");
	expect_merge("{\"a\":{\"b\":\"c\"}}",
		     "{\"a\":{\"b\":\"d\",\"c\":null}}", "{\"a\":{\"b\":\"d\"}}");
	expect_merge("{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}");
	expect_merge("[\"a\",\"b\"]", "[\"c\",\"d\"]", "[\"c\",\"d\"]");
	expect_merge("{\"a\":\"b\"}", "[\"c\"]", "[\"c\"]");
	expect_merge("{\"a\":\"foo\"}", "null", "null");
	expect_merge("{\"a\":\"foo\"}", "\"bar\"", "\"bar\"");
	expect_merge("{\"e\":null}", "{\"a\":1}", "{\"a\":1,\"e\":null}");
	expect_merge("[1,2]", "{\"a\":\"b\",\"c\":null}", "{\"a\":\"b\"}");
	expect_merge("{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}");
	/* The example of section 3. */
	expect_merge("{\"title\":\"Goodbye!\",\"author\":{\"givenName\":\"John\","
		     "\"familyName\":\"Doe\"},\"tags\":[\"example\",\"sample\"],"
		     "\"content\":\"This will be unchanged\"}",
		     "{\"title\":\"Hello!\",\"phoneNumber\":\"+01-123-456-7890\","
		     "\"author\":{\"familyName\":null},\"tags\":[\"example\"]}",
		     "{\"author\":{\"givenName\":\"John\"},"
		     "\"content\":\"This will be unchanged\","
		     "\"phoneNumber\":\"+01-123-456-7890\",\"tags\":[\"example\"],"
		     "\"title\":\"Hello!\"}");
	/* Nulls in arrays are values; an object over a scalar loses its nulls. */
	expect_merge("{}", "{\"a\":[null,{\"b\":null}]}", "{\"a\":[null,{\"b\":null}]}");
	expect_merge("{\"a\":1}", "{\"a\":{\"b\":null,\"c\":1}}", "{\"a\":{\"c\":1}}");
	expect_merge("{\"a\":{\"b\":1}}", "{}", "{\"a\":{\"b\":1}}");
	expect_merge("1", "{}", "{}");
}

static void test_merge_order(void **state)
{
	asst__json *target = tree_of("{\"d\":1,\"b\":{\"x\":1},\"c\":3,\"a\":4}");
	asst__json *patch = tree_of("{\"z\":0,\"c\":null,\"a\":5,"
				    "\"b\":{\"y\":1},\"d\":{},\"q\":null,\"e\":1}");
	asst__json *none = NULL;

	(void)state;
	assert_int_equal(asst__json_merge(&target, patch, NULL), ASST_OK);
	expect_order(target, "dbaze");
	expect_order(asst__json_member(target, "b"), "xy");
	assert_int_equal(asst__json_merge(&none, patch, NULL), ASST_OK);
	expect_order(none, "zabde");
	assert_int_equal(asst__json_merge(&none, NULL, NULL), ASST_OK);
	expect_order(none, "zabde");
	asst__json_free(none);
	asst__json_free(target);
	asst__json_free(patch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_merge_order),
	};

	return cmocka_run_group_tests_name("json_merge", tests, NULL, NULL) ? 1 : 0;
}
