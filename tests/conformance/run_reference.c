/* SPDX-License-Identifier: MIT */
/*
 * Tests the conformance suite: the reference backend must pass it, and each planted
 * fault must be found, by the check that is about it.
 */
#include <stdio.h>
#include <string.h>

#include "asst_conformance.h"
#include "reference.h"

/* Enough to find the faults that show only among threads, and quick. */
#define EFFORT_OF_FAULTS 25

struct run {
	int fault;
	const char *wanted; /* the check that must fail; NULL for a right backend */
	struct reference *reference;
	size_t passed, failed, skipped;
	int is_found;
	char first[64]; /* the name of the first check that failed */
};

static int open_fresh(void *user, asst_backend *backend, asst_error *err)
{
	struct run *run = user;

	reference_free(run->reference);
	run->reference = reference_new(run->fault);
	return reference_attach(run->reference, backend, err);
}

static int open_again(void *user, asst_backend *backend, asst_error *err)
{
	struct run *run = user;

	return reference_attach(run->reference, backend, err);
}

static void report(void *user, const char *check, int outcome, const char *detail)
{
	struct run *run = user;

	run->passed += outcome == ASST_CONFORMANCE_PASSED;
	run->failed += outcome == ASST_CONFORMANCE_FAILED;
	run->skipped += outcome == ASST_CONFORMANCE_SKIPPED;
	if (outcome == ASST_CONFORMANCE_FAILED && run->failed == 1)
		(void)snprintf(run->first, sizeof(run->first), "%s", check);
	if (run->wanted && strcmp(check, run->wanted) == 0)
		run->is_found = outcome == ASST_CONFORMANCE_FAILED;
	if (!run->wanted && (outcome == ASST_CONFORMANCE_FAILED || *detail))
		printf("%s %s: %s\n", outcome == ASST_CONFORMANCE_PASSED ? "ok" : "FAILED", check,
		       detail);
}

static void run_suite(struct run *run, int fault, const char *wanted, uint32_t effort)
{
	struct asst_conformance_target target;

	memset(run, 0, sizeof(*run));
	run->fault = fault;
	run->wanted = wanted;
	memset(&target, 0, sizeof(target));
	target.size = sizeof(target);
	target.user = run;
	target.open = open_fresh;
	target.reopen = open_again;
	target.report = report;
	target.effort = effort;
	/* It is a data race among threads, which would end a run under a thread sanitizer. */
	if (fault == FAULT_OVERWRITES_IN_PLACE)
		(void)asst_conformance_run_one(&target, wanted);
	else
		(void)asst_conformance_run(&target, NULL, NULL);
	reference_free(run->reference);
}

int main(void)
{
	const struct reference_fault *fault;
	size_t passed, failed;
	struct run run;

	run_suite(&run, FAULT_NONE, NULL, 0);
	passed = run.passed;
	failed = run.failed + run.skipped;
	for (fault = reference_faults; fault->text; fault++) {
		run_suite(&run, fault->number, fault->check, EFFORT_OF_FAULTS);
		printf("%s %s: %s, %lu checks fail, the first is %s\n",
		       run.is_found ? "ok" : "FAILED", fault->text, fault->check,
		       (unsigned long)run.failed, run.failed ? run.first : "none");
		passed += run.is_found != 0;
		failed += run.is_found == 0;
	}
	printf("%lu passed, %lu failed\n", (unsigned long)passed, (unsigned long)failed);
	return failed != 0;
}
