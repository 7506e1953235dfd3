/* SPDX-License-Identifier: MIT */
/* Trees: nodes, canonical text and JSON Pointer (RFC 6901). */
#include "t.h"
#include "json_tree.h"

static void expect_canonical(const char *text, const char *want)
{
	asst__json *tree = tree_of(text), *copy = asst__json_copy(tree);

	expect_text(tree, want);
	expect_text(copy, want);
	asst__json_free(tree);
	expect_text(copy, want);
	asst__json_free(copy);
	tree = tree_of(want);
	expect_text(tree, want);
	asst__json_free(tree);
}

static void test_read(void **state)
{
	asst__json *tree = tree_of("{\"n\":null,\"t\":true,\"f\":false,\"d\":-1.50e+1,"
				   "\"s\":\"x\\u00e9\",\"a\":[1,[]],\"o\":{}}");
	asst__json *node;

	(void)state;
	assert_int_equal(asst__json_kind(tree), ASST__JSON_OBJECT);
	assert_int_equal(asst__json_count(tree), 7);
	assert_null(asst__json_name(tree));
	assert_null(asst__json_next(tree));
	assert_int_equal(asst__json_kind(asst__json_member(tree, "n")), ASST__JSON_NULL);
	assert_int_equal(asst__json_kind(asst__json_member(tree, "f")), ASST__JSON_BOOL);
	assert_int_equal(asst__json_bool(asst__json_member(tree, "t")), 1);
	assert_int_equal(asst__json_bool(asst__json_member(tree, "f")), 0);
	node = asst__json_member(tree, "d");
	assert_int_equal(asst__json_kind(node), ASST__JSON_NUMBER);
	assert_string_equal(asst__json_text(node), "-1.50e+1");
	assert_string_equal(asst__json_name(node), "d");
	node = asst__json_next(node);
	assert_int_equal(asst__json_kind(node), ASST__JSON_STRING);
	assert_string_equal(asst__json_text(node), "x\xC3\xA9");
	node = asst__json_member(tree, "a");
	assert_int_equal(asst__json_kind(node), ASST__JSON_ARRAY);
	assert_null(asst__json_text(node));
	assert_int_equal(asst__json_count(node), 2);
	assert_null(asst__json_name(asst__json_first(node)));
	assert_null(asst__json_member(node, "a"));
	assert_null(asst__json_member(tree, "N"));
	assert_null(asst__json_member(tree, ""));
	assert_null(asst__json_first(asst__json_member(tree, "o")));
	asst__json_free(tree);
}

static void test_absent(void **state)
{
	(void)state;
	assert_int_equal(asst__json_kind(NULL), 0);
	assert_int_equal(asst__json_bool(NULL), 0);
	assert_null(asst__json_text(NULL));
	assert_null(asst__json_name(NULL));
	assert_int_equal(asst__json_count(NULL), 0);
	assert_null(asst__json_first(NULL));
	assert_null(asst__json_next(NULL));
	assert_null(asst__json_member(NULL, "a"));
	assert_null(asst__json_take(NULL, "a"));
	assert_null(asst__json_copy(NULL));
	assert_null(asst__pointer_get(NULL, ""));
	asst__json_remove(NULL, "a");
	asst__json_free(NULL);
}

