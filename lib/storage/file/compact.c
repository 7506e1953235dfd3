/* SPDX-License-Identifier: MIT */
/* When compaction goes a step: by ratio after commits, for space on a full disk, and when asked. */
#include "storage/file/inner.h"

#include <errno.h>

/* Nobody waits after so many turns without another writer. */
#define QUIET_TURNS 16
/* A step for each so many bytes that were written, so that compaction outruns the writers. */
#define STEP_EVERY (256u * 1024)

uint64_t asst__index_live_bytes(const struct asst__index *index)
{
	return index->weight + ASST__FRAME_OP_HEAD * (uint64_t)asst__index_count(index);
}

uint64_t asst__log_bytes(const struct asst__file *file)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < file->segment_count; i++)
		sum += file->segments[i].used;
	return sum;
}

/* As the cycle before had it; but what came since may be of another kind. */
static uint64_t live_with_heads(const struct asst__file *file)
{
	double part = file->heads_live ? (double)file->live / (double)file->heads_live : 0;

	return file->live + (uint64_t)((part < 2 ? part : 2) * (double)file->heads);
}

/* How many pieces are due: the more, the further the log is above the line. */
static size_t due(const struct asst__file *file)
{
	uint64_t live = live_with_heads(file);
	uint64_t line = live + live / 2 + file->options.segment_bytes;
	uint64_t log = asst__log_bytes(file), pieces;

	if (file->options.no_compaction || file->poisoned || file->pinned || file->segment_count < 2 ||
	    file->written < (file->options.segment_bytes < 4 * STEP_EVERY ?
				     file->options.segment_bytes / 4 : STEP_EVERY) ||
	    log <= line)
		return 0;
	pieces = 1 + (log - line) / (line / (2 * ASST__PIECES) + 1);
	return pieces < ASST__PIECES ? (size_t)pieces : ASST__PIECES;
}

void asst__compact_some(struct asst__file *file)
{
	bool ended = false;
	size_t pieces;

	pthread_mutex_lock(&file->lock);
	pieces = file->writing ? 0 : due(file);
	if (pieces) {
		asst__leader_begin(file);
		pthread_mutex_unlock(&file->lock);
		asst__compact_step(file, pieces, &ended, file->lead_error);
		pthread_mutex_lock(&file->lock);
		file->written = 0;
		asst__leader_end(file);
	}
	pthread_mutex_unlock(&file->lock);
	if (ended)
		asst__segment_retire(file, -1);
}

static uint64_t dead_bytes(const struct asst__file *file)
{
	uint64_t log = asst__log_bytes(file);

	return log > file->live ? log - file->live : 0;
}

/* Looked at before, and little has died since, in the whole log. */
static bool may_gain(const struct asst__file *file)
{
	return file->no_gain_in != file->segments[0].number ||
	       dead_bytes(file) > file->no_gain_dead + file->options.reserve_bytes / 16;
}

bool asst__compact_for_space(struct asst__file *file, uint32_t *last)
{
	bool ended = false;

	pthread_mutex_lock(&file->lock);
	asst__leader_begin(file);
	if (!*last)
		*last = file->segments[file->segment_count - 1].number;
	if (!file->options.no_compaction && !file->poisoned && !file->pinned &&
	    file->segment_count > 1 && file->segments[0].number <= *last && may_gain(file)) {
		pthread_mutex_unlock(&file->lock);
		if (asst__compact_step(file, 0, &ended, file->lead_error))
			ended = false;
		pthread_mutex_lock(&file->lock);
		file->no_gain_in = ended ? 0 : file->segments[0].number;
		file->no_gain_dead = dead_bytes(file);
	}
	asst__leader_end(file);
	pthread_mutex_unlock(&file->lock);
	if (ended)
		asst__segment_retire(file, -1);
	return ended;
}

/* A compaction that was asked for. */
struct work {
	struct asst__file *file;
	uint32_t until; /* the segments below go; 0: not begun */
	uint64_t done, total; /* bytes of them */
	uint64_t finished; /* rounds of others: while there are any, steps are small */
	unsigned quiet;    /* turns since the last of them */
	bool ended; /* a segment is gone */
	bool over;
	asst_error *err;
};

