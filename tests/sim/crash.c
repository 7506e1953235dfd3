/* SPDX-License-Identifier: MIT */
/* The power fails at each point of a workload, and then once more. */
#include "sim/crash.h"

#include "storage/backend.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SEEN 16384 /* a power of two; room for the hashes of the disks of one point */
#define COMPLAINTS 12

/* A point at which the power failed. */
struct point {
	const struct asst_sim_work *work;
	const struct asst_sim_effort *effort;
	struct asst_sim_tally *tally;
	struct asst_sim_run run;
	struct asst_sim_want want;
	uint64_t call;
	uint64_t seen[SEEN], seen_count;
};

static void complain(const struct point *point, uint64_t image, const char *said)
{
	const struct asst_sim_work *work = point->work;

	point->tally->failed++;
	if (point->effort->quiet || point->tally->failed > COMPLAINTS)
		return;
	printf("WRONG %s (options: %s):", work->name, work->config->name);
	for (size_t i = 0; i < work->count && work->count <= 4; i++)
		printf("%s %s", i ? "," : "", work->deeds[i].label);
	printf("\n    power fails before call %" PRIu64
	       ": %s\n    %zu batches acknowledged, %zu handed over, "
	       "%zu synced\n",
	       point->call, said, point->run.acked, point->run.handed, point->run.synced);
	if (image == ASST_SIM_KILLED)
		printf("    the process was killed, nothing is lost\n");
	else
		asst_sim_explain(point->run.disk, image, stdout);
	printf("    again: run_crash POINT '%s' %" PRIu64 " %" PRIu64 "\n", work->name, point->call,
	       image);
	(void)fflush(stdout);
}

/* Whether a disk of this content was checked at this point already. */
static bool seen(struct point *point, uint64_t hash)
{
	uint64_t at = hash % SEEN;

	hash |= 1;
	while (point->seen[at] && point->seen[at] != hash)
		at = (at + 1) % SEEN;
	if (point->seen[at] || point->seen_count == SEEN / 2)
		return point->seen[at] != 0;
	point->seen[at] = hash;
	point->seen_count++;
	return false;
}

/* Open with the power failing before a call of that; what is left on the disk. */
static void interrupt_open(struct asst_sim *disk, const struct asst_sim_work *work, uint64_t call,
			   char said[256])
{
	const struct asst_sim_plan plan = { .stop_at = call };
	struct asst_sim_mem mem;
	asst_backend backend;

	asst_sim_mem_init(&mem);
	asst_sim_plan(disk, &plan);
	if (asst_sim_open(&backend, disk, &mem, &work->config->options, NULL) == ASST_OK)
		(void)asst__backend_destroy(&backend, NULL);
	if (disk->open_count || mem.blocks || mem.bad)
		(void)snprintf(said, 256, "files or memory are not freed by an open that fails");
}

/* A failure while it is opened at a call; one of the disks that may then be found. */
static struct asst_sim *fail_in_open(struct point *point, const struct asst_sim *disk,
				     uint64_t call, uint64_t *random, uint64_t *which,
				     char said[256])
{
	struct asst_sim *again = asst_sim_copy(disk, false), *found;
	uint64_t images;

	interrupt_open(again, point->work, call, said);
	images = asst_sim_images(again);
	/* One of those that are enumerated, or another one. */
	*which = asst_sim_below(random, images + images / 4 + 1);
	found = asst_sim_crash(again, *which);
	asst_sim_free(again);
	return found;
}

/*
 * Every second failure while the disk is opened, and some third ones: the state must be that
 * which was found.
 */
static void nest(struct point *point, const struct asst_sim *disk, uint64_t image, size_t state,
		 uint64_t opening)
{
	struct asst_sim_want want = point->want;
	uint64_t random = point->effort->seed + image + point->call;

	want.low = want.high = state;
	for (uint64_t call = 1; call <= opening; call++) {
		char said[256] = "", text[400];
		uint64_t which, third = 0, calls;
		struct asst_sim *found = fail_in_open(point, disk, call, &random, &which, said);

		if (asst_sim_below(&random, 4) == 0 && !said[0]) {
			struct asst_sim *second = found;

			third = 1 + asst_sim_below(&random, opening);
			found = fail_in_open(point, second, third, &random, &which, said);
			asst_sim_free(second);
		}
		if (!said[0])
			(void)asst_sim_verify(found, &want, &calls, said);
		point->tally->nested++;
		if (said[0]) {
			(void)snprintf(text, sizeof(text),
				       "and again before call %" PRIu64 " of open, and %" PRIu64
				       " of the next one, image %" PRIu64 ": %s",
				       call, third, which, said);
			complain(point, image, text);
		}
		asst_sim_free(found);
	}
}

static void bridge(struct point *point, const struct asst_sim *disk, uint64_t image, size_t state)
{
	struct asst_sim_want want = point->want;
	char said[256], text[400];

	want.low = want.high = state;
	point->tally->nested += asst_sim_bridge(point->run.disk, disk, &want, said);
	if (said[0]) {
		(void)snprintf(text, sizeof(text), "then one more batch was written: %s", said);
		complain(point, image, text);
	}
}

static void check_image(struct point *point, uint64_t image)
{
	const struct asst_sim_effort *effort = point->effort;
	struct asst_sim *disk = asst_sim_crash(point->run.disk, image), *kept = NULL;
	char said[256];
	uint64_t opening = 0;
	size_t state;
	bool deep, bridged;

	if (seen(point, asst_sim_hash(disk))) {
		asst_sim_free(disk);
		return;
	}
	deep = effort->nest_every && point->tally->states % effort->nest_every == 0;
	bridged = effort->bridge_every && point->want.high - point->want.low > 1 &&
		  point->tally->states % effort->bridge_every == 0;
	if (deep || bridged || effort->point)
		kept = asst_sim_copy(disk, false);
	state = asst_sim_verify(disk, &point->want, &opening, said);
	point->tally->states++;
	if (said[0])
		complain(point, image, said);
	else if (deep || effort->point)
		nest(point, kept, image, state, opening);
	if (!said[0] && (bridged || effort->point) && state < point->want.high)
		bridge(point, kept, image, state);
	asst_sim_free(kept);
	asst_sim_free(disk);
}

