/* SPDX-License-Identifier: MIT */
/*
 * The campaign: each operation of a table runs with its n-th allocation failing, for n from 1
 * until it runs through; once and from then on; with and without an asst_error. A program
 * defines the stage: what is there before, how it is shown, how it goes.
 */
#ifndef ASST_TESTS_OOM_RUN_H
#define ASST_TESTS_OOM_RUN_H

#include "t.h"

#include "oom_fault.h"
#include "oom_list.h"
#include "oom_text.h"

/* What an operation takes memory for. Where nothing is said, it takes none. */
#define HEAP 0x1u	/* malloc, whatever the store's allocator is */
#define STORE 0x2u	/* the store's allocator */
#define DETAIL 0x4u	/* on its way to success, for an error's detail that may be missing */
#define KEEPS 0x8u	/* what it keeps for later, on failure, too: the stage frees it */
#define MAYBE 0x10u	/* what fails may be done without: it succeeds all the same */
#define ALL (HEAP | STORE)

struct op {
	const char *function;
	const char *what;
	int want; /* the status without failures */
	unsigned flags;
	void (*prepare)(void);
	int (*run)(asst_error *err); /* writes what it got to out */
};

/* Of the program: moments differ in the time and the random numbers that the store gets. */
static void stage_open(enum source source);
static void stage_moment(int moment);
static void stage_show(struct text *text);
static void stage_close(void);

static struct text out; /* what the operation gave, on success */

static struct {
	const struct op *op;
	size_t n;
	bool from_then_on, detail;
	size_t points, complaints;
} now;

