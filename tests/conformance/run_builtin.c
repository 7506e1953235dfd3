/* SPDX-License-Identifier: MIT */
/*
 * Runs the conformance suite on a built-in backend: "run_builtin memory:" or
 * "run_builtin file:DIR", where each check gets a directory of its own below DIR, which
 * must exist. The directories are left for whoever made DIR. A second argument names the
 * one check to run.
 */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <assistant/error.h>

#include "asst_conformance.h"

/* Every batch waits for the disk, so fewer of them. */
#define EFFORT_OF_FILES 25

struct run {
	const char *where;
	int is_file;
	char own[4096]; /* where the present check has its files */
	size_t skipped;
};

static int open_again(void *user, asst_backend *backend, asst_error *err)
{
	struct run *run = user;

	return asst_backend_open(backend, run->is_file ? run->own : run->where, NULL, err);
}

static int open_fresh(void *user, asst_backend *backend, asst_error *err)
{
	struct run *run = user;

	if (run->is_file) {
		(void)snprintf(run->own, sizeof(run->own), "%s/check-XXXXXX", run->where);
		if (!mkdtemp(run->own + strlen("file:")))
			return asst_error_set(err, ASST_EIO, errno, "no directory for a check");
	}
	return open_again(user, backend, err);
}

static void report(void *user, const char *check, int outcome, const char *detail)
{
	static const char *const words[] = { "FAILED", "ok", "skipped" };
	struct run *run = user;

	run->skipped += outcome == ASST_CONFORMANCE_SKIPPED;
	printf("%s %s%s%s\n", words[outcome], check, *detail ? ": " : "", detail);
	(void)fflush(stdout);
}

int main(int argc, char **argv)
{
	struct asst_conformance_target target;
	size_t passed, failed;
	struct run run;

	memset(&run, 0, sizeof(run));
	run.where = argc > 1 ? argv[1] : "memory:";
	run.is_file = strncmp(run.where, "file:", 5) == 0;
	memset(&target, 0, sizeof(target));
	target.size = sizeof(target);
	target.user = &run;
	target.open = open_fresh;
	target.reopen = run.is_file ? open_again : NULL;
	target.report = report;
	target.effort = run.is_file ? EFFORT_OF_FILES : 0;
	if (argc > 2) {
		int status = asst_conformance_run_one(&target, argv[2]);

		passed = status == ASST_OK;
		failed = !passed && status != ASST_EUNSUPPORTED;
	} else {
		(void)asst_conformance_run(&target, &passed, &failed);
	}
	if (run.skipped)
		printf("%lu skipped\n", (unsigned long)run.skipped);
	printf("%lu passed, %lu failed\n", (unsigned long)passed, (unsigned long)failed);
	return failed != 0;
}