/* The power fails while the store is open: some disks. */
static void fail_open(struct point *point, const struct asst_sim *disk,
		      const struct asst_sim_want *want, const char *when)
{
	uint64_t most = point->effort->after_kill;
	uint64_t random = point->effort->seed + point->call, images = asst_sim_images(disk),
		 opening;

	for (uint64_t i = 0; i < most && i < images; i++) {
		uint64_t which = images <= most || i == 0 ? i : asst_sim_below(&random, images);
		struct asst_sim *found = asst_sim_crash(disk, which);
		char said[256], text[400];

		(void)asst_sim_verify(found, want, &opening, said);
		point->tally->nested++;
		if (said[0]) {
			(void)snprintf(text, sizeof(text),
				       "%s, then the power fails, image %" PRIu64 ": %s", when,
				       which, said);
			complain(point, ASST_SIM_KILLED, text);
		}
		asst_sim_free(found);
	}
}

/* What is shown when it is opened again must be there for good, and what is written then. */
static void fail_after_kill(struct point *point, struct asst_sim *disk, size_t state)
{
	const struct asst__file_options *options = &point->work->config->options;
	struct asst_sim_want want = point->want;
	struct asst_sim_mem mem;
	asst_backend backend;

	asst_sim_mem_init(&mem);
	asst_sim_plan(disk, NULL);
	if (asst_sim_open(&backend, disk, &mem, options, NULL))
		return;
	want.high = state;
	if (!options->process_only)
		want.low = state;
	fail_open(point, disk, &want, "opened");
	if (asst_sim_probe(&backend, &mem.mem, 0, 100, &want.highest[0], NULL) == ASST_OK) {
		want.probe = options->process_only ? 0 : want.highest[0];
		want.probe_size = 100;
		fail_open(point, disk, &want, "opened and written");
	}
	(void)asst__backend_destroy(&backend, NULL);
}

/* The process is killed, the machine goes on: nothing that was acknowledged is lost, ever. */
static void check_killed(struct point *point)
{
	struct asst_sim *disk = asst_sim_copy(point->run.disk, false);
	struct asst_sim *again = asst_sim_copy(point->run.disk, false);
	struct asst_sim_want want = point->want;
	uint64_t opening;
	char said[256];
	size_t state;

	want.low = point->run.acked;
	state = asst_sim_verify(disk, &want, &opening, said);
	point->tally->states++;
	if (said[0])
		complain(point, ASST_SIM_KILLED, said);
	else
		fail_after_kill(point, again, state);
	asst_sim_free(again);
	asst_sim_free(disk);
}

/* The disks of a point: all that are enumerated and some more, or a part of them. */
static void check_images(struct point *point)
{
	uint64_t images = asst_sim_images(point->run.disk), budget = point->effort->budget;
	uint64_t random = point->effort->seed ^ point->call * 0x9e37u, pending, more,
		 first = images;

	pending = asst_sim_pending(point->run.disk);
	if (pending > point->tally->pending_most)
		point->tally->pending_most = pending;
	if (images <= budget) {
		point->tally->whole++;
		more = pending ? 2 * pending : 0;
		for (uint64_t i = 0; i < images; i++)
			check_image(point, i);
	} else {
		point->tally->cut++;
		more = budget / 4;
		check_image(point, 0);
		for (uint64_t i = 1; i < budget - more; i++)
			check_image(point, asst_sim_below(&random, images));
	}
	if (images <= budget && more > budget - images)
		more = budget - images;
	for (uint64_t i = 0; i < more; i++)
		check_image(point, first + asst_sim_below(&random, 1u << 20));
}

static bool explore_point(struct point *point)
{
	const struct asst_sim_effort *effort = point->effort;
	const struct asst_sim_plan plan = { .stop_at = point->call };
	bool right;

	asst_sim_perform(&point->run, point->work, effort->fault, &plan);
	right = !point->run.trouble[0];
	if (!right) {
		complain(point, ASST_SIM_KILLED, point->run.trouble);
	} else {
		point->want.work = point->work;
		point->want.low = point->work->config->options.process_only ? point->run.synced :
									      point->run.acked;
		point->want.high = point->run.handed;
		memcpy(point->want.highest, point->run.highest, sizeof(point->want.highest));
		memset(point->seen, 0, sizeof(point->seen));
		point->seen_count = 0;
		point->tally->points++;
		if (effort->point && effort->image != ASST_SIM_KILLED) {
			check_image(point, effort->image);
		} else {
			if (!effort->power_only)
				check_killed(point);
			if (!effort->point)
				check_images(point);
		}
	}
	asst_sim_free(point->run.disk);
	return right;
}

bool asst_sim_explore(const struct asst_sim_work *work, uint64_t from,
		      const struct asst_sim_effort *effort, struct asst_sim_tally *tally)
{
	struct point *point = asst_sim_alloc(sizeof(*point));
	bool right = true;

	memset(point, 0, sizeof(*point));
	point->work = work;
	point->effort = effort;
	point->tally = tally;
	tally->works++;
	for (point->call = from + 1; point->call <= work->calls + 1; point->call++) {
		if (effort->point && effort->point != point->call)
			continue;
		right &= explore_point(point);
		if (effort->first_only && tally->failed)
			break;
	}
	free(point);
	return right;
}
