/* SPDX-License-Identifier: MIT */
/* The calls of the backend fail: an operation says so, and left everything as it was. */
#include "sim/service.h"

#include "storage/memory.h"

#include <inttypes.h>
#include <string.h>

#define COMPLAINTS 3 /* of one operation */

enum way {
	SOUND,
	FAILS, /* nothing is done, the answer is ASST_EIO */
	DONE_DOUBTED, /* a batch is applied, the answer is ASST_EINDOUBT */
	LOST_DOUBTED, /* it is not, and the answer is the same */
	LEAVES_OUT, /* a batch is applied without one of its changes */
	WAYS
};

static const char *const way_names[WAYS] = { "sound", "fails", "done, but in doubt",
					     "lost, and in doubt", "leaves out a change" };

/* In front of a backend in memory. */
struct faulty {
	asst_backend inner;
	enum way way;
	uint64_t at; /* this call, from 1; with those that are about batches: this batch */
	size_t change; /* which one is left out */
	uint64_t calls;
	bool hit, directory; /* it happened; in the directory of workspaces */
};

static bool goes_wrong(struct faulty *faulty, const char *partition, bool batch)
{
	if (faulty->way == SOUND || (faulty->way != FAILS && !batch) ||
	    ++faulty->calls != faulty->at)
		return false;
	faulty->hit = true;
	faulty->directory = strcmp(partition, "$store") == 0;
	return true;
}

static int faulty_get(void *self, const char *partition, const asst_keys *keys, asst_sink *sink,
		      uint64_t *sequence, asst_error *err)
{
	struct faulty *faulty = self;

	if (goes_wrong(faulty, partition, false))
		return asst_error_set(err, ASST_EIO, 5, "a get that fails");
	return faulty->inner.get(faulty->inner.self, partition, keys, sink, sequence, err);
}

static int faulty_scan(void *self, const char *partition, const asst_ranges *ranges,
		       asst_sink *sink, uint64_t *sequence, asst_error *err)
{
	struct faulty *faulty = self;

	if (goes_wrong(faulty, partition, false))
		return asst_error_set(err, ASST_EIO, 5, "a scan that fails");
	return faulty->inner.scan(faulty->inner.self, partition, ranges, sink, sequence, err);
}

static bool is_change(const asst_batch *batch, size_t i)
{
	int kind = asst_batch_kind(batch, i);

	return kind != ASST_OP_CHECK_KEY && kind != ASST_OP_CHECK_RANGE;
}

/* Put a change of one batch into another. */
static int repeat(asst_batch *to, const asst_batch *from, size_t i)
{
	size_t size, end_size;
	const void *key = asst_batch_key(from, i, &size), *end = asst_batch_end(from, i, &end_size);
	asst_buf *value;

	switch (asst_batch_kind(from, i)) {
	case ASST_OP_PUT:
		return asst_batch_put_buf(to, key, size, asst_batch_value(from, i), NULL);
	case ASST_OP_PUT_SEQUENCED:
		value = asst_batch_value(from, i);
		return asst_batch_put_sequenced(to, key, size, end, end_size, asst_buf_data(value),
						asst_buf_size(value), NULL);
	case ASST_OP_DELETE:
		return asst_batch_delete(to, key, size, NULL);
	case ASST_OP_DELETE_RANGE:
		return asst_batch_delete_range(to, key, size, end, end_size, NULL);
	default:
		return ASST_OK;
	}
}

/* All of a batch but its checks and the change; not hit: it has not so many. */
static int apply_rest(struct faulty *faulty, const char *partition, const asst_batch *batch,
		      uint64_t *sequence, size_t *failed, asst_error *err)
{
	size_t change = 0;
	asst_batch *rest;
	int status = asst_batch_new(&rest, err);

	faulty->hit = false;
	for (size_t i = 0; !status && i < asst_batch_count(batch); i++) {
		if (is_change(batch, i) && change++ == faulty->change)
			faulty->hit = true;
		else
			status = repeat(rest, batch, i);
	}
	if (!status)
		status = faulty->inner.apply(faulty->inner.self, partition, rest, sequence, failed,
					     err);
	asst_batch_free(rest);
	return status;
}

