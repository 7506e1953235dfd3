/* SPDX-License-Identifier: MIT */
/*
 * JSON without memory: each allocation fails once, first those of the scratch memory, then
 * those of malloc, where the nodes come from. Nothing leaks, nothing is half done and
 * called a success.
 */
#include "t.h"
#include "json_mem.h"

#include "base/text.h"
#include "json/json.h"

#include <assistant/error.h>

#include <stdio.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
	__has_feature(memory_sanitizer)
#define NO_HEAP 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__GLIBC__)
#define NO_HEAP 1
#endif

static struct {
	bool armed;
	size_t left; /* allocations until one fails */
	bool failed;
	long live;
} heap;

#ifndef NO_HEAP
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void __libc_free(void *block);

static bool heap_fails(void)
{
	if (!heap.armed || heap.left == SIZE_MAX || heap.left-- > 0)
		return false;
	heap.left = SIZE_MAX;
	heap.failed = true;
	return true;
}

static void *heap_count(void *block)
{
	heap.live += heap.armed && block;
	return block;
}

void *malloc(size_t size)
{
	return heap_fails() ? NULL : heap_count(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
	return heap_fails() ? NULL : heap_count(__libc_calloc(count, size));
}

void *realloc(void *block, size_t size)
{
	if (heap_fails())
		return NULL;
	return block ? __libc_realloc(block, size) : heap_count(__libc_malloc(size));
}

void free(void *block)
{
	heap.live -= heap.armed && block;
	__libc_free(block);
}
#endif

static const char document[] =
	"{\"a\":[1,true,null,\"x\\ny\"],\"b\":{\"c\":{\"d\":[[],{}]}},\"n0\":0,\"n1\":0,\"n2\":0,"
	"\"n3\":0,\"n4\":0,\"n5\":0,\"n6\":0,\"n7\":0,\"n8\":0,\"n9\":0,\"na\":0,\"nb\":0,"
	"\"nc\":0,\"nd\":0,\"ne\":0,\"nf\":0,\"s\":\"0123456789012345678901234567890123456789"
	"\\\"0123456789012345678901234567890123456789\"}";

/* Looking at a result is not what is tested. */
static void expect_text(const asst__json *tree, const char *want)
{
	bool armed = heap.armed;
	struct asst__text out;

	heap.armed = false;
	asst__text_init(&out, &asst__mem_libc, 1 << 20);
	asst__json_write(&out, tree, &asst__mem_libc);
	assert_int_equal(out.failed, ASST_OK);
	assert_string_equal(out.data, want);
	asst__text_free(&out);
	heap.armed = armed;
}

static int run_scan(const struct asst__mem *mem)
{
	asst__json *tree;
	int status = asst__json_scan(&tree, document, ASST_NUL, NULL, mem, NULL);

	assert_int_equal(tree != NULL, status == ASST_OK);
	if (tree)
		expect_text(tree, document);
	asst__json_free(tree);
	return status;
}

/* Detail may be missing, the status may not. */
static int run_fault(const struct asst__mem *mem)
{
	asst_error *err = asst_error_new();
	asst__json *tree;
	int status = asst__json_scan(&tree, "[1,{\"b\":1,\"b\":2}]", ASST_NUL, NULL, mem, err);

	assert_null(tree);
	assert_true(status == ASST_ENOMEM || status == ASST_EVALIDATION);
	if (err)
		assert_int_equal(asst_error_status(err), status);
	if (status == ASST_ENOMEM)
		assert_int_equal(asst_error_issue_count(err), 0);
	else if (asst_error_issue_count(err))
		assert_string_equal(asst_error_issue_code(err, 0), "json_duplicate_name");
	asst_error_free(err);
	return status == ASST_EVALIDATION ? ASST_OK : status;
}

static int run_write(const struct asst__mem *mem)
{
	asst__json *tree;
	struct asst__text out;
	int status = asst__json_scan(&tree, document, ASST_NUL, NULL, mem, NULL);

	if (status != ASST_OK)
		return status;
	asst__text_init(&out, mem, 1 << 20);
	asst__json_write(&out, tree, mem);
	status = out.failed;
	if (status == ASST_OK)
		assert_string_equal(out.data, document);
	asst__text_free(&out);
	asst__json_free(tree);
	return status;
}

static int run_copy(const struct asst__mem *mem)
{
	asst__json *tree, *copy;
	int status = asst__json_scan(&tree, document, ASST_NUL, NULL, mem, NULL);

	if (status != ASST_OK)
		return status;
	copy = asst__json_copy(tree);
	expect_text(tree, document);
	if (copy)
		expect_text(copy, document);
	asst__json_free(tree);
	status = copy ? ASST_OK : ASST_ENOMEM;
	asst__json_free(copy);
	return status;
}

/* A tree that could not be changed is the tree it was. */
static int run_set(const struct asst__mem *mem)
{
	static const char before[] = "{\"a\":1,\"b\":2,\"c\":3}";
	asst__json *tree;
	int status = asst__json_scan(&tree, before, ASST_NUL, NULL, mem, NULL);

	if (status != ASST_OK)
		return status;
	if (!asst__json_set(tree, "a", asst__json_new_string("new"))) {
		expect_text(tree, before);
		status = ASST_ENOMEM;
	} else if (!asst__json_set(tree, "d", asst__json_new_array())) {
		expect_text(tree, "{\"a\":\"new\",\"b\":2,\"c\":3}");
		status = ASST_ENOMEM;
	} else if (!asst__json_append(asst__json_member(tree, "d"), asst__json_new_number("4"))) {
		expect_text(tree, "{\"a\":\"new\",\"b\":2,\"c\":3,\"d\":[]}");
		status = ASST_ENOMEM;
	} else {
		expect_text(tree, "{\"a\":\"new\",\"b\":2,\"c\":3,\"d\":[4]}");
	}
	asst__json_free(tree);
	return status;
}

static int run_merge(const struct asst__mem *mem)
{
	static const char patch_text[] =
		"{\"a\":{\"x\":null,\"y\":1},\"b\":{\"c\":{\"d\":2},\"e\":[3]},\"n0\":null,"
		"\"z\":{\"z\":\"z\"}}";
	asst_error *err = asst_error_new();
	asst__json *tree = NULL, *patch = NULL;
	int status = asst__json_scan(&tree, document, ASST_NUL, NULL, mem, err);

	if (status == ASST_OK)
		status = asst__json_scan(&patch, patch_text, ASST_NUL, NULL, mem, err);
	if (status == ASST_OK)
		status = asst__json_merge(&tree, patch, err);
	if (patch)
		expect_text(patch, patch_text);
	if (status == ASST_OK) {
		asst__json_remove(tree, "s");
		asst__json_remove(tree, "nf");
		expect_text(asst__json_member(tree, "a"), "{\"y\":1}");
		expect_text(asst__json_member(tree, "b"), "{\"c\":{\"d\":2},\"e\":[3]}");
		expect_text(asst__json_member(tree, "z"), "{\"z\":\"z\"}");
		assert_null(asst__json_member(tree, "n0"));
		assert_int_equal(asst__json_count(tree), 17);
	} else if (err) {
		assert_int_equal(asst_error_status(err), status);
	}
	asst__json_free(tree);
	asst__json_free(patch);
	asst_error_free(err);
	return status;
}

static int run_merge_root(const struct asst__mem *mem)
{
	static const char patch_text[] = "{\"a\":[{\"b\":null}],\"c\":null}";
	asst__json *tree = NULL, *patch;
	int status = asst__json_scan(&patch, patch_text, ASST_NUL, NULL, mem, NULL);

	if (status != ASST_OK)
		return status;
	status = asst__json_merge(&tree, patch, NULL);
	assert_int_equal(tree != NULL, status == ASST_OK);
	if (tree)
		expect_text(tree, "{\"a\":[{\"b\":null}]}");
	asst__json_free(tree);
	asst__json_free(patch);
	return status;
}

static const struct {
	const char *name;
	int (*run)(const struct asst__mem *mem);
	bool detail; /* what fails may be detail that is not needed */
} runs[] = {
	{ "scan", run_scan, false },   { "fault", run_fault, true },
	{ "write", run_write, false }, { "copy", run_copy, false },
	{ "set", run_set, false },     { "merge", run_merge, true },
	{ "merge root", run_merge_root, false },
};

/* Run with the n-th allocation failing; whether there was an n-th. */
static bool run_with(size_t which, size_t n, bool of_heap)
{
	struct json_mem counts;
	struct asst__mem mem = json_mem_of(&counts);
	bool failed;
	int status;

	heap.left = SIZE_MAX;
	if (of_heap)
		heap.left = n;
	else
		counts.left = n;
	heap.failed = false;
	heap.live = 0;
	heap.armed = true;
	status = runs[which].run(&mem);
	heap.armed = false;
	failed = of_heap ? heap.failed : counts.left == SIZE_MAX;
	if (heap.live || counts.blocks || counts.wrong)
		fail_msg("%s, allocation %zu: %ld and %zu blocks are left, %zu sizes wrong",
			 runs[which].name, n, heap.live, counts.blocks, counts.wrong);
	if (status != (failed ? ASST_ENOMEM : ASST_OK) &&
	    !(failed && runs[which].detail && status == ASST_OK))
		fail_msg("%s, allocation %zu: status %d", runs[which].name, n, status);
	return failed;
}

static void run_all(bool of_heap)
{
	size_t which, n;

	for (which = 0; which < ASST__COUNT(runs); which++) {
		for (n = 0; run_with(which, n, of_heap); n++)
			;
		assert_true(n > 0);
		print_message("%s: %zu allocations failed\n", runs[which].name, n);
	}
}

static void test_scratch(void **state)
{
	(void)state;
	run_all(false);
}

#ifndef NO_HEAP
/* Not so where something else has taken malloc's place, such as valgrind. */
static bool counts_heap(void)
{
	void *volatile block;
	long live;

	heap.live = 0;
	heap.armed = true;
	block = malloc(1);
	live = heap.live;
	free(block);
	heap.armed = false;
	return live == 1;
}

static void test_heap(void **state)
{
	(void)state;
	if (counts_heap())
		run_all(true);
	else
		print_message("malloc is not ours here: nothing was tested\n");
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scratch),
#ifndef NO_HEAP
		cmocka_unit_test(test_heap),
#endif
	};

	return cmocka_run_group_tests_name("json_oom", tests, NULL, NULL) ? 1 : 0;
}
