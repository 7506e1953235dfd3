/* SPDX-License-Identifier: MIT */
/*
 * Every call of the file backend fails: with each error, once and from then on.
 *
 *   run_errors [EVERY]                 each EVERY-th call (1: all of them)
 *   run_errors TRY WORKLOAD WAY CALL FORGETS
 *                                      what one of the complaints is about, again
 */
#include "sim/errors.h"

#include "storage/backend.h"

#include <assistant/error.h>

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define COMPLAINTS 12

#define CALL(name) (1u << ASST_SIM_##name)
#define CHANGES \
	(CALL(OPEN) | CALL(WRITE) | CALL(SYNC) | CALL(SYNC_DIR) | CALL(RENAME) | CALL(UNLINK))
#define TRANSFERS (CALL(READ) | CALL(WRITE))
#define ALWAYS ASST_SIM_ALL

static const struct way {
	const char *name;
	enum asst_sim_way way;
	int error;
	uint64_t times;
	unsigned only;
	bool harmless; /* must not be noticed */
	bool full; /* nothing grows from then on */
} ways[] = {
	{ "EIO once", ASST_SIM_ERROR, -EIO, 1, 0, false, false },
	{ "EIO from then on", ASST_SIM_ERROR, -EIO, ALWAYS, 0, false, false },
	{ "EIO at each sync", ASST_SIM_ERROR, -EIO, ALWAYS, CALL(SYNC), false, false },
	{ "EIO at each write", ASST_SIM_ERROR, -EIO, ALWAYS, CALL(WRITE), false, false },
	{ "EIO in the middle of a write", ASST_SIM_TORN_WRITE, -EIO, 2, 0, false, false },
	{ "EIO though it is done", ASST_SIM_FALSE_ERROR, -EIO, 1, 0, false, false },
	{ "ENOSPC in the middle of a write", ASST_SIM_TORN_WRITE, -ENOSPC, 2, 0, false, false },
	{ "ENOSPC though it is done", ASST_SIM_FALSE_ERROR, -ENOSPC, 1, 0, false, false },
	{ "ENOSPC once", ASST_SIM_ERROR, -ENOSPC, 1, CHANGES, false, false },
	{ "ENOSPC from then on", ASST_SIM_ERROR, -ENOSPC, ALWAYS, CHANGES, false, false },
	{ "full disk", ASST_SIM_ERROR, 0, 0, 0, false, true },
	{ "EDQUOT once", ASST_SIM_ERROR, -EDQUOT, 1, CHANGES, false, false },
	{ "EMFILE once", ASST_SIM_ERROR, -EMFILE, 1, CALL(OPEN) | CALL(OPEN_DIR) | CALL(LIST),
	  false, false },
	{ "EMFILE from then on", ASST_SIM_ERROR, -EMFILE, ALWAYS,
	  CALL(OPEN) | CALL(OPEN_DIR) | CALL(LIST), false, false },
	{ "ENFILE once", ASST_SIM_ERROR, -ENFILE, 1, CALL(OPEN) | CALL(OPEN_DIR) | CALL(LIST),
	  false, false },
	{ "ENOMEM once", ASST_SIM_ERROR, -ENOMEM, 1, 0, false, false },
	{ "ENOMEM from then on", ASST_SIM_ERROR, -ENOMEM, ALWAYS, 0, false, false },
	{ "EINTR once", ASST_SIM_ERROR, -EINTR, 1, TRANSFERS, true, false },
	{ "EINTR five times", ASST_SIM_ERROR, -EINTR, 5, TRANSFERS, true, false },
	{ "EINTR once, other calls", ASST_SIM_ERROR, -EINTR, 1, ~TRANSFERS, false, false },
	{ "EINTR five times, other calls", ASST_SIM_ERROR, -EINTR, 5, ~TRANSFERS, false, false },
	{ "EACCES once", ASST_SIM_ERROR, -EACCES, 1, 0, false, false },
	{ "EACCES from then on", ASST_SIM_ERROR, -EACCES, ALWAYS, 0, false, false },
	{ "EROFS once", ASST_SIM_ERROR, -EROFS, 1, CHANGES, false, false },
	{ "EROFS from then on", ASST_SIM_ERROR, -EROFS, ALWAYS, CHANGES, false, false },
	{ "ESTALE once", ASST_SIM_ERROR, -ESTALE, 1, 0, false, false },
	{ "ESTALE from then on", ASST_SIM_ERROR, -ESTALE, ALWAYS, 0, false, false },
	{ "short read once", ASST_SIM_SHORT_READ, 0, 1, 0, true, false },
	{ "short reads from then on", ASST_SIM_SHORT_READ, 0, ALWAYS, 0, true, false },
	{ "short write once", ASST_SIM_SHORT_WRITE, 0, 1, 0, true, false },
	{ "short writes from then on", ASST_SIM_SHORT_WRITE, 0, ALWAYS, 0, true, false },
	{ "empty write once", ASST_SIM_EMPTY_WRITE, 0, 1, 0, true, false },
	{ "empty writes from then on", ASST_SIM_EMPTY_WRITE, 0, ALWAYS, 0, false, false },
};

