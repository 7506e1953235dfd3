/* SPDX-License-Identifier: MIT */
/*
 * The control of this campaign: it must complain of each of these functions, which are broken
 * in the ways that it looks for, and of no other. What it says of them is printed on purpose.
 */
#include "oom_run.h"

#include <stdlib.h>

static char *text; /* what is there before */
static void *lost[64]; /* what was lost on purpose, for checkers that look for leaks */
static size_t losses;
static int changes;

static const struct asst_allocator *memory; /* the host's, or malloc */

static void *libc_alloc(void *user, size_t size)
{
	(void)user;
	return malloc(size);
}

static void *libc_realloc(void *user, void *block, size_t old_size, size_t new_size)
{
	(void)user;
	(void)old_size;
	return realloc(block, new_size);
}

static void libc_free(void *user, void *block, size_t size)
{
	(void)user;
	(void)size;
	free(block);
}

static const struct asst_allocator libc_allocator = {
	sizeof(struct asst_allocator), NULL, libc_alloc, libc_realloc, libc_free
};

static void *take(size_t size)
{
	return memory->alloc(memory->user, size);
}

static void give(void *block, size_t size)
{
	if (block)
		memory->free(memory->user, block, size);
}

static void lose(void *block)
{
	if (block && losses < T_COUNT(lost))
		lost[losses++] = block;
}

static void find_lost(void)
{
	while (losses > 0)
		give(lost[--losses], 16);
}

static void stage_open(enum source source)
{
	memory = source == OF_HOST ? &host_allocator : &libc_allocator;
	text = take(8);
	memcpy(text, "content", 8);
	changes = 0;
}

static void stage_moment(int moment)
{
	(void)moment;
}

static void stage_show(struct text *to)
{
	text_line(to, "text", text);
	text_format(to, "%d changes\n", changes);
}

static void stage_close(void)
{
	give(text, 8);
}

/* Two blocks, the second of which replaces the text; broken in one way, or in none. */
enum way { RIGHT, LEAKS, SAYS_OK, SAYS_OTHER, CHANGES, GIVES, WRONG_SIZE, BREAKS, LOSES };

static int work(enum way way, asst_error *err)
{
	char *a = take(16), *b = a || way == LEAKS ? take(8) : NULL;
	size_t size = way == WRONG_SIZE ? 15 : 16;

	if (way == BREAKS && changes > 0) {
		give(a, 16);
		give(b, 8);
		return asst_error_set(err, ASST_EIO, 0, "broken");
	}
	if (!a || !b) {
		changes += way == CHANGES || way == BREAKS;
		if (way == LEAKS)
			lose(a);
		else
			give(a, size);
		give(b, 8);
		if (way == SAYS_OK)
			return ASST_OK;
		return asst_error_set(err, way == SAYS_OTHER ? ASST_EIO : ASST_ENOMEM, 0, NULL);
	}
	memcpy(b, "changed", 8);
	give(text, 8);
	text = b;
	if (way == LOSES)
		lose(a);
	else
		give(a, size);
	return ASST_OK;
}

static int run(enum way way, asst_error *err)
{
	int status = FAILING(work(way, err));

	if (status == ASST_OK || way == GIVES)
		text_line(&out, "text", text);
	return status;
}

#define WAY(name_, way_)                       \
	static int run_##name_(asst_error *err) \
	{                                       \
		return run(way_, err);          \
	}

WAY(right, RIGHT)
WAY(leaks, LEAKS)
WAY(says_ok, SAYS_OK)
WAY(says_other, SAYS_OTHER)
WAY(changes, CHANGES)
WAY(gives, GIVES)
WAY(wrong_size, WRONG_SIZE)
WAY(breaks, BREAKS)
WAY(loses, LOSES)

static int run_nothing(asst_error *err)
{
	(void)err;
	return ASST_OK;
}

static const struct op ops[] = {
	{ "right", "", ASST_OK, ALL, NULL, run_right },
	{ "leaks", "", ASST_OK, ALL, NULL, run_leaks },
	{ "says it succeeded", "", ASST_OK, ALL, NULL, run_says_ok },
	{ "says another status", "", ASST_OK, ALL, NULL, run_says_other },
	{ "changes something", "", ASST_OK, ALL, NULL, run_changes },
	{ "gives a result", "", ASST_OK, ALL, NULL, run_gives },
	{ "breaks for later", "", ASST_OK, ALL, NULL, run_breaks },
	{ "loses a block on success", "", ASST_OK, ALL, NULL, run_loses },
	{ "takes no memory", "", ASST_OK, ALL, NULL, run_nothing },
	{ "takes memory", "", ASST_OK, 0, NULL, run_right },
	{ "frees with a wrong size", "", ASST_OK, ALL, NULL, run_wrong_size },
};

static void control(enum source source)
{
	/* malloc does not know sizes. */
	size_t i, count = T_COUNT(ops) - (source == OF_HEAP);

	for (i = 0; i < count; i++) {
		run_op(&ops[i], source);
		find_lost();
		printf("%-28s %zu points, %zu complaints\n", ops[i].function, now.points,
		       now.complaints);
		if ((now.complaints == 0) != (i == 0))
			fail_msg("%s: %zu complaints", ops[i].function, now.complaints);
	}
	assert_true(count > 9);
}

static void test_heap(void **state)
{
	(void)state;
	if (!heap_is_ours()) {
		print_message("SKIP oom/control: malloc is not ours here\n");
		skip();
	}
	control(OF_HEAP);
}

static void test_host(void **state)
{
	(void)state;
	control(OF_HOST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_heap),
		cmocka_unit_test(test_host),
	};

	return cmocka_run_group_tests_name("oom_control", tests, NULL, NULL) ? 1 : 0;
}
