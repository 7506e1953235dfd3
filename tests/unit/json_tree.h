/* SPDX-License-Identifier: MIT */
/* Trees for the JSON tests: from text, to canonical text, and the order of their members. */
#ifndef TESTS_JSON_TREE_H
#define TESTS_JSON_TREE_H

#include "t.h"
#include "json_mem.h"

#include "base/text.h"
#include "json/json.h"

static inline asst__json *tree_of(const char *text)
{
	asst__json *tree;
	int status = asst__json_scan(&tree, text, ASST_NUL, NULL, &asst__mem_libc, NULL);

	if (status != ASST_OK)
		fail_msg("not read: %s", text);
	return tree;
}

static inline void expect_text(const asst__json *tree, const char *want)
{
	struct json_mem counts;
	struct asst__mem mem = json_mem_of(&counts);
	struct asst__text out;

	asst__text_init(&out, &mem, 1 << 24);
	asst__json_write(&out, tree, &mem);
	assert_int_equal(out.failed, ASST_OK);
	assert_string_equal(out.data, want);
	assert_int_equal(out.size, strlen(want));
	asst__text_free(&out);
	assert_int_equal(counts.blocks, 0);
	assert_int_equal(counts.wrong, 0);
}

/* The names in their own order, which the canonical text does not show. */
static inline void expect_order(const asst__json *object, const char *want)
{
	const asst__json *member = asst__json_first(object);

	for (; *want; want++, member = asst__json_next(member)) {
		assert_non_null(member);
		assert_int_equal(asst__json_name(member)[0], *want);
		assert_int_equal(asst__json_name(member)[1], '\0');
	}
	assert_null(member);
}

#endif
