/* SPDX-License-Identifier: MIT */
/*
 * Operations of the public API are whole or not at all: on a simulated disk whose power fails
 * at each of their calls, and on a backend whose calls fail.
 *
 *   run_service [SHORT [EVERY]]    some options of the file backend, a few disks for each call
 *   run_service LONG [EVERY]       all options, most disks that can be enumerated
 *   run_service FAULTS             only the part in which what is broken must be found
 *   run_service POINT OPERATION OPTIONS START CALL IMAGE
 *                                  what one of the complaints is about, again
 *
 * EVERY: the power fails before each so many calls (1: all of them).
 */
#include "sim/service.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SCENES 32

static struct asst_sim_scene scenes[SCENES];
static size_t scene_count;

static void make_scenes(size_t configs)
{
	for (size_t i = 0; i < configs && i < asst_sim_config_count; i++) {
		for (int start = 0; start < ASST_SIM_STARTS && scene_count < SCENES; start++)
			asst_sim_scene_make(&scenes[scene_count++], &asst_sim_configs[i],
					    (enum asst_sim_start)start);
	}
}

static void free_scenes(void)
{
	while (scene_count)
		asst_sim_scene_dispose(&scenes[--scene_count]);
}

static void add(struct asst_sim_service_tally *sum, const struct asst_sim_service_tally *part)
{
	sum->points += part->points;
	sum->states += part->states;
	sum->before += part->before;
	sum->after += part->after;
	sum->again += part->again;
	sum->failed += part->failed;
}

/* Both states were seen, and no other one. */
static bool right(const struct asst_sim_service_tally *tally)
{
	return !tally->failed && tally->before && tally->after;
}

static void report(const char *name, const struct asst_sim_service_tally *tally, bool ok)
{
	printf("%s %s: %" PRIu64 " points, %" PRIu64 " crash states: %" PRIu64 " before, %" PRIu64
	       " after; %" PRIu64 " done again; %" PRIu64 " wrong\n",
	       ok ? "ok" : "FAILED", name, tally->points, tally->states, tally->before,
	       tally->after, tally->again, tally->failed);
	(void)fflush(stdout);
}

static size_t run_crashes(const struct asst_sim_service_effort *effort)
{
	struct asst_sim_service_tally all = { 0 };
	size_t passed = 0;

	for (size_t i = 0; i < asst_sim_operation_count; i++) {
		struct asst_sim_service_tally tally = { 0 };

		for (size_t k = 0; k < scene_count; k++)
			asst_sim_service_crash(&scenes[k], &asst_sim_operations[i], effort, &tally);
		report(asst_sim_operations[i].name, &tally, right(&tally));
		add(&all, &tally);
		passed += right(&tally);
	}
	report("all", &all, right(&all));
	return passed;
}

static size_t run_fails(void)
{
	struct asst_sim_service_faults all = { 0 };
	size_t passed = 0;

	for (size_t i = 0; i < asst_sim_operation_count; i++) {
		struct asst_sim_service_faults sum = { 0 };
		bool whole;

		asst_sim_service_fail(&asst_sim_operations[i], &sum);
		whole = !sum.failed && sum.failing && sum.doubted;
		printf("%s %s: %" PRIu64 " calls that fail, %" PRIu64
		       " answers that are lost; %" PRIu64 " wrong\n",
		       whole ? "ok" : "FAILED", asst_sim_operations[i].name, sum.failing,
		       sum.doubted, sum.failed);
		all.failing += sum.failing;
		all.doubted += sum.doubted;
		passed += whole;
	}
	printf("all: %" PRIu64 " calls that fail, %" PRIu64 " answers that are lost\n", all.failing,
	       all.doubted);
	return passed;
}

/* A change left out of a batch, and a disk that does not sync: each operation shows both. */
static size_t run_broken(uint64_t seed)
{
	struct asst_sim_service_effort effort = { .seed = seed, .quiet = true, .every = 1 };
	size_t passed = 0;

	effort.budget = 8;
	effort.fault = ASST_SIM_NO_SYNC;
	for (size_t i = 0; i < asst_sim_operation_count; i++) {
		const struct asst_sim_operation *operation = &asst_sim_operations[i];
		struct asst_sim_service_tally tally = { 0 };
		struct asst_sim_service_faults sum = { 0 };
		bool found;

		asst_sim_service_mutilate(operation, &sum);
		asst_sim_service_crash(&scenes[0], operation, &effort, &tally);
		found = sum.noticed && sum.noticed + operation->hidden >= sum.left_out &&
			!sum.failed && tally.failed;
		printf("%s %s: a change left out of a batch is found %" PRIu64 " of %" PRIu64
		       " times, a dropped fsync %" PRIu64 " times\n",
		       found ? "ok" : "FAILED", operation->name, sum.noticed, sum.left_out,
		       tally.failed);
		passed += found;
	}
	return passed;
}

static int end(size_t passed, size_t count)
{
	free_scenes();
	printf("%zu passed, %zu failed\n", passed, count - passed);
	return passed != count;
}

static int run_all(bool is_long, uint64_t every)
{
	struct asst_sim_service_effort effort = { .seed = asst_sim_seed() };
	size_t passed;

	effort.every = every;
	effort.budget = is_long ? 400 : 40;
	effort.again_every = is_long ? 4 : 8;
	make_scenes(is_long ? asst_sim_config_count : 2);
	passed = run_fails();
	passed += run_broken(effort.seed);
	passed += run_crashes(&effort);
	return end(passed, 3 * asst_sim_operation_count);
}

static int run_faults(void)
{
	uint64_t seed = asst_sim_seed();

	make_scenes(1);
	return end(run_broken(seed), asst_sim_operation_count);
}

static const struct asst_sim_scene *find_scene(const char *config, const char *start)
{
	make_scenes(asst_sim_config_count);
	for (size_t i = 0; i < scene_count; i++) {
		if (strcmp(scenes[i].config->name, config) == 0 &&
		    strcmp(asst_sim_start_names[scenes[i].start], start) == 0)
			return &scenes[i];
	}
	return NULL;
}

static int run_point(char **args)
{
	struct asst_sim_service_effort effort = { .seed = asst_sim_seed() };
	const struct asst_sim_scene *scene = find_scene(args[1], args[2]);
	struct asst_sim_service_tally tally = { 0 };

	effort.point = strtoull(args[3], NULL, 10);
	effort.image = strtoull(args[4], NULL, 10);
	effort.again_every = 1;
	for (size_t i = 0; scene && i < asst_sim_operation_count; i++) {
		if (strcmp(asst_sim_operations[i].name, args[0]) == 0)
			asst_sim_service_crash(scene, &asst_sim_operations[i], &effort, &tally);
	}
	report(args[0], &tally, tally.states && !tally.failed);
	return end(tally.states && !tally.failed, 1);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "SHORT";
	uint64_t every = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;

	if (strcmp(what, "SHORT") == 0 || strcmp(what, "LONG") == 0)
		return run_all(what[0] == 'L', every ? every : 1);
	if (strcmp(what, "FAULTS") == 0)
		return run_faults();
	if (strcmp(what, "POINT") == 0 && argc > 6)
		return run_point(argv + 2);
	(void)fputs("usage: run_service [SHORT [EVERY] | LONG [EVERY] | FAULTS | "
		    "POINT OPERATION OPTIONS START CALL IMAGE]\n",
		    stderr);
	return 2;
}