static void test_build(void **state)
{
	asst__json *tree = asst__json_new_object(), *array = asst__json_new_array(), *taken;

	(void)state;
	assert_true(asst__json_append(array, asst__json_new_null()));
	assert_true(asst__json_append(array, asst__json_new_bool(7)));
	assert_true(asst__json_append(array, asst__json_new_bool(0)));
	assert_true(asst__json_append(array, asst__json_new_number("1e3")));
	assert_true(asst__json_set(tree, "z", array));
	/* The node itself is in the tree. */
	assert_true(asst__json_append(array, asst__json_new_string("s")));
	assert_true(asst__json_set(tree, "a", asst__json_new_object()));
	expect_text(tree, "{\"a\":{},\"z\":[null,true,false,1e3,\"s\"]}");

	/* Children are consumed by calls that fail, too; a sanitizer sees to it. */
	assert_false(asst__json_append(tree, asst__json_new_null()));
	assert_false(asst__json_append(NULL, asst__json_new_null()));
	assert_false(asst__json_append(array, NULL));
	assert_false(asst__json_set(array, "a", asst__json_new_null()));
	assert_false(asst__json_set(NULL, "a", asst__json_new_null()));
	assert_false(asst__json_set(tree, "a", NULL));
	assert_false(asst__json_set(tree, NULL, asst__json_new_null()));
	expect_text(tree, "{\"a\":{},\"z\":[null,true,false,1e3,\"s\"]}");

	taken = asst__json_take(tree, "z");
	assert_ptr_equal(taken, array);
	assert_null(asst__json_name(taken));
	assert_null(asst__json_next(taken));
	assert_null(asst__json_take(tree, "z"));
	assert_true(asst__json_set(tree, "y", taken));
	assert_string_equal(asst__json_name(taken), "y");
	asst__json_remove(tree, "a");
	asst__json_remove(tree, "a");
	expect_text(tree, "{\"y\":[null,true,false,1e3,\"s\"]}");
	asst__json_free(tree);
}

/* A scanned tree has memory of its own, which nothing put elsewhere may need. */
static void test_taken_outlives_its_tree(void **state)
{
	asst__json *tree = tree_of("{\"a\":[1,{\"b\":\"x\"}],\"c\":\"y\",\"d\":true}");
	asst__json *other = asst__json_new_object(), *array = asst__json_new_array();

	(void)state;
	assert_true(asst__json_set(other, "z", asst__json_new_null()));
	assert_true(asst__json_set(other, "z", asst__json_take(tree, "a")));
	assert_true(asst__json_append(array, asst__json_take(tree, "c")));
	assert_true(asst__json_add(other, "list", array));
	/* A whole one, too, and into one that was scanned. */
	assert_true(asst__json_set(tree, "e", tree_of("[2]")));
	expect_text(tree, "{\"d\":true,\"e\":[2]}");
	asst__json_free(asst__json_take(tree, "d"));
	asst__json_free(asst__json_take(tree, "e"));
	asst__json_free(tree);
	expect_text(other, "{\"list\":[\"y\"],\"z\":[1,{\"b\":\"x\"}]}");
	asst__json_free(other);
}

/* More values than a text of that size is expected to have. */
static void test_dense(void **state)
{
	enum { COUNT = 5000 };
	char text[2 * COUNT + 2];
	asst__json *tree, *item;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT; i++) {
		text[2 * i] = i ? ',' : '[';
		text[2 * i + 1] = (char)('0' + i % 10);
	}
	memcpy(text + sizeof(text) - 2, "]", 2);
	tree = tree_of(text);
	assert_int_equal(asst__json_count(tree), COUNT);
	for (i = 0, item = asst__json_first(tree); item; item = asst__json_next(item), i++)
		assert_int_equal(asst__json_text(item)[0], '0' + i % 10);
	expect_text(tree, text);
	asst__json_free(tree);
}

static void test_set_in_place(void **state)
{
	static const char names[] = "dbca";
	char name[2] = "";
	asst__json *tree, *value;
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		tree = tree_of("{\"d\":1,\"b\":[2],\"c\":3,\"a\":4}");
		name[0] = names[i];
		value = asst__json_new_string("new");
		assert_true(asst__json_set(tree, name, value));
		expect_order(tree, names);
		assert_ptr_equal(asst__json_member(tree, name), value);
		/* Also by a name that goes away with what it names. */
		assert_true(asst__json_set(tree, asst__json_name(value), asst__json_new_null()));
		expect_order(tree, names);
		assert_true(asst__json_set(tree, "e", asst__json_new_null()));
		expect_order(tree, "dbcae");
		asst__json_remove(tree, name);
		assert_int_equal(asst__json_count(tree), 4);
		assert_true(asst__json_set(tree, name, asst__json_new_null()));
		assert_string_equal(asst__json_name(asst__json_member(tree, name)), name);
		asst__json_free(tree);
	}
	tree = tree_of("{\"a\":1}");
	assert_true(asst__json_set(tree, "a", asst__json_new_number("2")));
	expect_text(tree, "{\"a\":2}");
	asst__json_free(tree);
}

