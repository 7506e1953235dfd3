/* SPDX-License-Identifier: MIT */
/* Writing the log: one frame behind the other, zeros ahead of them. */
#include "base/buf.h"
#include "base/crc32c.h"
#include "storage/file/inner.h"

#include <errno.h>
#include <string.h>

static struct asst__segment *last_segment(struct asst__file *file)
{
	return &file->segments[file->segment_count - 1];
}

static int lost(struct asst__file *file, asst_error *err, int error, const char *doing)
{
	static const char why[] = "writing to disk failed: open the store again to go on";
	char name[24];

	asst__segment_name(name, last_segment(file)->number);
	asst__file_poison(file, error, why);
	asst__error_set_raw(err, -error);
	return asst__fail(
		err, ASST_EINDOUBT,
		"could not %s %s: %s (error %d): open the store again to see whether the batch is there",
		doing, name, asst__words(error), -error);
}

int asst__log_sync(struct asst__file *file, asst_error *err)
{
	int error;

	if (file->synced == file->serial)
		return ASST_OK;
	error = file->io->sync(file->io->self, last_segment(file)->file);
	file->syncs++;
	/* Never tried again: after a failure the kernel may call lost pages clean. */
	if (error)
		return lost(file, err, error, "sync");
	file->synced = file->serial;
	return ASST_OK;
}

static uint64_t round_up(uint64_t value, uint64_t step)
{
	return (value + step - 1) / step * step;
}

/* How much of the reserve must be left for others. */
static uint64_t left_by(const struct asst__file *file, enum asst__use use)
{
	if (use == ASST__USE_COPIES || use == ASST__USE_SAME)
		return file->options.reserve_bytes / 2;
	if (use == ASST__USE_SMALLER)
		return file->options.reserve_bytes / 4;
	return use == ASST__USE_FREE ? file->options.reserve_bytes / 8 : 0;
}

/*
 * Zeros ahead of the log: overwriting them needs no metadata to be synced. Those that are there
 * can be used where the reserve is whole. *reserve: it is that which could not be made.
 */
static int fill_ahead(struct asst__file *file, struct asst__segment *segment, size_t size,
		      enum asst__use use, bool *reserve)
{
	uint64_t step = file->options.fill_bytes, need = segment->used + size, want;
	uint64_t leave = left_by(file, use);
	int error = 0;

	*reserve = false;
	if (!step)
		return 0;
	if (use == ASST__USE_ANY || use == ASST__USE_COPIES)
		error = asst__reserve_keep(file);
	/* Where it cannot be made for another reason than space it is missed, but not needed. */
	*reserve = use == ASST__USE_ANY && asst__is_full(error);
	if (*reserve)
		return error;
	if (use == ASST__USE_COPIES && error && !asst__is_full(error))
		leave = 0;
	if (!file->reserved && file->reserve_size < leave)
		need += leave - file->reserve_size;
	if (need <= segment->size)
		return 0;
	want = round_up(need, step);
	if (want > file->options.segment_bytes)
		want = file->options.segment_bytes;
	error = asst__zeros_write(file, segment->file, &segment->size, want);
	if (need <= segment->size)
		return 0;
	/* Behind the end of a segment nothing was tried: then what is to be left is not there. */
	return !error && need > segment->used + size ? -ENOSPC : error;
}

static int roll(struct asst__file *file, uint64_t need, bool full, asst_error *err)
{
	int status = asst__log_sync(file, err);

	if (status != ASST_OK)
		return status;
	return full ? asst__segment_add_reserve(file, need, err) :
		      asst__segment_add(file, need, err);
}

/* Let the last segment have room for a frame, or refuse it. */
static int find_room(struct asst__file *file, size_t size, enum asst__use use, asst_error *err)
{
	struct asst__segment *segment = last_segment(file);
	uint64_t limit = file->options.segment_bytes, need = 0;
	int status = ASST_OK, error;
	bool reserve;
	char name[24];

	if (use != ASST__USE_ANY)
		need = size + left_by(file, use);
	/* The reserve may be larger than a segment. */
	if (limit < segment->size)
		limit = segment->size;
	if (segment->used > ASST__SEGMENT_HEAD && segment->used + size > limit)
		status = roll(file, need, false, err);
	if (status != ASST_OK)
		return status;
	error = fill_ahead(file, last_segment(file), size, use, &reserve);
	if (!error)
		return ASST_OK;
	if (asst__is_full(error) && need) {
		status = roll(file, need, true, err);
		/* That the reserve is too small is not why it was needed. */
		if (status != ASST_EIO || asst_error_raw(err) != ENOSPC)
			return status;
	}
	asst__segment_name(name, last_segment(file)->number);
	return reserve ? asst__file_fail(file, err, error, "make", "reserve") :
			 asst__file_fail(file, err, error, "extend", name);
}

