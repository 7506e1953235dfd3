/* SPDX-License-Identifier: MIT */
/*
 * The power fails while several threads write: batches share frames. Each thread has a
 * partition of its own and puts its number of batches under two keys.
 */
#include "sim/crash.h"

#include "storage/backend.h"

#include <assistant/buf.h>
#include <assistant/error.h>

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define THREADS 4
#define BATCHES 10
#define COMPLAINTS 12

static const char *const partitions[THREADS] = { "t0", "t1", "t2", "t3" };

struct team {
	struct asst_sim *disk;
	struct asst_sim_mem mem;
	asst_backend backend;
	struct member {
		struct team *team;
		int number;
		pthread_t thread;
		uint32_t handed, acked;
		uint64_t sequence; /* of the last one that was acknowledged */
	} members[THREADS];
};

static int put_twice(const struct team *team, int number, uint32_t value, uint64_t *sequence)
{
	unsigned char bytes[300];
	struct asst_batch batch;
	int status;

	memset(bytes, (int)value, sizeof(bytes));
	asst__batch_init(&batch, &team->mem.mem);
	status = asst_batch_put(&batch, "first", 5, bytes, sizeof(bytes), NULL);
	if (!status)
		status = asst_batch_put(&batch, "second", 6, bytes, 1 + value % 7, NULL);
	if (!status)
		status = asst__backend_apply(&team->backend, partitions[number], &batch, sequence,
					     NULL, NULL);
	asst__batch_dispose(&batch);
	return status;
}

static void *run_member(void *user)
{
	struct member *member = user;
	uint64_t sequence;

	while (member->acked < BATCHES) {
		member->handed++;
		if (put_twice(member->team, member->number, member->handed, &sequence))
			break;
		member->acked = member->handed;
		member->sequence = sequence;
	}
	return NULL;
}

/* What the two keys say; UINT32_MAX: not the same. */
static uint32_t read_value(const struct team *team, int number, uint64_t *sequence)
{
	const struct asst__answer *first, *second;
	uint32_t value = UINT32_MAX;
	struct asst_keys keys;
	struct asst_sink sink;

	asst__keys_init(&keys, &team->mem.mem);
	asst__sink_init(&sink, &team->mem.mem);
	if (asst_keys_add(&keys, "first", 5, NULL) == ASST_OK &&
	    asst_keys_add(&keys, "second", 6, NULL) == ASST_OK &&
	    asst__backend_get(&team->backend, partitions[number], &keys, &sink, sequence, NULL) ==
		    ASST_OK) {
		first = asst__sink_find(&sink, 0);
		second = asst__sink_find(&sink, 1);
		if (!first && !second) {
			value = 0;
		} else if (first && second && first->sequence == second->sequence &&
			   asst_buf_size(first->value) == 300) {
			value = (unsigned char)asst_buf_data(first->value)[299];
			if (asst_buf_size(second->value) != 1 + value % 7 ||
			    (unsigned char)asst_buf_data(second->value)[0] != value)
				value = UINT32_MAX;
		}
	}
	asst__keys_dispose(&keys);
	asst__sink_dispose(&sink);
	return value;
}

static void check_disk(struct asst_sim *disk, const struct team *before,
		       const struct asst__file_options *options, char said[256])
{
	struct team team = { .disk = disk };
	asst_error *err = asst_error_new();
	int status;

	said[0] = '\0';
	asst_sim_mem_init(&team.mem);
	status = asst_sim_open(&team.backend, disk, &team.mem, options, err);
	if (status)
		(void)snprintf(said, 256, "open: %d, %s", status, asst_error_message(err));
	for (int i = 0; i < THREADS && !status; i++) {
		const struct member *member = &before->members[i];
		uint64_t sequence = 0, next = 0;
		uint32_t value = read_value(&team, i, &sequence);

		if (value < member->acked || value > member->handed || sequence < member->sequence)
			(void)snprintf(said, 256,
				       "thread %d: %" PRIu32 " batches, sequence %" PRIu64
				       "; acknowledged %" PRIu32 ", sequence %" PRIu64
				       ", handed over %" PRIu32,
				       i, value, sequence, member->acked, member->sequence,
				       member->handed);
		else if (put_twice(&team, i, 200, &next) || next <= sequence)
			(void)snprintf(said, 256, "thread %d: a further batch fails", i);
	}
	if (!status)
		status = asst__backend_destroy(&team.backend, err);
	if (!said[0] && (status || disk->open_count || team.mem.blocks))
		(void)snprintf(said, 256, "close: %d, or something is left", status);
	asst_error_free(err);
}

/* All threads, until the power fails; how many calls there were. */
static uint64_t run_team(struct team *team, const struct asst__file_options *options, uint64_t call)
{
	const struct asst_sim_plan plan = { .stop_at = call };

	memset(team, 0, sizeof(*team));
	asst_sim_mem_init(&team->mem);
	team->disk = asst_sim_new(call);
	team->disk->slow = true;
	if (asst_sim_open(&team->backend, team->disk, &team->mem, options, NULL))
		return 0;
	/* Opening is for others to test. */
	asst_sim_plan(team->disk, &plan);
	for (int i = 0; i < THREADS; i++) {
		team->members[i].team = team;
		team->members[i].number = i;
		if (pthread_create(&team->members[i].thread, NULL, run_member, &team->members[i]))
			return 0;
	}
	for (int i = 0; i < THREADS; i++)
		(void)pthread_join(team->members[i].thread, NULL);
	call = team->disk->calls;
	(void)asst__backend_destroy(&team->backend, NULL);
	return call;
}

static void check_team(struct team *team, const struct asst_sim_config *config, uint64_t call,
		       const struct asst_sim_effort *effort, struct asst_sim_tally *tally)
{
	uint64_t images = asst_sim_images(team->disk), random = effort->seed + call;

	/* The last one: the process was killed. */
	for (uint64_t i = 0; i <= images && i <= effort->budget; i++) {
		uint64_t which =
			images <= effort->budget || !i ? i : asst_sim_below(&random, images);
		struct asst_sim *found = i == images || i == effort->budget ?
						 asst_sim_copy(team->disk, false) :
						 asst_sim_crash(team->disk, which);
		char said[256];

		check_disk(found, team, &config->options, said);
		asst_sim_free(found);
		tally->states++;
		if (!said[0])
			continue;
		if (++tally->failed <= COMPLAINTS) {
			printf("WRONG threads (options: %s): power fails before call %" PRIu64
			       ": %s\n",
			       config->name, call, said);
			asst_sim_explain(team->disk, which, stdout);
		}
	}
}

void asst_sim_explore_threads(const struct asst_sim_config *config, uint64_t rounds,
			      const struct asst_sim_effort *effort, struct asst_sim_tally *tally)
{
	struct team *team = asst_sim_alloc(sizeof(*team));
	uint64_t calls = run_team(team, &config->options, 0);

	tally->works++;
	tally->failed += calls == 0;
	asst_sim_free(team->disk);
	for (uint64_t i = 0; i < rounds * calls && calls; i++) {
		uint64_t call = 1 + i % calls;

		(void)run_team(team, &config->options, call);
		tally->points++;
		check_team(team, config, call, effort, tally);
		if (team->disk->open_count || team->mem.blocks || team->disk->misuse[0])
			tally->failed++;
		asst_sim_free(team->disk);
	}
	free(team);
}