/* How many bytes of the segments below a number are still to be looked at. */
static uint64_t rest_below(const struct asst__file *file, uint32_t number)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < file->segment_count && file->segments[i].number < number; i++)
		sum += file->segments[i].used;
	return sum > file->compact_at ? sum - file->compact_at : 0;
}

/* With what is written from now on in a segment of its own, all before it can go. */
static int begin_work(struct work *work)
{
	struct asst__file *file = work->file;
	bool fresh = file->segments[file->segment_count - 1].used == ASST__SEGMENT_HEAD;
	int status = asst__log_sync(file, work->err);

	/* One that nothing was written to yet, such as of a compaction that was canceled, will do. */
	if (status == ASST_OK && !fresh) {
		status = asst__segment_add(file, file->segment_count == 1, file->lead_error);
		/*
		 * On a full disk what was written last stays where it is, and the rest can go;
		 * where there is no rest, the reserve is what there is to begin with.
		 */
		if (status == ASST_EIO && !file->poisoned && file->segment_count > 1 &&
		    asst__is_full((int)-asst_error_raw(file->lead_error)))
			status = ASST_OK;
		if (status != ASST_OK)
			asst__error_move(work->err, file->lead_error);
	}
	if (status != ASST_OK)
		return status;
	work->until = file->segments[file->segment_count - 1].number;
	work->total = rest_below(file, work->until);
	return ASST_OK;
}

/* The leader alone, without the lock. */
static int do_work(struct work *work, bool busy)
{
	struct asst__file *file = work->file;
	bool full = asst__is_full(asst__reserve_keep(file));
	size_t pieces = full ? 0 : busy ? 1 : ASST__PIECES;
	uint64_t rest;
	int status = ASST_OK;

	if (!work->until)
		return begin_work(work);
	/* A writer's step may have been the last one: what is written to now must not go. */
	work->over = file->segments[0].number >= work->until;
	if (!work->over)
		status = asst__compact_step(file, pieces, &work->ended, work->err);
	rest = rest_below(file, work->until);
	/* A writer's own step that failed has the segment looked at again. */
	if (rest < work->total && work->total - rest > work->done)
		work->done = work->total - rest;
	work->over = file->segments[0].number >= work->until;
	if (work->over)
		work->done = work->total;
	return status;
}

/* Between two turns come all who wait, so that none waits for more than one. */
static int take_turn(struct work *work)
{
	struct asst__file *file = work->file;
	int status = ASST_OK;
	bool busy;

	pthread_mutex_lock(&file->lock);
	/* Who writes again and again needs a moment between two writes. */
	work->quiet = file->finished != work->finished || file->open.first ? 0 : work->quiet + 1;
	busy = work->quiet < QUIET_TURNS;
	if (file->open.first)
		asst__lead(file);
	work->finished = file->finished;
	asst__leader_begin(file);
	if (file->poisoned)
		status = asst__poisoned_fail(file, work->err);
	else if (file->pinned)
		status = asst__fail(work->err, ASST_EBUSY, "the log is being copied or checked");
	pthread_mutex_unlock(&file->lock);
	if (status == ASST_OK)
		status = do_work(work, busy);
	pthread_mutex_lock(&file->lock);
	asst__leader_end(file);
	pthread_mutex_unlock(&file->lock);
	if (work->ended)
		asst__segment_retire(file, -1);
	work->ended = false;
	return status;
}

/* What there is to do when a compaction begins, for the first call of progress. */
static uint64_t measure(struct asst__file *file)
{
	uint64_t rest;

	pthread_mutex_lock(&file->lock);
	asst__leader_begin(file);
	rest = rest_below(file, UINT32_MAX);
	asst__leader_end(file);
	pthread_mutex_unlock(&file->lock);
	return rest;
}

int asst__file_compact(void *self, asst_progress progress, void *user, asst_error *err)
{
	struct work work = { .file = self, .err = err };
	int status = asst__file_usable(work.file, true, err);

	if (status == ASST_OK && progress)
		work.total = measure(work.file);
	while (status == ASST_OK) {
		if (progress && progress(user, work.done, work.total))
			return asst__fail(err, ASST_ECANCELED, "compaction was canceled");
		if (work.over)
			break;
		status = take_turn(&work);
	}
	return status;
}
