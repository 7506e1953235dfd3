/* SPDX-License-Identifier: MIT */
/*
 * The conformance suite for backends: does a backend keep the contract of
 * <assistant/sys/backend.h>? It needs the installed public headers, C99 and POSIX
 * threads, nothing else.
 *
 * How to use it: write a program that fills a target and runs the suite,
 *
 *	#include <assistant/sys/backend.h>
 *	#include "asst_conformance.h"
 *
 *	static int fresh(void *user, asst_backend *backend, asst_error *err)
 *	{
 *		return my_backend_open(backend, ":memory:", err);
 *	}
 *
 *	static void report(void *user, const char *check, int outcome, const char *detail)
 *	{
 *		if (outcome == ASST_CONFORMANCE_FAILED)
 *			printf("%s: %s\n", check, detail);
 *	}
 *
 *	int main(void)
 *	{
 *		struct asst_conformance_target target = { .size = sizeof(target) };
 *		size_t passed, failed;
 *
 *		target.open = fresh;
 *		target.report = report;
 *		asst_conformance_run(&target, &passed, &failed);
 *		printf("%zu passed, %zu failed\n", passed, failed);
 *		return failed != 0;
 *	}
 *
 * and compile it together with all files of this directory:
 *
 *	dir=$(pkg-config --variable=conformancedir libassistant)
 *	cc -I"$dir" mine.c "$dir"/asst_conformance*.c \
 *		$(pkg-config --cflags --libs libassistant) -lpthread
 *
 * It finds more when it is also run under -fsanitize=thread and -fsanitize=address.
 *
 * Environment: ASST_SEED, a number, chooses the batches of the random checks (a failed
 * one reports its seed); ASST_CONFORMANCE_EFFORT, a number, is the length of the
 * threaded and the random checks in percent of the usual. Both win over the target.
 *
 * Passing is necessary, not sufficient: the suite cannot cut the power, so durability is
 * seen only as far as "destroy, then reopen".
 */
#ifndef ASST_CONFORMANCE_H
#define ASST_CONFORMANCE_H

#include <assistant/sys/backend.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Outcomes of a check. */
#define ASST_CONFORMANCE_FAILED 0
#define ASST_CONFORMANCE_PASSED 1
#define ASST_CONFORMANCE_SKIPPED 2 /* needs reopen, which the target has not */

/* What is tested. Zero-fill it first. */
struct asst_conformance_target {
	size_t size; /* sizeof(struct asst_conformance_target) */
	void *user;  /* passed to every function */
	/*
	 * required: open a backend with nothing in it; called once for each check, after
	 * the previous backend was destroyed. The table is prepared by asst_backend_init().
	 */
	int (*open)(void *user, asst_backend *backend, asst_error *err);
	/*
	 * Open what was just destroyed again, with the same content. NULL where content
	 * does not outlive destroy; the checks that need it are then skipped.
	 */
	int (*reopen)(void *user, asst_backend *backend, asst_error *err);
	/* Told the outcome of each check; may be NULL. detail is never NULL. */
	void (*report)(void *user, const char *check, int outcome, const char *detail);
	uint64_t seed;   /* of the random checks; 0: a fixed one */
	uint32_t effort; /* percent of the usual length; 0: 100 */
};

/**
 * Run all checks.
 *
 * @param target  borrowed.
 * @param passed, failed  how many checks did; those skipped are in neither. May be NULL.
 * @return ASST_OK (none failed), ASST_EBACKEND (some did), ASST_EINVAL (the target is
 *         not filled in).
 */
int asst_conformance_run(const struct asst_conformance_target *target, size_t *passed,
			 size_t *failed);

/**
 * Run one check.
 *
 * @return ASST_OK (passed), ASST_EBACKEND (failed), ASST_EUNSUPPORTED (skipped),
 *         ASST_ENOTFOUND (no check has this name), ASST_EINVAL.
 */
int asst_conformance_run_one(const struct asst_conformance_target *target, const char *check);

/** How many checks there are. */
size_t asst_conformance_count(void);

/** The name of check i; NULL when i is out of range. */
const char *asst_conformance_name(size_t i);

/** The sentence of the contract that check i is about; NULL when i is out of range. */
const char *asst_conformance_sentence(size_t i);

#ifdef __cplusplus
}
#endif

#endif