static int faulty_apply(void *self, const char *partition, const asst_batch *batch,
			uint64_t *sequence, size_t *failed, asst_error *err)
{
	struct faulty *faulty = self;
	const asst_backend *inner = &faulty->inner;
	bool wrong = goes_wrong(faulty, partition, true);

	if (wrong && faulty->way == FAILS)
		return asst_error_set(err, ASST_EIO, 5, "a batch that fails");
	if (wrong && faulty->way == LEAVES_OUT)
		return apply_rest(faulty, partition, batch, sequence, failed, err);
	if (wrong && faulty->way == DONE_DOUBTED)
		(void)inner->apply(inner->self, partition, batch, sequence, failed, err);
	if (wrong)
		return asst_error_set(err, ASST_EINDOUBT, 0, "an answer that is lost");
	return inner->apply(inner->self, partition, batch, sequence, failed, err);
}

/* What lies behind it is there until the world ends. */
static int faulty_destroy(void *self, asst_error *err)
{
	(void)self;
	(void)err;
	return ASST_OK;
}

/* A store in memory, and an operation that is done to it. */
struct trial {
	const struct asst_sim_operation *operation;
	struct asst_sim_service_faults *sum;
	struct asst_sim_seen before, after;
	struct faulty faulty;
	struct asst_sim_world world;
	char said[256];
};

/* Build it, close it, and open it as the operation finds it. */
static void trial_begin(struct trial *trial)
{
	asst_backend outer;
	int status;

	trial->said[0] = '\0';
	memset(&trial->faulty, 0, sizeof(trial->faulty));
	(void)asst_backend_init(&outer, sizeof(outer), NULL);
	outer.self = &trial->faulty;
	outer.get = faulty_get;
	outer.scan = faulty_scan;
	outer.apply = faulty_apply;
	outer.destroy = faulty_destroy;
	asst_sim_world_init(&trial->world, NULL, NULL, &outer);
	status = asst__memory_open(&trial->faulty.inner, &trial->world.mem.mem, 1, NULL);
	asst_sim_world_build(&trial->world);
	asst_sim_world_close(&trial->world, trial->said);
	if (!status)
		status = asst_sim_world_open(&trial->world);
	if (!status)
		status = asst_sim_prepare(&trial->world, trial->operation);
	if (status)
		(void)snprintf(trial->said, sizeof(trial->said), "it cannot be tried: %s",
			       asst_status_name(status));
}

static void trial_end(struct trial *trial)
{
	const asst_backend *inner = &trial->faulty.inner;

	asst_sim_world_close(&trial->world, trial->said);
	(void)inner->destroy(inner->self, NULL);
	if (trial->world.mem.blocks && !trial->said[0])
		(void)snprintf(trial->said, sizeof(trial->said),
			       "%" PRId64 " blocks of memory are not freed",
			       trial->world.mem.blocks);
	asst_sim_world_dispose(&trial->world);
}

static void complain(const struct trial *trial, const char *what)
{
	if (++trial->sum->failed <= COMPLAINTS)
		printf("WRONG %s, call %" PRIu64 " %s: %s\n", trial->operation->name,
		       trial->faulty.at, way_names[trial->faulty.way], what);
	(void)fflush(stdout);
}

/* Once with the calls as they should be: what is seen before and after. */
static bool rehearse(struct trial *trial)
{
	int status;

	trial_begin(trial);
	if (!trial->said[0])
		asst_sim_look(&trial->before, &trial->world, NULL, trial->said);
	status = asst_sim_act(&trial->world, trial->operation);
	if (status)
		(void)snprintf(trial->said, sizeof(trial->said), "%s",
			       asst_error_message(trial->world.err));
	asst_sim_look(&trial->after, &trial->world, &trial->before, trial->said);
	if (!trial->said[0] && trial->after.events != 1)
		(void)snprintf(trial->said, sizeof(trial->said), "%zu events", trial->after.events);
	trial_end(trial);
	if (trial->said[0])
		complain(trial, trial->said);
	return !trial->said[0];
}

/* What is seen must be one state, with the event where it has one. */
static void expect(struct trial *trial, bool after, bool exactly, const char *when)
{
	const struct asst_sim_seen *wanted = after ? &trial->after : &trial->before;
	bool done = trial->said[0] != '\0';
	struct asst_sim_seen seen;

	asst_sim_look(&seen, &trial->world, &trial->before, trial->said);
	if (!trial->said[0] && seen.events != after)
		(void)snprintf(trial->said, sizeof(trial->said), "%s: %zu events", when,
			       seen.events);
	if (!trial->said[0] && exactly && !asst_sim_seen_same(&seen, wanted))
		(void)snprintf(trial->said, sizeof(trial->said), "%s: not the state %s it", when,
			       after ? "after" : "before");
	if (!done && trial->said[0] && exactly && trial->sum->failed < COMPLAINTS)
		asst_sim_seen_differ(wanted, &seen);
	asst_sim_seen_dispose(&seen);
}