/* A frame that was refused must never be taken for one later, not even after a power failure. */
static int take_back(struct asst__file *file, struct asst__segment *segment)
{
	static const char zeros[ASST__FRAME_HEAD];
	int error = asst__io_write_full(file->io, segment->file, zeros, sizeof(zeros),
					segment->used);

	if (error)
		return error;
	file->syncs++;
	error = file->io->sync(file->io->self, segment->file);
	return asst__is_full(error) ? -EIO : error;
}

static int write_frame(struct asst__file *file, struct asst__segment *segment, const char *bytes,
		       size_t size, asst_error *err)
{
	size_t at = 0;
	int error = asst__io_write_on(file->io, segment->file, bytes, size, segment->used, &at);
	int taken;
	char name[24];

	if (!error)
		return ASST_OK;
	taken = asst__is_full(error) ? take_back(file, segment) : error;
	/* Where not even zeros can be written, nothing of the frame was, if nothing was said to be. */
	if (!taken || (asst__is_full(taken) && asst__is_full(error) && at == 0)) {
		asst__segment_name(name, segment->number);
		return asst__file_fail(file, err, error, "write", name);
	}
	return lost(file, err, error, "write");
}

/* What a round is like is looked at where the disk is full, and not with each. */
static int make_room(struct asst__file *file, const struct asst__round *round, size_t size,
		     enum asst__use use, asst_error *err)
{
	int status = find_room(file, size, use, err);

	if (status != ASST_EIO || use != ASST__USE_ANY || file->poisoned)
		return status;
	use = asst__round_use(round);
	if (use == ASST__USE_ANY)
		return status;
	asst__error_clear(err);
	return find_room(file, size, use, err);
}

int asst__round_write(struct asst__file *file, struct asst__round *round, struct asst__place *where,
		      bool sync, enum asst__use use, asst_error *err)
{
	struct asst__segment *segment;
	size_t size;
	int status;

	asst__error_clear(err);
	/* The frame's size with header, padding and end. */
	size = (round->text.size ? round->text.size : ASST__FRAME_HEAD) + 16;
	status = make_room(file, round, size, use, err);
	if (status != ASST_OK)
		return status;
	segment = last_segment(file);
	size = asst__round_seal(round, file, segment, file->serial + 1, file->synced);
	if (!size)
		return asst__fail_nomem(err);
	status = write_frame(file, segment, round->text.data, size, err);
	if (status != ASST_OK)
		return status;
	where->segment = segment->number;
	where->offset = (uint32_t)segment->used;
	segment->used += size;
	if (segment->size < segment->used)
		segment->size = segment->used;
	file->serial++;
	file->frames++;
	file->written += size;
	return sync ? asst__log_sync(file, err) : ASST_OK;
}

/* Where the window covers the place; false: it has to be read by itself. */
static bool read_window(struct asst__file *file, int handle, struct asst__window *window,
			const struct asst__place *place, char *bytes)
{
	if (!window || window->segment != place->segment || place->offset < window->from ||
	    place->offset > window->to || place->size > window->to - place->offset)
		return false;
	if (!window->read &&
	    asst__io_read_full(file->io, handle, window->bytes, window->to - window->from,
			       window->from))
		return false;
	window->read = true;
	memcpy(bytes, window->bytes + (place->offset - window->from), place->size);
	return true;
}

int asst__file_read_value(void *self, const struct asst__place *place,
			  struct asst__window *window, asst_buf **value, asst_error *err)
{
	struct asst__file *file = self;
	struct asst__segment *segment;
	char name[24];
	size_t stripe = asst__rwlock_read(&file->segments_lock);
	int handle = -1, error = 0;

	*value = NULL;
	segment = asst__segment_find(file, place->segment);
	if (segment)
		handle = segment->file;
	asst__rwlock_read_unlock(&file->segments_lock, stripe);
	if (handle < 0) {
		asst__segment_name(name, place->segment);
		return asst__fail(err, ASST_ECORRUPT, "a value lies in %s, which is not there",
				  name);
	}
	*value = asst__buf_alloc(&file->mem, place->size);
	if (!*value)
		return asst__fail_nomem(err);
	if (!read_window(file, handle, window, place, (*value)->data))
		error = asst__io_read_full(file->io, handle, (*value)->data, place->size,
					   place->offset);
	if (!error && asst__crc32c(0, (*value)->data, place->size) == place->crc)
		return ASST_OK;
	asst_buf_free(*value);
	*value = NULL;
	if (!error || error == -EPIPE)
		return asst__damaged(err, place->segment, place->offset,
				     error ? ": it is cut short" : ": a value");
	asst__segment_name(name, place->segment);
	return asst__file_fail(file, err, error, "read", name);
}

/* Readers fill the budget that writers left; nothing is pushed out of it. */
void asst__file_keep_value(void *self, struct asst__index *index, struct asst__entry *entry,
			   asst_buf *value)
{
	struct asst__file *file = self;
	size_t size = asst_buf_size(value);

	if (file->resident + size > file->options.resident_bytes || !asst__entry_keep(entry, value))
		return;
	atomic_fetch_add_explicit(&index->resident, size, memory_order_relaxed);
	atomic_fetch_add_explicit(&file->resident, size, memory_order_relaxed);
}