#define WAYS (sizeof(ways) / sizeof(ways[0]))

static uint64_t seed;
static unsigned complaints;

static void try_one(const struct asst_sim_work *work, size_t way, uint64_t call, bool forgets,
		    struct asst_sim_errors *sum)
{
	const struct way *what = &ways[way];
	const struct asst_sim_plan plan = {
		.fail_at = what->full ? 0 : call,
		.fail_for = what->times,
		.way = what->way,
		.error = what->error,
		.only = what->only,
		.full_at = what->full ? call : 0,
	};
	const struct asst_sim_trial trial = { .work = work,
					      .plan = &plan,
					      .harmless = what->harmless,
					      .forgets = forgets,
					      .seed = seed + call };
	char said[256];

	asst_sim_try(&trial, sum, said);
	if (!said[0] || ++complaints > COMPLAINTS)
		return;
	printf("WRONG %s (options: %s), %s, from call %" PRIu64 " on%s:\n    %s\n", work->name,
	       work->config->name, what->name, call,
	       forgets ? ", what a failed sync left is gone" : "", said);
	printf("    again: run_errors TRY '%s' '%s' %" PRIu64 " %d\n", work->name, what->name, call,
	       forgets);
	(void)fflush(stdout);
}

static bool begin(struct asst_sim_work *work, const char *name)
{
	char said[256];

	if (!asst_sim_named(work, name)) {
		printf("there is no workload %s\n", name);
		return false;
	}
	if (!asst_sim_rehearse(work, said)) {
		printf("WRONG %s (options: %s), without any failure: %s\n", name,
		       work->config->name, said);
		return false;
	}
	return true;
}

/* A workload, with each call failing in one way. */
static void try_work(const struct asst_sim_work *work, size_t way, uint64_t every,
		     struct asst_sim_errors *sum)
{
	for (uint64_t call = 1 + seed % every; call <= work->calls; call += every) {
		try_one(work, way, call, false, sum);
		/* In a relaxed store what a disk loses before a sync may be acknowledged. */
		if (!work->config->options.process_only)
			try_one(work, way, call, true, sum);
	}
}

static void add(struct asst_sim_errors *sum, const struct asst_sim_errors *part)
{
	sum->trials += part->trials;
	sum->kept += part->kept;
	sum->refused += part->refused;
	sum->doubted += part->doubted;
	sum->found += part->found;
	sum->opens += part->opens;
	sum->failed += part->failed;
}

static bool report(const char *name, const struct asst_sim_errors *sum)
{
	bool right = sum->trials && !sum->failed;

	printf("%s %s: %" PRIu64 " runs in which it happened; batches: %" PRIu64 " kept, %" PRIu64
	       " refused, %" PRIu64 " in doubt, of which %" PRIu64 " were there; %" PRIu64
	       " opens failed; %" PRIu64 " wrong\n",
	       right ? "ok" : "FAILED", name, sum->trials, sum->kept, sum->refused, sum->doubted,
	       sum->found, sum->opens, sum->failed);
	(void)fflush(stdout);
	return right;
}

/* A disk of each size from nothing to more than enough. */
static bool run_full(size_t config, uint64_t every)
{
	struct asst_sim_full sum = { 0 };
	uint64_t room = 0, step = 1024 * every;
	bool enough = false, right;

	for (; !enough && room < 4u << 20; room += step) {
		char said[4][256] = { "", "", "", "" };

		enough = asst_sim_fill(config, room ? room : 1, &sum, said[0]);
		asst_sim_fill_dead(config, room ? room : 1, &sum, said[1]);
		if (config == 1)
			asst_sim_fill_empty(room ? room : 1, &sum, said[2]);
		if (config == 1)
			asst_sim_fill_large(room ? room : 1, &sum, said[3]);
		for (int i = 0; i < 4; i++) {
			sum.failed += said[i][0] != '\0';
			if (said[i][0] && sum.failed <= COMPLAINTS)
				printf("WRONG a disk with room for %" PRIu64 " bytes: %s\n", room,
				       said[i]);
		}
	}
	right = enough && !sum.failed && sum.filled && sum.deleted && sum.compacted &&
		(config == 0 || (sum.emptied && sum.large));
	printf("%s disks of 0 to %" PRIu64 " bytes in steps of %" PRIu64 ": %" PRIu64
	       " too small for a store, %" PRIu64 " filled, on which %" PRIu64 " of %" PRIu64
	       " batches that delete were taken; %" PRIu64 " emptied, %" PRIu64
	       " compacted; %" PRIu64 " wrong\n",
	       right ? "ok" : "FAILED", room, step, sum.too_small, sum.filled, sum.deleted,
	       sum.tried, sum.emptied, sum.compacted, sum.failed);
	return right;
}

