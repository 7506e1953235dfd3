/* SPDX-License-Identifier: MIT */
/*
 * Crash tests of the file backend on a simulated disk.
 *
 *   run_crash SHORT [BUDGET]   workloads of up to 2 operations and some random ones
 *   run_crash LONG [BUDGET]    all of up to 3, and random ones until a million disks are checked
 *   run_crash FAULTS           each seeded fault of the protocol must be found
 *   run_crash FAULT NAME       one of them: fails, and shows how it is found
 *   run_crash POINT WORKLOAD CALL IMAGE
 *                              what one of the complaints is about, again
 *
 * BUDGET: so many disks are checked for each call before which the power fails.
 */
#include "sim/crash.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SHORT_LEAST 10000u
#define LONG_LEAST 1000000u

/* Rehearse and explore; all: from its first call on, else from its last deed on. */
static void run_work(const char *name, bool all, const struct asst_sim_effort *effort,
		     struct asst_sim_tally *tally)
{
	struct asst_sim_work *work = asst_sim_alloc(sizeof(*work));
	char said[256];

	if (!asst_sim_named(work, name)) {
		printf("there is no workload %s\n", name);
		tally->failed++;
	} else if (!asst_sim_rehearse(work, said)) {
		tally->failed++;
		if (!effort->quiet)
			printf("WRONG %s (options: %s), without any failure: %s\n", name,
			       work->config->name, said);
	} else {
		asst_sim_explore(work, all || !work->count ? 0 : work->begins[work->count - 1],
				 effort, tally);
	}
	asst_sim_work_dispose(work);
	free(work);
}

/*
 * All rows of letters of one length, or each every-th one, others for each of the options.
 * What begins alike was explored with the shorter row.
 */
static void run_rows(char kind, size_t config, size_t length, size_t every,
		     const struct asst_sim_effort *effort, struct asst_sim_tally *tally)
{
	size_t rows = 1;

	for (size_t i = 0; i < length; i++)
		rows *= asst_sim_letter_count;
	for (size_t row = length < 2 ? 0 : config % every; row < rows;
	     row += length < 2 ? 1 : every) {
		char name[48];
		int used = snprintf(name, sizeof(name), "%c:%zu:", kind, config);
		size_t rest = row;

		for (size_t i = 0; i < length; i++) {
			used += snprintf(name + used, sizeof(name) - (size_t)used, "%s%zu",
					 i ? "." : "", rest % asst_sim_letter_count);
			rest /= asst_sim_letter_count;
		}
		run_work(name, length <= 1 && row == 0, effort, tally);
		if (effort->first_only && tally->failed)
			return;
	}
}

static void run_random(char kind, size_t config, uint64_t seed, size_t count,
		       const struct asst_sim_effort *effort, struct asst_sim_tally *tally)
{
	char name[48];

	(void)snprintf(name, sizeof(name), "%c:%zu:%" PRIu64 ".%zu", kind, config, seed % 1000000,
		       count);
	run_work(name, true, effort, tally);
}

static void add(struct asst_sim_tally *sum, const struct asst_sim_tally *part)
{
	sum->works += part->works;
	sum->points += part->points;
	sum->states += part->states;
	sum->nested += part->nested;
	sum->whole += part->whole;
	sum->cut += part->cut;
	sum->failed += part->failed;
	if (part->pending_most > sum->pending_most)
		sum->pending_most = part->pending_most;
}

static void report(const char *what, const char *config, const struct asst_sim_tally *tally)
{
	printf("%s %s (%s): %" PRIu64 " workloads, %" PRIu64 " points, %" PRIu64 " disks, %" PRIu64
	       " after a second failure; up to %" PRIu64 " unsynced changes; all disks of %" PRIu64
	       " points, a part of %" PRIu64 "; %" PRIu64 " wrong\n",
	       tally->failed || !tally->states ? "FAILED" : "ok", what, config, tally->works,
	       tally->points, tally->states, tally->nested, tally->pending_most, tally->whole,
	       tally->cut, tally->failed);
	(void)fflush(stdout);
}

struct sum {
	struct asst_sim_tally all;
	unsigned passed, failed;
};

static void class_end(struct sum *sum, const char *what, size_t config,
		      const struct asst_sim_tally *tally)
{
	report(what, asst_sim_configs[config].name, tally);
	add(&sum->all, tally);
	if (tally->failed || !tally->states)
		sum->failed++;
	else
		sum->passed++;
}

static void run_classes(struct sum *sum, const struct asst_sim_effort *effort, size_t length,
			size_t every, size_t randoms, size_t deeds)
{
	static const char *const names[] = { "create", "1 operation", "2 operations",
					     "3 operations" };

	for (size_t config = 0; config < asst_sim_config_count; config++) {
		struct asst_sim_tally tally = { 0 };
		uint64_t random = effort->seed + config;

		run_rows('c', config, 0, 1, effort, &tally);
		run_rows('c', config, 1, 1, effort, &tally);
		class_end(sum, names[0], config, &tally);
		for (size_t i = 1; i <= length; i++) {
			memset(&tally, 0, sizeof(tally));
			run_rows('s', config, i, every, effort, &tally);
			class_end(sum, names[i], config, &tally);
		}
		memset(&tally, 0, sizeof(tally));
		for (size_t i = 0; i < randoms; i++)
			run_random('r', config, asst_sim_random(&random), deeds, effort, &tally);
		class_end(sum, "random", config, &tally);
		memset(&tally, 0, sizeof(tally));
		for (size_t i = 0; i < randoms; i++)
			run_random('h', config, asst_sim_random(&random), 2 * deeds, effort,
				   &tally);
		class_end(sum, "heavy", config, &tally);
	}
	for (size_t config = 0; config < 2; config++) {
		struct asst_sim_tally tally = { 0 };

		asst_sim_explore_threads(&asst_sim_configs[config], length, effort, &tally);
		class_end(sum, "threads", config, &tally);
	}
}

