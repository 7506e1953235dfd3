/* SPDX-License-Identifier: MIT */
/* The power fails at each call of an operation: the store has all of it or nothing. */
#include "sim/service.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define KNOWN 65536 /* a power of two; room for the hashes of the disks of one operation */
#define COMPLAINTS 3 /* of one operation */
#define KILLED UINT64_MAX /* instead of an image: the process ends, not the machine */

const char *const asst_sim_start_names[ASST_SIM_STARTS] = { "clean", "kill", "warm" };

struct campaign {
	const struct asst_sim_scene *scene;
	const struct asst_sim_operation *operation;
	const struct asst_sim_service_effort *effort;
	struct asst_sim_service_tally *tally;
	struct asst_sim_seen after;
	uint64_t known[KNOWN], known_count;
	/* of one point */
	struct asst_sim *disk; /* when the power failed */
	uint64_t call;
	int status; /* of the operation */
};

__attribute__((format(printf, 3, 4))) static void complain(struct campaign *campaign,
							   uint64_t image, const char *format, ...)
{
	const struct asst_sim_scene *scene = campaign->scene;
	va_list args;

	campaign->tally->failed++;
	if (campaign->effort->quiet || campaign->tally->failed > COMPLAINTS)
		return;
	printf("WRONG %s (options: %s, %s), power fails before call %" PRIu64 ", it answered %s: ",
	       campaign->operation->name, scene->config->name, asst_sim_start_names[scene->start],
	       campaign->call, asst_status_name(campaign->status));
	va_start(args, format);
	(void)vprintf(format, args);
	va_end(args);
	printf("\n    again: run_service POINT %s '%s' %s %" PRIu64 " %" PRIu64 "\n",
	       campaign->operation->name, scene->config->name, asst_sim_start_names[scene->start],
	       campaign->call, image);
	(void)fflush(stdout);
}

/* Open a copy of the scene as the operation finds it. */
static int begin(const struct asst_sim_scene *scene, struct asst_sim_world *world)
{
	int status;

	asst_sim_world_init(world, asst_sim_copy(scene->disk, false), &scene->config->options,
			    NULL);
	status = asst_sim_world_open(world);
	if (!status && scene->start == ASST_SIM_WARM)
		status = asst_sim_world_warm(world);
	return status;
}

void asst_sim_scene_make(struct asst_sim_scene *scene, const struct asst_sim_config *config,
			 enum asst_sim_start start)
{
	struct asst__file_options options = config->options;
	struct asst_sim_world world;
	char said[256] = "";

	memset(scene, 0, sizeof(*scene));
	scene->config = config;
	scene->start = start;
	asst_sim_world_init(&world, asst_sim_new(1), &options, NULL);
	asst_sim_world_build(&world);
	if (start != ASST_SIM_CLEAN)
		scene->disk = asst_sim_copy(world.disk, false);
	asst_sim_world_close(&world, said);
	if (start == ASST_SIM_CLEAN)
		scene->disk = asst_sim_copy(world.disk, false);
	asst_sim_world_dispose(&world);
	if (begin(scene, &world))
		(void)snprintf(said, sizeof(said), "%s", asst_error_message(world.err));
	else
		asst_sim_look(&scene->before, &world, NULL, said);
	asst_sim_world_close(&world, said);
	asst_sim_world_dispose(&world);
	if (said[0]) {
		printf("WRONG %s, %s: %s\n0 passed, 1 failed\n", config->name,
		       asst_sim_start_names[start], said);
		exit(1);
	}
}

void asst_sim_scene_dispose(struct asst_sim_scene *scene)
{
	asst_sim_free(scene->disk);
	asst_sim_seen_dispose(&scene->before);
}