/* Each call of a compaction goes wrong once, and each of its allocations. */
static bool run_again(size_t config)
{
	static const int errors[] = { -EIO, -ENOMEM, -ENOSPC, 0 };
	uint64_t runs = 0, wrong = 0, call;
	char said[256];

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		for (call = 1; asst_sim_compact_again(config, errors[i] ? call : 0,
						      errors[i] ? 0 : call, errors[i], said);
		     call++, runs++) {
			wrong += said[0] != '\0';
			if (said[0] && wrong <= COMPLAINTS)
				printf("WRONG compaction, %s %" PRIu64 " (error %d): %s\n",
				       errors[i] ? "call" : "allocation", call, -errors[i], said);
		}
	}
	printf("%s compactions that failed and were asked for again: %" PRIu64 " runs; %" PRIu64
	       " wrong\n", runs && !wrong ? "ok" : "FAILED", runs, wrong);
	return runs && !wrong;
}

static int run_all(uint64_t every)
{
	static const char *const kinds[] = { "c:%zu:0.7.10.3.12.4", "r:%zu:12.24",
					     "s:%zu:7.7.7.10.2.12.0" };
	size_t count = 0, passed = 0;
	struct asst_sim_work *works = asst_sim_alloc(sizeof(*works) * 8 * 3);
	struct asst_sim_errors all = { 0 };

	for (size_t config = 0; config < asst_sim_config_count; config++) {
		for (size_t kind = 0; kind < 3; kind++) {
			char name[48];

			(void)snprintf(name, sizeof(name), kinds[kind], config);
			if (!begin(&works[count], name))
				return 1;
			count++;
		}
	}
	for (size_t way = 0; way < WAYS; way++) {
		struct asst_sim_errors sum = { 0 };

		complaints = 0;
		for (size_t i = 0; i < count; i++)
			try_work(&works[i], way, every, &sum);
		passed += report(ways[way].name, &sum);
		add(&all, &sum);
	}
	for (size_t i = 0; i < count; i++)
		asst_sim_work_dispose(&works[i]);
	free(works);
	report("all", &all);
	for (size_t config = 0; config < ASST_SIM_FULL_CONFIGS; config++)
		passed += run_full(config, every);
	for (size_t config = 0; config < ASST_SIM_FULL_CONFIGS; config++)
		passed += run_again(config);
	printf("%zu passed, %zu failed\n", passed, WAYS + 2 * ASST_SIM_FULL_CONFIGS - passed);
	return passed != WAYS + 2 * ASST_SIM_FULL_CONFIGS;
}

static int run_try(const char *name, const char *way, uint64_t call, bool forgets)
{
	struct asst_sim_work *work = asst_sim_alloc(sizeof(*work));
	struct asst_sim_errors sum = { 0 };

	for (size_t i = 0; i < WAYS; i++) {
		if (strcmp(ways[i].name, way) == 0 && begin(work, name)) {
			try_one(work, i, call, forgets, &sum);
			asst_sim_work_dispose(work);
		}
	}
	free(work);
	printf("%d passed, %d failed\n", sum.trials && !sum.failed, !sum.trials || sum.failed);
	return !sum.trials || sum.failed;
}

int main(int argc, char **argv)
{
	int status;

	seed = asst_sim_seed();
	asst_sim_bases_make();
	if (argc > 5 && strcmp(argv[1], "TRY") == 0)
		status = run_try(argv[2], argv[3], strtoull(argv[4], NULL, 10), atoi(argv[5]) != 0);
	else
		status = run_all(argc > 1 && atoi(argv[1]) > 0 ? strtoull(argv[1], NULL, 10) : 1);
	asst_sim_bases_free();
	return status;
}