static void test_canonical(void **state)
{
	(void)state;
	expect_canonical("null", "null");
	expect_canonical(" [ ] ", "[]");
	expect_canonical("\"\"", "\"\"");
	expect_canonical("{\"b\":1,\"a\":{\"d\":[],\"c\":{}}}",
			 "{\"a\":{\"c\":{},\"d\":[]},\"b\":1}");
	expect_canonical("[ 1.0 , -0 , 1E+2, 0.10,true ,false]", "[1.0,-0,1E+2,0.10,true,false]");
	expect_canonical("\"\\u0041\\/\\u00e9\\uD83D\\uDE00\"", "\"A/\xC3\xA9\xF0\x9F\x98\x80\"");
	expect_canonical("\"\\\"\\\\\\b\\f\\n\\r\\t\"", "\"\\\"\\\\\\b\\f\\n\\r\\t\"");
	expect_canonical("\"\\u0001\\u000b\\u001F\x7F\"", "\"\\u0001\\u000b\\u001f\x7F\"");
	expect_canonical("\"0123456789\\n012345\\\"6789abcdef\\\\\"",
			 "\"0123456789\\n012345\\\"6789abcdef\\\\\"");
	/* Bytes, not characters of some language: upper case, lower case, all others. */
	expect_canonical("{\"\xC3\xA4\":1,\"a\":2,\"B\":3,\"\":4,\"aa\":5,\"\xEF\xBF\xBD\":6,"
			 "\"\xF0\x90\x80\x80\":7,\"\\n\":8}",
			 "{\"\":4,\"\\n\":8,\"B\":3,\"a\":2,\"aa\":5,\"\xC3\xA4\":1,"
			 "\"\xEF\xBF\xBD\":6,\"\xF0\x90\x80\x80\":7}");
}

/* Any order of the members gives the same text. */
static void test_canonical_wide(void **state)
{
	uint64_t seed = t_seed();
	asst__json *tree;
	struct asst__text want, in;
	size_t count, i, at, step;

	(void)state;
	for (count = 1; count <= 60; count++) {
		asst__text_init(&want, &asst__mem_libc, 1 << 20);
		asst__text_init(&in, &asst__mem_libc, 1 << 20);
		for (i = 0; i < count; i++)
			asst__text_add_format(&want, "%c\"%03zu\":%zu", i ? ',' : '{', i, i);
		step = 61 * (1 + t_random_below(&seed, 1000)) + 1 + t_random_below(&seed, 60);
		for (i = 0; i < 61; i++) { /* 61 is prime: each number once */
			at = (i * step) % 61;
			if (at < count)
				asst__text_add_format(&in, "%c\"%03zu\":%zu", in.size ? ',' : '{',
						      at, at);
		}
		asst__text_add_char(&want, '}');
		asst__text_add_char(&in, '}');
		tree = tree_of(in.data);
		expect_text(tree, want.data);
		asst__json_free(tree);
		asst__text_free(&want);
		asst__text_free(&in);
	}
}

static void test_deep(void **state)
{
	asst__json *tree = asst__json_new_array(), *outer, *copy;
	struct asst__text out;
	size_t depth;

	(void)state;
	assert_true(asst__json_append(tree, asst__json_new_null()));
	for (depth = 2; depth <= ASST__JSON_DEPTH + 1; depth++) {
		outer = asst__json_new_array();
		assert_true(asst__json_append(outer, tree));
		tree = outer;
		copy = asst__json_copy(tree);
		asst__text_init(&out, &asst__mem_libc, 1000);
		asst__json_write(&out, tree, &asst__mem_libc);
		assert_int_equal(out.failed, depth <= ASST__JSON_DEPTH ? ASST_OK : ASST_ELIMIT);
		if (depth <= ASST__JSON_DEPTH)
			expect_text(copy, out.data);
		else
			assert_null(copy);
		asst__text_free(&out);
		asst__json_free(copy);
	}
	asst__json_free(tree);
}