/* Without a failure: what is seen after it, and one event more. */
static bool rehearse(struct campaign *campaign)
{
	const struct asst_sim_operation *operation = campaign->operation;
	struct asst_sim_world world;
	char said[256] = "", action[64];

	campaign->status = begin(campaign->scene, &world);
	if (!campaign->status)
		campaign->status = asst_sim_prepare(&world, operation);
	if (!campaign->status)
		campaign->status = asst_sim_act(&world, operation);
	if (campaign->status)
		(void)snprintf(said, sizeof(said), "%s", asst_error_message(world.err));
	else
		asst_sim_look(&campaign->after, &world, &campaign->scene->before, said);
	asst_sim_world_close(&world, said);
	asst_sim_world_dispose(&world);
	(void)snprintf(action, sizeof(action), "\"action\":\"%s\"", operation->action);
	if (!said[0] && (campaign->after.events != 1 || !strstr(campaign->after.text, action) ||
			 asst_sim_seen_same(&campaign->after, &campaign->scene->before)))
		(void)snprintf(said, sizeof(said), "it is not there, or has %zu events",
			       campaign->after.events);
	if (said[0])
		complain(campaign, KILLED, "without any failure: %s", said);
	return !said[0];
}

/* Run it with the power failing before a call; false: it ends before that. */
static bool perform(struct campaign *campaign)
{
	const struct asst_sim_plan plan = { .stop_at = campaign->call };
	struct asst_sim_world world;
	char said[256] = "";
	int status = begin(campaign->scene, &world);

	if (!status)
		status = asst_sim_prepare(&world, campaign->operation);
	if (status)
		(void)snprintf(said, sizeof(said), "it cannot be tried: %s",
			       asst_status_name(status));
	world.disk->fault = campaign->effort->fault;
	asst_sim_plan(world.disk, &plan);
	campaign->status = asst_sim_act(&world, campaign->operation);
	if (campaign->status && campaign->status != ASST_EIO && campaign->status != ASST_EINDOUBT)
		(void)snprintf(said, sizeof(said), "%s", asst_error_message(world.err));
	if (campaign->status && !world.disk->stopped)
		(void)snprintf(said, sizeof(said), "fails without a reason: %s",
			       asst_error_message(world.err));
	asst_sim_world_close(&world, said);
	if (said[0])
		complain(campaign, KILLED, "%s", said);
	campaign->disk = world.disk;
	world.disk = NULL;
	asst_sim_world_dispose(&world);
	return campaign->disk->stopped;
}

/* Where it did not happen it can be done now. */
static void do_again(struct campaign *campaign, struct asst_sim_world *world, char said[256])
{
	const struct asst_sim_seen *before = &campaign->scene->before;
	struct asst_sim_seen seen;
	int status = asst_sim_prepare(world, campaign->operation);

	if (!status)
		status = asst_sim_act(world, campaign->operation);
	if (status)
		(void)snprintf(said, 256, "it fails the next time: %s, %s",
			       asst_status_name(status), asst_error_message(world->err));
	asst_sim_look(&seen, world, before, said);
	if (!said[0] && seen.events != 1)
		(void)snprintf(said, 256, "the next time there are %zu events", seen.events);
	asst_sim_seen_dispose(&seen);
	campaign->tally->again++;
}

/* Whether what is seen is one of the two states, and which. */
static void judge(struct campaign *campaign, const struct asst_sim_seen *seen, bool must_be_after,
		  bool *is_before, char said[256])
{
	const struct asst_sim_seen *before = &campaign->scene->before;
	bool is_after = asst_sim_seen_same(seen, &campaign->after);

	*is_before = asst_sim_seen_same(seen, before);
	campaign->tally->before += *is_before;
	campaign->tally->after += is_after;
	if (said[0])
		return;
	if (!*is_before && !is_after)
		(void)snprintf(said, 256, "neither the state before it nor that after it");
	else if (*is_before && must_be_after)
		(void)snprintf(said, 256, "it was acknowledged, and is not there");
	else if (seen->events != is_after)
		(void)snprintf(said, 256, "%zu events more", seen->events);
	if (!*is_before && !is_after && !campaign->effort->quiet &&
	    campaign->tally->failed < COMPLAINTS) {
		printf("    it is not before:\n");
		asst_sim_seen_differ(before, seen);
		printf("    and not after:\n");
		asst_sim_seen_differ(&campaign->after, seen);
	}
}

