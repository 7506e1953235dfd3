/* SPDX-License-Identifier: MIT */
/*
 * A full disk: what is there can be read and deleted, and when there is room again everything
 * goes on as if nothing had been.
 */
#include "sim/errors.h"

#include "storage/backend.h"

#include <assistant/buf.h>
#include <assistant/error.h>

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#define PUTS 128 /* batches of three values of 600 bytes: more than a change adds */
#define DELETES 12

/* With small segments the log ends near the end of one more often. */
static const struct asst__file_options configs[ASST_SIM_FULL_CONFIGS] = {
	{ .segment_bytes = 1 << 20,
	  .fill_bytes = 1 << 16,
	  .reserve_bytes = 1 << 16,
	  .resident_bytes = 10000 },
	{ .segment_bytes = 1 << 14,
	  .fill_bytes = 1 << 12,
	  .reserve_bytes = 1 << 16,
	  .resident_bytes = 10000 },
};

struct fill {
	const struct asst__file_options *options;
	struct asst_sim *disk;
	struct asst_sim_mem mem;
	asst_backend backend;
	asst_error *err;
	bool there[PUTS];
	char *said;
};

__attribute__((format(printf, 2, 3))) static void say(struct fill *fill, const char *format, ...)
{
	va_list args;

	if (fill->said[0])
		return;
	va_start(args, format);
	(void)vsnprintf(fill->said, 256, format, args);
	va_end(args);
}

static bool open_store(struct fill *fill, bool must)
{
	int status = asst_sim_open(&fill->backend, fill->disk, &fill->mem, fill->options, fill->err);

	if (status && (must || status != ASST_EIO))
		say(fill, "open: %d, %s", status, asst_error_message(fill->err));
	if (status && (fill->disk->open_count || fill->mem.blocks))
		say(fill, "an open that fails leaves something");
	return status == ASST_OK;
}

static void close_store(struct fill *fill)
{
	int status = asst__backend_destroy(&fill->backend, fill->err);

	if (status && status != ASST_EIO)
		say(fill, "destroy: %d, %s", status, asst_error_message(fill->err));
	if (fill->disk->open_count || fill->mem.blocks)
		say(fill, "something is left by destroy");
}

/* Put or delete all keys of a number. */
static int change(struct fill *fill, int number, bool put)
{
	static const char *const names[] = { "first", "second", "third" };
	unsigned char value[600];
	struct asst_batch batch;
	uint64_t sequence;
	int status = ASST_OK;

	asst_sim_value((uint32_t)number | 1u, value, sizeof(value));
	asst__batch_init(&batch, &fill->mem.mem);
	for (int i = 0; i < 3 && !status; i++) {
		char key[16];
		int size = snprintf(key, sizeof(key), "%03d%s", number, names[i]);

		status = put ? asst_batch_put(&batch, key, (size_t)size, value, sizeof(value),
					      NULL) :
			       asst_batch_delete(&batch, key, (size_t)size, NULL);
	}
	if (!status)
		status = asst__backend_apply(&fill->backend, "w", &batch, &sequence, NULL,
					     fill->err);
	asst__batch_dispose(&batch);
	if (status == ASST_OK)
		fill->there[number] = put;
	else if (status != ASST_EIO)
		say(fill, "%s on a full disk: %d, %s", put ? "put" : "delete", status,
		    asst_error_message(fill->err));
	return status;
}

/* All that was acknowledged, and nothing else. */
static void check(struct fill *fill, const char *when)
{
	struct asst_ranges ranges;
	struct asst_sink sink;
	size_t at = 0;
	int status;

	asst__ranges_init(&ranges, &fill->mem.mem, 0);
	asst__sink_init(&sink, &fill->mem.mem);
	status = asst_ranges_add(&ranges, "", 0, "", 0, 0, 0, NULL);
	if (!status)
		status = asst__backend_scan(&fill->backend, "w", &ranges, &sink, NULL, fill->err);
	if (status)
		say(fill, "%s: scan: %d, %s", when, status, asst_error_message(fill->err));
	for (int i = 0; i < PUTS && !status; i++) {
		for (int j = 0; j < 3 && fill->there[i]; j++, at++) {
			size_t size = 0;
			const char *key = asst_sink_key(&sink, at, &size);

			if (size < 3 ||
			    (key[0] - '0') * 100 + (key[1] - '0') * 10 + key[2] - '0' != i ||
			    asst_buf_size(asst_sink_value(&sink, at)) != 600)
				say(fill, "%s: batch %d is not there", when, i);
		}
	}
	if (!status && at != asst_sink_count(&sink))
		say(fill, "%s: what should not be there is", when);
	asst__ranges_dispose(&ranges);
	asst__sink_dispose(&sink);
}