/* One call goes wrong; false: there are not so many. */
static bool try_one(struct trial *trial, enum way way, uint64_t at)
{
	const struct asst_sim_operation *operation = trial->operation;
	struct faulty *faulty = &trial->faulty;
	int status, wanted = way == FAILS ? ASST_EIO : ASST_EINDOUBT;
	bool hit, after;

	trial_begin(trial);
	faulty->way = way;
	faulty->at = at;
	status = asst_sim_act(&trial->world, operation);
	faulty->way = SOUND;
	hit = faulty->hit;
	after = !hit || (way == DONE_DOUBTED && !faulty->directory);
	if (status != (hit ? wanted : ASST_OK))
		(void)snprintf(trial->said, sizeof(trial->said), "it answers %s, %s",
			       asst_status_name(status), asst_error_message(trial->world.err));
	expect(trial, after, true, "at once");
	/* With the same handles, where nothing happened. */
	if (!after && !trial->said[0] && asst_sim_act(&trial->world, operation) != ASST_OK)
		(void)snprintf(trial->said, sizeof(trial->said), "it fails the next time: %s",
			       asst_error_message(trial->world.err));
	asst_sim_world_close(&trial->world, trial->said);
	if (asst_sim_world_open(&trial->world))
		(void)snprintf(trial->said, sizeof(trial->said), "cannot be opened again");
	expect(trial, true, after || !operation->makes_id, "opened again");
	trial_end(trial);
	faulty->way = way;
	if (trial->said[0])
		complain(trial, trial->said);
	return hit;
}

static void end_all(struct trial *trial)
{
	asst_sim_seen_dispose(&trial->before);
	asst_sim_seen_dispose(&trial->after);
}

void asst_sim_service_fail(const struct asst_sim_operation *operation,
			   struct asst_sim_service_faults *sum)
{
	struct trial trial = { .operation = operation, .sum = sum };
	uint64_t at;

	if (rehearse(&trial)) {
		for (at = 1; try_one(&trial, FAILS, at); at++)
			sum->failing++;
		for (at = 1; try_one(&trial, DONE_DOUBTED, at); at++)
			sum->doubted++;
		for (at = 1; try_one(&trial, LOST_DOUBTED, at); at++)
			sum->doubted++;
	}
	end_all(&trial);
}

/* Leave a change out of a batch, which must show; false: it has not so many. */
static bool leave_out(struct trial *trial, uint64_t at, size_t change)
{
	struct asst_sim_seen seen;
	bool noticed, hit;

	trial_begin(trial);
	trial->faulty.way = LEAVES_OUT;
	trial->faulty.at = at;
	trial->faulty.change = change;
	noticed = asst_sim_act(&trial->world, trial->operation) != ASST_OK;
	trial->faulty.way = SOUND;
	hit = trial->faulty.hit;
	asst_sim_look(&seen, &trial->world, &trial->before, trial->said);
	noticed |= trial->said[0] || (!asst_sim_seen_same(&seen, &trial->before) &&
				      !asst_sim_seen_same(&seen, &trial->after));
	asst_sim_seen_dispose(&seen);
	trial_end(trial);
	trial->sum->left_out += hit;
	trial->sum->noticed += hit && noticed;
	if (hit && !noticed)
		printf("%s: change %zu of batch %" PRIu64 " is left out%s, and nothing shows it\n",
		       trial->operation->name, change, at,
		       trial->faulty.directory ? " (of the directory)" : "");
	return hit;
}

static bool mutilate(struct trial *trial, uint64_t at)
{
	size_t change = 0;

	while (leave_out(trial, at, change))
		change++;
	return change > 0;
}

void asst_sim_service_mutilate(const struct asst_sim_operation *operation,
			       struct asst_sim_service_faults *sum)
{
	struct trial trial = { .operation = operation, .sum = sum };
	bool goes_on = rehearse(&trial);

	for (uint64_t at = 1; goes_on; at++)
		goes_on = mutilate(&trial, at);
	end_all(&trial);
}