static void test_write_cap(void **state)
{
	asst__json *tree = tree_of("{\"a\":[1,2,3]}");
	struct asst__text out;

	(void)state;
	asst__text_init(&out, &asst__mem_libc, 8);
	asst__json_write(&out, tree, &asst__mem_libc);
	assert_int_equal(out.failed, ASST_ELIMIT);
	asst__text_free(&out);
	asst__json_free(tree);
}

static void test_pointer_get(void **state)
{
	/* The document and the pointers of RFC 6901 section 5. */
	asst__json *tree = tree_of("{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"c%d\":2,"
				   "\"e^f\":3,\"g|h\":4,\"i\\\\j\":5,\"k\\\"l\":6,"
				   "\" \":7,\"m~n\":8,\"~1\":9,"
				   "\"o\":{\"\":{\"\":10}}}");
	static const struct {
		const char *pointer, *text;
	} good[] = {
		{ "/foo", "[\"bar\",\"baz\"]" }, { "/foo/0", "\"bar\"" }, { "/foo/1", "\"baz\"" },
		{ "/", "0" },      { "/a~1b", "1" },  { "/c%d", "2" },   { "/e^f", "3" },
		{ "/g|h", "4" },   { "/i\\j", "5" },  { "/k\"l", "6" },  { "/ ", "7" },
		{ "/m~0n", "8" },  { "/~01", "9" },   { "/o//", "10" },  { "/o/", "{\"\":10}" },
	};
	static const char *const bad[] = {
		"foo", "/fo", "/fooo", "/foo/", "/foo/2", "/foo/-", "/foo/00", "/foo/01", "/foo/+1",
		"/foo/-1", "/foo/1x", "/foo/x", "/foo/ 1", "/foo/0/0", "/foo/18446744073709551616",
		"/foo/99999999999999999999999", "/a/b", "/m~n", "/m~2n", "/~", "/foo~", "/foo/0~",
		"#/foo",
		"/o///", "/Foo", "//", "/a~1b/",
	};
	size_t i;

	(void)state;
	assert_ptr_equal(asst__pointer_get(tree, ""), tree);
	for (i = 0; i < ASST__COUNT(good); i++)
		expect_text(asst__pointer_get(tree, good[i].pointer), good[i].text);
	for (i = 0; i < ASST__COUNT(bad); i++)
		assert_null(asst__pointer_get(tree, bad[i]));
	asst__json_free(tree);
}

static void test_pointer_add(void **state)
{
	struct asst__text pointer;

	(void)state;
	asst__text_init(&pointer, &asst__mem_libc, 100);
	asst__pointer_add(&pointer, "a/b~");
	asst__pointer_add(&pointer, "");
	asst__pointer_add(&pointer, "~1");
	asst__pointer_add_index(&pointer, 0);
	asst__pointer_add_index(&pointer, 120);
	assert_string_equal(pointer.data, "/a~1b~0//~01/0/120");
	asst__text_free(&pointer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),         cmocka_unit_test(test_absent),
		cmocka_unit_test(test_build),        cmocka_unit_test(test_set_in_place),
		cmocka_unit_test(test_dense),        cmocka_unit_test(test_taken_outlives_its_tree),
		cmocka_unit_test(test_canonical),    cmocka_unit_test(test_canonical_wide),
		cmocka_unit_test(test_deep),         cmocka_unit_test(test_write_cap),
		cmocka_unit_test(test_pointer_get),  cmocka_unit_test(test_pointer_add),
	};

	return cmocka_run_group_tests_name("json_tree", tests, NULL, NULL) ? 1 : 0;
}