/* Delete while nothing can be put. */
static void delete_some(struct fill *fill, struct asst_sim_full *sum, int from)
{
	for (int i = from; i < PUTS && i < from + DELETES; i++) {
		if (!fill->there[i])
			continue;
		sum->tried++;
		if (change(fill, i, false) == ASST_OK)
			sum->deleted++;
		else
			say(fill, "a delete is refused: %s", asst_error_message(fill->err));
	}
}

/* How many batches were put until one was refused. */
static int put_all(struct fill *fill)
{
	int count = 0;

	while (count < PUTS && change(fill, count, true) == ASST_OK)
		count++;
	return count;
}

static void when_full(struct fill *fill, struct asst_sim_full *sum)
{
	sum->filled++;
	check(fill, "full");
	delete_some(fill, sum, 0);
	check(fill, "full, deleted");
	/* Whether it succeeds or not, what could be done before can be done after it. */
	(void)asst__file_compact(fill->backend.self, NULL, NULL, fill->err);
	check(fill, "full, compacted");
	delete_some(fill, sum, DELETES);
	close_store(fill);
	/* Nothing has to grow for this. */
	if (!open_store(fill, true))
		return;
	check(fill, "full, opened again");
	delete_some(fill, sum, 2 * DELETES);
	check(fill, "full, opened again, deleted");
	asst_sim_plan(fill->disk, NULL);
	/* In the same process. */
	if (change(fill, 0, true))
		say(fill, "there is room again, but: %s", asst_error_message(fill->err));
	check(fill, "with room again");
	close_store(fill);
}

/* A new store on a disk with so much room; false: too little even for that. */
static bool begin_fill(struct fill *fill, const struct asst_sim_plan *plan)
{
	fill->said[0] = '\0';
	fill->disk = asst_sim_new(plan->room);
	fill->err = asst_error_new();
	asst_sim_mem_init(&fill->mem);
	asst_sim_plan(fill->disk, plan);
	return open_store(fill, false);
}

/* With room again it can be opened, and has what it should. */
static void end_fill(struct fill *fill, const char *when)
{
	asst_sim_plan(fill->disk, NULL);
	if (!fill->said[0] && open_store(fill, true)) {
		check(fill, when);
		close_store(fill);
	}
	asst_sim_free(fill->disk);
	asst_error_free(fill->err);
}

/* All of the log is dead: compaction gives it back, without any space but the reserve. */
void asst_sim_fill_dead(size_t config, uint64_t room, struct asst_sim_full *sum, char said[256])
{
	const struct asst_sim_plan plan = { .room = room };
	struct asst__file_options options = configs[config];
	struct fill fill = { .options = &options, .said = said };
	int puts = 0;

	/* Otherwise the disk does not become full. */
	options.no_compaction = true;
	if (begin_fill(&fill, &plan)) {
		while (change(&fill, puts % 4, true) == ASST_OK &&
		       change(&fill, puts % 4, false) == ASST_OK)
			puts++;
		if (puts > 8 && asst__file_compact(fill.backend.self, NULL, NULL, fill.err))
			say(&fill, "a log that is dead cannot be compacted: %s",
			    asst_error_message(fill.err));
		sum->compacted += puts > 8;
		check(&fill, "compacted");
		if (puts > 60 && change(&fill, 9, true))
			say(&fill, "compacted, but: %s", asst_error_message(fill.err));
		close_store(&fill);
	}
	end_fill(&fill, "at last");
}

/* One key more at a time must not use up what deletes need. */
static void put_singly(struct fill *fill)
{
	static const unsigned char value[100];
	struct asst_batch batch;
	uint64_t sequence;
	int status = ASST_OK, count;

	for (count = 0; status == ASST_OK && count < 100; count++) {
		char key[16];
		int size = snprintf(key, sizeof(key), "single%d", count);

		asst__batch_init(&batch, &fill->mem.mem);
		status = asst_batch_put(&batch, key, (size_t)size, value, sizeof(value), NULL);
		if (status == ASST_OK)
			status = asst__backend_apply(&fill->backend, "other", &batch, &sequence,
						     NULL, fill->err);
		asst__batch_dispose(&batch);
	}
	if (status == ASST_OK)
		say(fill, "a full disk takes one key after the other");
}

/* As parts of the log die, they give the room for more deletes. */
void asst_sim_fill_empty(uint64_t room, struct asst_sim_full *sum, char said[256])
{
	const struct asst_sim_plan plan = { .room = room };
	struct fill fill = { .options = &configs[1], .said = said };
	int count = 0;

	if (begin_fill(&fill, &plan)) {
		count = put_all(&fill);
		if (count > 8 && count < PUTS) {
			put_singly(&fill);
			for (int i = 0; i < count; i++)
				if (change(&fill, i, false))
					say(&fill, "delete %d of %d is refused: %s", i, count,
					    asst_error_message(fill.err));
			sum->emptied++;
			check(&fill, "emptied");
			/* What was the reserve is given back by a compaction alone. */
			if (change(&fill, 0, true) &&
			    (asst__file_compact(fill.backend.self, NULL, NULL, fill.err) ||
			     change(&fill, 0, true)))
				say(&fill, "emptied, but: %s", asst_error_message(fill.err));
		}
		close_store(&fill);
	}
	end_fill(&fill, "emptied, opened again");
}