static void check_disk(struct campaign *campaign, struct asst_sim *disk, uint64_t image)
{
	const struct asst_sim_service_effort *effort = campaign->effort;
	const struct asst_sim_scene *scene = campaign->scene;
	bool relaxed = scene->config->options.process_only && image != KILLED, is_before = false;
	struct asst_sim_seen seen = { 0 };
	struct asst_sim_world world;
	char said[256] = "";

	asst_sim_world_init(&world, disk, &scene->config->options, NULL);
	campaign->tally->states++;
	if (asst_sim_world_open(&world))
		(void)snprintf(said, sizeof(said), "cannot be opened: %.200s",
			       asst_error_message(world.err));
	else
		asst_sim_look(&seen, &world, &scene->before, said);
	if (seen.text)
		judge(campaign, &seen, campaign->status == ASST_OK && !relaxed, &is_before, said);
	asst_sim_seen_dispose(&seen);
	if (is_before && !said[0] && effort->again_every &&
	    campaign->tally->before % effort->again_every == 0)
		do_again(campaign, &world, said);
	asst_sim_world_close(&world, said);
	asst_sim_world_dispose(&world);
	if (said[0])
		complain(campaign, image, "%s", said);
}

/* Whether such a disk was looked at already, where the operation had the same answer. */
static bool known(struct campaign *campaign, uint64_t hash)
{
	uint64_t at;

	hash = (hash ^ (campaign->status ? 0 : UINT64_C(0x5bd1e9955bd1e995))) | 1;
	at = hash % KNOWN;
	while (campaign->known[at] && campaign->known[at] != hash)
		at = (at + 1) % KNOWN;
	if (campaign->known[at] || campaign->known_count == KNOWN / 2)
		return campaign->known[at] != 0;
	campaign->known[at] = hash;
	campaign->known_count++;
	return false;
}

static void check_image(struct campaign *campaign, uint64_t image)
{
	struct asst_sim *disk = asst_sim_crash(campaign->disk, image);

	if (known(campaign, asst_sim_hash(disk)) && !campaign->effort->point)
		asst_sim_free(disk);
	else
		check_disk(campaign, disk, image);
}

/*
 * The disks of a point: all that are enumerated and some more, or a part of them. While the
 * store is closed a few are enough: it has what it has.
 */
static void check_images(struct campaign *campaign)
{
	uint64_t images = asst_sim_images(campaign->disk);
	uint64_t budget = campaign->effort->budget / (campaign->status ? 1 : 8);
	uint64_t random = campaign->effort->seed ^ campaign->call * 0x9e37u, i;

	for (i = 0; i < budget && i < images; i++)
		check_image(campaign, images <= budget || !i ? i : asst_sim_below(&random, images));
	for (i = 0; i < budget / 4 && asst_sim_pending(campaign->disk); i++)
		check_image(campaign, images + asst_sim_below(&random, 1u << 20));
}

static bool explore_point(struct campaign *campaign)
{
	const struct asst_sim_service_effort *effort = campaign->effort;
	bool goes_on = perform(campaign);

	campaign->tally->points++;
	if (effort->point && effort->image != KILLED) {
		check_image(campaign, effort->image);
	} else {
		if (campaign->status || campaign->call % 4 == 0 || effort->point)
			check_disk(campaign, asst_sim_copy(campaign->disk, false), KILLED);
		if (!effort->point)
			check_images(campaign);
	}
	asst_sim_free(campaign->disk);
	return goes_on;
}

void asst_sim_service_crash(const struct asst_sim_scene *scene,
			    const struct asst_sim_operation *operation,
			    const struct asst_sim_service_effort *effort,
			    struct asst_sim_service_tally *tally)
{
	struct campaign *campaign = asst_sim_alloc(sizeof(*campaign));
	bool goes_on;

	memset(campaign, 0, sizeof(*campaign));
	campaign->scene = scene;
	campaign->operation = operation;
	campaign->effort = effort;
	campaign->tally = tally;
	goes_on = rehearse(campaign);
	campaign->call = effort->point ? effort->point : 1;
	for (; goes_on; campaign->call += effort->every)
		goes_on = explore_point(campaign) && !effort->point;
	asst_sim_seen_dispose(&campaign->after);
	free(campaign);
}
