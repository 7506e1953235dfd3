/* SPDX-License-Identifier: MIT */
/*
 * Runs the conformance suite on the example backend_sqlite.c: each check gets a database of
 * its own in a directory that is made for the run. An argument names the one check to run.
 */
#define BACKEND_SQLITE_NO_MAIN
#include "../../examples/backend_sqlite.c"

#include <errno.h>

#include "asst_conformance.h"

/* Every batch waits for the disk, so fewer of them. */
#define EFFORT 25

struct run {
	char directory[2048];
	char path[2100];
	size_t skipped;
};

static int open_again(void *user, asst_backend *backend, asst_error *err)
{
	struct run *run = user;

	return backend_sqlite_open(backend, run->path, err);
}

/* The other two files go where the last connection ends, unless it ended badly. */
static void remove_database(const struct run *run)
{
	static const char *const ends[] = { "", "-wal", "-shm" };
	char name[2200];
	size_t i;

	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		(void)snprintf(name, sizeof(name), "%s%s", run->path, ends[i]);
		(void)unlink(name);
	}
}

static int open_fresh(void *user, asst_backend *backend, asst_error *err)
{
	remove_database(user);
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
	const char *where = getenv("TMPDIR");
	struct asst_conformance_target target;
	size_t passed = 0, failed = 1;
	struct run run;

	memset(&run, 0, sizeof(run));
	(void)snprintf(run.directory, sizeof(run.directory), "%s/asst-XXXXXX",
		       where ? where : "/tmp");
	if (!mkdtemp(run.directory)) {
		printf("no directory for databases: error %d\n0 passed, 1 failed\n", errno);
		return 1;
	}
	(void)snprintf(run.path, sizeof(run.path), "%s/store.db", run.directory);
	memset(&target, 0, sizeof(target));
	target.size = sizeof(target);
	target.user = &run;
	target.open = open_fresh;
	target.reopen = open_again;
	target.report = report;
	target.effort = EFFORT;
	if (argc > 1) {
		passed = asst_conformance_run_one(&target, argv[1]) == ASST_OK;
		failed = !passed;
	} else {
		(void)asst_conformance_run(&target, &passed, &failed);
	}
	remove_database(&run);
	(void)rmdir(run.directory);
	/* It can be opened again, so that no check has a reason to be skipped. */
	printf("%lu passed, %lu failed\n", (unsigned long)passed,
	       (unsigned long)(failed + run.skipped));
	return failed || run.skipped;
}