__attribute__((format(printf, 1, 2))) static void complain(const char *format, ...)
{
	va_list args;

	fault.armed = false;
	if (now.complaints++ > 30)
		return;
	printf("  %s (%s), allocation %zu of %s failing%s, %s error object: ", now.op->function,
	       now.op->what, now.n, fault.source == OF_HEAP ? "malloc" : "the host",
	       now.from_then_on ? " and all after it" : "", now.detail ? "with" : "without");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

/* For operations: something that must hold whether or not the call failed. */
#define EXPECT(condition)                                                     \
	do {                                                                  \
		if (!(condition))                                             \
			complain("not so: %s (line %d)", #condition, __LINE__); \
	} while (0)

/* What a run without failures gives: at the first and at the second moment. */
static struct expectation {
	struct text out, after;
} first, second;

static struct text before, after;

static void show(struct text *text)
{
	text->size = 0;
	stage_show(text);
}

static void stage_begin(const struct op *op, enum source source)
{
	heap.live = 0;
	heap.counting = true;
	host.live = 0;
	host.wrong = 0;
	fault.source = source;
	fault_plan(0, false);
	stage_open(source);
	if (op->prepare)
		op->prepare();
	out.size = 0;
}

static void stage_end(void)
{
	stage_close();
	heap.counting = false;
	if (heap.live || host.live)
		complain("%ld blocks of malloc and %ld of the host are left at the end", heap.live,
			 host.live);
	if (host.wrong)
		complain("%zu blocks came back with a wrong size", host.wrong);
}

static int run_once(const struct op *op, asst_error *err, int moment)
{
	int status;

	stage_moment(moment);
	out.size = 0;
	status = op->run(err);
	fault.armed = false;
	if (err && asst_error_status(err) != status)
		complain("the error object says %d, the call %d", asst_error_status(err), status);
	return status;
}

static void learn(const struct op *op, enum source source, int moment, struct expectation *to)
{
	asst_error *err;
	int status;

	now.n = 0;
	stage_begin(op, source);
	err = asst_error_new();
	status = run_once(op, err, moment);
	if (status != op->want)
		complain("without failures: status %d, not %d: %s", status, op->want,
			 asst_error_message(err));
	asst_error_free(err);
	text_copy(&to->out, &out);
	show(&to->after);
	stage_end();
}

static void expect_same(const struct text *want, const struct text *is, const char *what)
{
	if (text_same(want, is))
		return;
	complain("%s", what);
	text_explain(want, is);
}

/* Everything that an error object tells is there, whatever could not be allocated. */
static void read_error(const asst_error *err)
{
	size_t i;

	if (!asst_error_message(err) || (asst_error_status(err) && !asst_error_message(err)[0]))
		complain("no message");
	for (i = 0; i < asst_error_issue_count(err); i++) {
		if (!asst_error_issue_code(err, i)[0] || !asst_error_issue_pointer(err, i) ||
		    !asst_error_issue_message(err, i)[0])
			complain("issue %zu is not whole", i);
	}
}

/*
 * A store may keep one chunk for entries to come (base/slab.h), which is a block of malloc where
 * it is one of the host, too. That it is given back, like all else, is seen at the end.
 */
static bool is_kept(long more, long host_more)
{
	return more >= 0 && more <= 1 && host_more >= 0 && host_more <= more;
}

/* Nothing may have changed, and the same call succeeds when there is memory again. */
static void after_failure(const struct op *op, long live, long host_live)
{
	int status;

	show(&after);
	expect_same(&before, &after, "something changed");
	if (!(op->flags & KEEPS) && !is_kept(heap.live - live, host.live - host_live))
		complain("%ld blocks of malloc and %ld of the host more than before",
			 heap.live - live, host.live - host_live);
	fault_plan(0, false);
	status = run_once(op, NULL, 1);
	if (status != op->want)
		complain("afterwards, with memory: status %d, not %d", status, op->want);
	expect_same(&second.out, &out, "afterwards, with memory: another result");
	show(&after);
	expect_same(&second.after, &after, "afterwards, with memory: another state");
}

static bool may_be(const struct op *op, int status, bool hit)
{
	if (!hit)
		return status == op->want;
	if (status == ASST_ENOMEM)
		return true;
	return status == op->want &&
	       (op->want != ASST_OK || (op->flags & MAYBE) || (now.detail && (op->flags & DETAIL)));
}

/* Run with the n-th allocation failing; whether there was an n-th. */
static bool inject(const struct op *op, enum source source)
{
	asst_error *err;
	long live, host_live;
	bool hit;
	int status;

	stage_begin(op, source);
	show(&before);
	live = heap.live;
	host_live = host.live;
	err = now.detail ? asst_error_new() : NULL;
	fault_plan(now.n, now.from_then_on);
	status = run_once(op, err, 0);
	hit = fault.hits > 0;
	read_error(err);
	if (!may_be(op, status, hit))
		complain("status %d", status);
	if (status == op->want) {
		expect_same(&first.out, &out, "another result than without failures");
		show(&after);
		expect_same(&first.after, &after, "another state than without failures");
	} else if (out.size) {
		complain("a failed call gave something");
	}
	asst_error_free(err);
	if (status != ASST_OK)
		after_failure(op, live, host_live);
	stage_end();
	return hit;
}

static void run_op(const struct op *op, enum source source)
{
	bool takes = op->flags & (source == OF_HEAP ? ALL | DETAIL : STORE);
	size_t points = 0, modes;

	memset(&now, 0, sizeof(now));
	now.op = op;
	learn(op, source, 0, &first);
	learn(op, source, 1, &second);
	for (modes = 0; modes < 4; modes++) {
		now.from_then_on = modes & 1;
		now.detail = modes & 2;
		for (now.n = 1; inject(op, source) && now.complaints < 200; now.n++)
			points++;
	}
	if (takes != (points > 0))
		complain("%zu allocations failed, but it takes %s", points,
			 takes ? "memory" : "none");
	now.points = points;
}

/* The table has what the list says, and nothing else. */
static inline void check_listed(const char *group, const struct op *ops, size_t count)
{
	size_t i, k;

	for (i = 0; i < count; i++) {
		for (k = 0; k < T_COUNT(listed); k++) {
			if (listed[k].group && strcmp(listed[k].group, group) == 0 &&
			    strcmp(listed[k].function, ops[i].function) == 0)
				break;
		}
		if (k == T_COUNT(listed))
			fail_msg("%s is not listed under %s", ops[i].function, group);
	}
	for (k = 0; k < T_COUNT(listed); k++) {
		if (!listed[k].group || strcmp(listed[k].group, group) != 0)
			continue;
		for (i = 0; i < count && strcmp(listed[k].function, ops[i].function) != 0; i++)
			;
		if (i == count)
			fail_msg("%s is listed, but no operation calls it", listed[k].function);
	}
}

static inline void run_ops(const struct op *ops, size_t count, enum source source)
{
	size_t i, points = 0, complaints = 0;

	for (i = 0; i < count; i++) {
		run_op(&ops[i], source);
		points += now.points;
		complaints += now.complaints;
		printf("%-28s %-30s %6zu points%s\n", ops[i].function, ops[i].what, now.points,
		       now.complaints ? "  FAILED" : "");
	}
	printf("%zu operations, %zu allocations of %s failed\n", count, points,
	       source == OF_HEAP ? "malloc" : "the host");
	fflush(stdout);
	assert_int_equal(complaints, 0);
}

/* The tests of a program, whose operations are table. */
#define OOM_TESTS(group_, table_)                                                             \
	static void test_listed(void **state)                                                 \
	{                                                                                     \
		(void)state;                                                                  \
		check_listed(group_, table_, T_COUNT(table_));                                \
	}                                                                                     \
                                                                                              \
	static void test_heap(void **state)                                                   \
	{                                                                                     \
		(void)state;                                                                  \
		if (!heap_is_ours()) {                                                        \
			print_message("SKIP oom/" group_ ": malloc is not ours here\n");      \
			skip();                                                               \
		}                                                                             \
		run_ops(table_, T_COUNT(table_), OF_HEAP);                                    \
	}

/* The same where a store or a backend takes memory from the host. */
#define OOM_HOST_TEST(table_)                                                                 \
	static void test_host(void **state)                                                   \
	{                                                                                     \
		(void)state;                                                                  \
		run_ops(table_, T_COUNT(table_), OF_HOST);                                    \
	}

#endif