/* Each value fills most of a segment: to copy one gains nothing, and must not be tried for ever. */
void asst_sim_fill_large(uint64_t room, struct asst_sim_full *sum, char said[256])
{
	static const unsigned char value[50000];
	/* A segment that goes makes room for the reserve, which is as large. */
	static const struct asst__file_options options = { .segment_bytes = 1 << 16,
							   .fill_bytes = 1 << 16,
							   .reserve_bytes = 1 << 16,
							   .resident_bytes = 10000 };
	const struct asst_sim_plan plan = { .room = room };
	struct fill fill = { .options = &options, .said = said };
	struct asst_batch batch;
	uint64_t sequence;
	int status = ASST_OK, count = 0, i;

	if (begin_fill(&fill, &plan)) {
		for (i = 0; i < 2 * count + 20 && status == ASST_OK; i++) {
			unsigned char key = (unsigned char)(i < 100 ? i : 100);

			asst__batch_init(&batch, &fill.mem.mem);
			status = asst_batch_put(&batch, &key, 1, value, sizeof(value), NULL);
			if (status == ASST_OK)
				status = asst__backend_apply(&fill.backend, "large", &batch,
							     &sequence, NULL, fill.err);
			asst__batch_dispose(&batch);
			count += status == ASST_OK && i < 100;
		}
		if (status && status != ASST_EIO)
			say(&fill, "large: %d, %s", status, asst_error_message(fill.err));
		sum->large += status == ASST_EIO;
		close_store(&fill);
	}
	asst_sim_plan(fill.disk, NULL);
	if (!said[0] && open_store(&fill, true)) {
		struct asst__file_stats stats;

		asst__file_stats(fill.backend.self, &stats);
		if (stats.keys < (uint64_t)count)
			say(&fill, "large: %d were taken, %" PRIu64 " are there", count, stats.keys);
		close_store(&fill);
	}
	asst_sim_free(fill.disk);
	asst_error_free(fill.err);
}

#define ALIVE 40

bool asst_sim_compact_again(size_t config, uint64_t call, uint64_t taking, int error,
			    char said[256])
{
	const struct asst_sim_plan plan = { .fail_at = call,
					    .fail_for = 1,
					    .way = ASST_SIM_ERROR,
					    .error = error };
	struct asst__file_options options = configs[config];
	struct fill fill = { .options = &options, .said = said };
	bool wrong;

	said[0] = '\0';
	options.no_compaction = true;
	fill.disk = asst_sim_new(1);
	fill.err = asst_error_new();
	asst_sim_mem_init(&fill.mem);
	if (!open_store(&fill, true))
		return false;
	for (int i = 0; i < ALIVE; i++)
		(void)change(&fill, i, true);
	for (int i = 0; i < ALIVE; i += 4)
		(void)change(&fill, i, false);
	asst_sim_plan(fill.disk, &plan);
	fill.mem.fail_at = taking;
	(void)asst__file_compact(fill.backend.self, NULL, NULL, fill.err);
	wrong = call ? fill.disk->went_wrong > 0 : !fill.mem.fail_at;
	fill.mem.fail_at = 0;
	asst_sim_plan(fill.disk, NULL);
	check(&fill, "compacted");
	/* It may be refused where a write is in doubt. */
	(void)asst__file_compact(fill.backend.self, NULL, NULL, fill.err);
	check(&fill, "compacted again");
	close_store(&fill);
	if (!said[0] && open_store(&fill, true)) {
		check(&fill, "at last");
		close_store(&fill);
	}
	asst_sim_free(fill.disk);
	asst_error_free(fill.err);
	return wrong;
}

bool asst_sim_fill(size_t config, uint64_t room, struct asst_sim_full *sum, char said[256])
{
	const struct asst_sim_plan plan = { .room = room };
	struct fill fill = { .options = &configs[config], .said = said };
	bool enough = false;

	said[0] = '\0';
	fill.disk = asst_sim_new(room);
	fill.err = asst_error_new();
	asst_sim_mem_init(&fill.mem);
	asst_sim_plan(fill.disk, &plan);
	if (open_store(&fill, false)) {
		enough = put_all(&fill) == PUTS;
		if (enough)
			close_store(&fill);
		else
			when_full(&fill, sum);
	} else {
		sum->too_small++;
	}
	asst_sim_plan(fill.disk, NULL);
	if (!said[0] && open_store(&fill, true)) {
		check(&fill, "at last");
		if (put_all(&fill) != PUTS)
			say(&fill, "there is room at last, but: %s", asst_error_message(fill.err));
		check(&fill, "at last, written");
		close_store(&fill);
	}
	asst_sim_free(fill.disk);
	asst_error_free(fill.err);
	return enough;
}