static int run_campaign(bool is_long, uint64_t budget)
{
	struct asst_sim_effort effort = { .seed = asst_sim_seed() };
	uint64_t random = effort.seed ^ 7, least = is_long ? LONG_LEAST : SHORT_LEAST;
	struct sum sum;

	memset(&sum, 0, sizeof(sum));
	effort.budget = budget ? budget : is_long ? 5000 : 16;
	effort.nest_every = is_long ? 16 : 64;
	effort.after_kill = is_long ? 2 : 4;
	effort.bridge_every = is_long ? 4 : 24;
	asst_sim_bases_make();
	run_classes(&sum, &effort, is_long ? 3 : 2, is_long ? 1 : 5, is_long ? 6 : 1,
		    is_long ? 40 : 24);
	for (size_t config = 0; sum.all.states < least && config < asst_sim_config_count;
	     config++) {
		struct asst_sim_tally tally = { 0 };
		uint64_t more = (least - sum.all.states) / (asst_sim_config_count - config) + 1;

		while (tally.states < more && tally.works < 10000)
			run_random('r', config, asst_sim_random(&random), 44, &effort, &tally);
		class_end(&sum, "more random", config, &tally);
	}
	asst_sim_bases_free();
	report("all", "all options", &sum.all);
	printf("%" PRIu64 " crash states, %" PRIu64 " nested ones\n", sum.all.states,
	       sum.all.nested);
	printf("%u passed, %u failed\n", sum.passed, sum.failed);
	return sum.failed != 0;
}

static const struct {
	const char *name;
	enum asst_sim_fault fault;
	const char *what;
} faults[] = {
	{ "sync", ASST_SIM_NO_SYNC, "a dropped fsync" },
	{ "dir", ASST_SIM_NO_SYNC_DIR, "a dropped fsync of the directory" },
	{ "snapshot", ASST_SIM_SNAPSHOT_FIRST,
	  "the index snapshot written before its data is durable" },
	{ "copies", ASST_SIM_COPIES_LATE, "a segment removed before its copies are durable" },
	{ "check", ASST_SIM_NO_CHECK, "the checksum of frames not checked" },
	{ "early", ASST_SIM_EARLY, "acknowledged before it is durable" },
};

/* The rows that faults are looked for with; they end at the first disk that is wrong. */
static void look(const struct asst_sim_effort *effort, struct asst_sim_tally *tally)
{
	for (size_t config = 0; config < 2; config++) {
		for (size_t length = 1; length <= 2 && !tally->failed; length++)
			run_rows('s', config, length, 1, effort, tally);
	}
}

static bool find_fault(size_t i, struct asst_sim_effort *effort)
{
	struct asst_sim_tally tally = { 0 };

	printf("%s (%s):\n", faults[i].name, faults[i].what);
	effort->fault = faults[i].fault;
	look(effort, &tally);
	printf("%s: %s after %" PRIu64 " disks\n", faults[i].name,
	       tally.failed ? "found" : "NOT FOUND", tally.states);
	(void)fflush(stdout);
	return tally.failed != 0;
}

/* Alone, a fault is the failure that it is. All together: each is found, and nothing else. */
static int run_faults(const char *name)
{
	size_t count = sizeof(faults) / sizeof(faults[0]), found = 0, known = 0;
	struct asst_sim_effort effort = { .budget = 64, .first_only = true, .power_only = true };
	struct asst_sim_tally sound = { 0 };

	effort.seed = asst_sim_seed();
	asst_sim_bases_make();
	for (size_t i = 0; i < count; i++) {
		if (name && strcmp(name, faults[i].name) != 0)
			continue;
		known++;
		found += find_fault(i, &effort);
	}
	effort.fault = ASST_SIM_SOUND;
	if (!name) {
		look(&effort, &sound);
		printf("without a fault: %s, %" PRIu64 " disks\n",
		       sound.failed ? "WRONG ALL THE SAME" : "nothing found", sound.states);
	}
	asst_sim_bases_free();
	if (name) {
		printf("%zu passed, %zu failed\n", known - found, found + !known);
		return found || !known;
	}
	printf("%zu passed, %zu failed\n", found + !sound.failed, count - found + !!sound.failed);
	return found != count || sound.failed;
}

static int run_point(const char *name, const char *call, const char *image)
{
	struct asst_sim_effort effort = { .nest_every = 1, .after_kill = 6, .budget = 64 };
	struct asst_sim_tally tally = { 0 };

	effort.seed = asst_sim_seed();
	effort.point = strtoull(call, NULL, 10);
	effort.image = strtoull(image, NULL, 10);
	asst_sim_bases_make();
	run_work(name, true, &effort, &tally);
	asst_sim_bases_free();
	printf("%d passed, %d failed\n", !tally.failed, tally.failed != 0);
	return tally.failed != 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "SHORT";
	uint64_t budget = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;

	if (strcmp(what, "SHORT") == 0 || strcmp(what, "LONG") == 0)
		return run_campaign(what[0] == 'L', budget);
	if (strcmp(what, "FAULTS") == 0)
		return run_faults(NULL);
	if (strcmp(what, "FAULT") == 0 && argc > 2)
		return run_faults(argv[2]);
	if (strcmp(what, "POINT") == 0 && argc > 4)
		return run_point(argv[2], argv[3], argv[4]);
	(void)fputs("usage: run_crash SHORT|LONG [BUDGET] | FAULTS | FAULT NAME | "
		    "POINT WORKLOAD CALL IMAGE\n",
		    stderr);
	return 2;
}
