/* SPDX-License-Identifier: MIT */
/* Checking, copying and counting a log that is in use: its segments stay while this goes on. */
#include "base/buf.h"
#include "storage/file/inner.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define PIECE (1024u * 1024)

/* The log as it was at one moment, all of it durable. */
struct extent {
	struct asst__file *file;
	struct asst__segment *segments;
	size_t count;
};

static int pin(struct extent *extent, struct asst__file *file, asst_error *err)
{
	size_t bytes;
	int status = ASST_OK;

	pthread_mutex_lock(&file->lock);
	asst__leader_begin(file);
	pthread_mutex_unlock(&file->lock);
	if (!file->options.read_only && !file->poisoned)
		status = asst__log_sync(file, err);
	extent->file = file;
	extent->count = file->segment_count;
	bytes = extent->count * sizeof(*extent->segments);
	extent->segments = asst__alloc(&file->mem, bytes);
	if (extent->segments && bytes)
		memcpy(extent->segments, file->segments, bytes);
	else if (!extent->segments && status == ASST_OK)
		status = asst__fail_nomem(err);
	pthread_mutex_lock(&file->lock);
	file->pinned++;
	asst__leader_end(file);
	pthread_mutex_unlock(&file->lock);
	return status;
}

static void unpin(struct extent *extent)
{
	struct asst__file *file = extent->file;

	pthread_mutex_lock(&file->lock);
	file->pinned--;
	pthread_mutex_unlock(&file->lock);
	asst__free(&file->mem, extent->segments, extent->count * sizeof(*extent->segments));
}

/* Backup */

static int see_any(void *user, const char *name)
{
	(void)name;
	*(bool *)user = true;
	return 0;
}

static bool walks(const struct asst__frame *frame)
{
	struct asst__section section;
	size_t at = 0;
	uint32_t i;

	for (i = 0; i < frame->sections && asst__frame_next(frame, &at, &section); i++)
		;
	return i == frame->sections;
}

/* A segment on its way into the copy. */
struct copy {
	struct asst__file *file;
	const struct asst__segment *segment;
	int dir, to;
	uint64_t serial; /* of the last frame that was copied */
	uint64_t at;     /* where it ends */
	unsigned char *bytes; /* of the segment, from there on */
	size_t size, room;
};

/* The header must be the one that was read when the store was opened. */
static int check_head(const struct copy *copy, asst_error *err)
{
	struct asst__segment head = *copy->segment;
	uint64_t oldest;
	bool empty;
	int status = asst__segment_read(copy->file, &head, &oldest, &empty, err);

	if (status == ASST_OK && (empty || head.first != copy->segment->first ||
				  head.salt != copy->segment->salt))
		status = asst__damaged(err, head.number, 0, ": its header");
	return status;
}

/* How many bytes are wanted from where the copy stands: the next frame at least. */
static size_t wanted(const struct copy *copy)
{
	uint64_t rest = copy->segment->used - copy->at;
	size_t frame = copy->size < 8 ? 0 : asst__get32(copy->bytes + 4);

	/* Larger than any frame is damage, too. */
	if (frame < PIECE || frame > 2 * ASST__FRAME_MOST)
		frame = PIECE;
	return frame < rest ? frame : (size_t)rest;
}

/* Read on, and write the same to the copy at once: what is left of it then is no store. */
static int carry(struct copy *copy, size_t want)
{
	struct asst__file *file = copy->file;
	const struct asst__io *io = file->io;
	uint64_t at = copy->at + copy->size;
	unsigned char *bytes;
	int error;

	if (want > copy->room) {
		bytes = asst__realloc(&file->mem, copy->bytes, copy->room, want);
		if (!bytes)
			return -ENOMEM;
		copy->bytes = bytes;
		copy->room = want;
	}
	error = asst__io_read_full(io, copy->segment->file, copy->bytes + copy->size,
				   want - copy->size, at);
	if (!error)
		error = asst__io_write_full(io, copy->to, copy->bytes + copy->size,
					    want - copy->size, at);
	if (!error)
		copy->size = want;
	return error;
}

/* Pass the sound frames that are there as a whole; the rest stays for the next time. */
static void pass_frames(struct copy *copy)
{
	struct asst__frame frame;
	size_t at = 0;

	while (asst__frame_read(&frame, copy->file, copy->segment, copy->bytes + at,
				copy->size - at) &&
	       frame.serial == copy->serial + 1 && walks(&frame)) {
		copy->serial++;
		at += frame.size;
	}
	copy->at += at;
	copy->size -= at;
	memmove(copy->bytes, copy->bytes + at, copy->size);
}

static int copy_frames(struct copy *copy, asst_error *err)
{
	unsigned char head[ASST__SEGMENT_HEAD];
	const struct asst__io *io = copy->file->io;
	char name[24];
	size_t want;
	int error = asst__io_read_full(io, copy->segment->file, head, sizeof(head), 0);

	asst__segment_name(name, copy->segment->number);
	if (!error)
		error = asst__io_write_full(io, copy->to, head, sizeof(head), 0);
	while (!error && copy->at < copy->segment->used) {
		want = wanted(copy);
		/* All that the next frame needs is there, but it is none. */
		if (want <= copy->size)
			return asst__damaged(err, copy->segment->number, copy->at, "");
		error = carry(copy, want);
		if (!error)
			pass_frames(copy);
	}
	if (!error)
		error = io->sync(io->self, copy->to);
	if (error == -ENOMEM)
		return asst__fail_nomem(err);
	if (error == -EPIPE)
		return asst__damaged(err, copy->segment->number, copy->at, ": it is cut short");
	return error ? asst__file_fail(copy->file, err, error, "copy", name) : ASST_OK;
}

static int copy_segment(struct copy *copy, asst_error *err)
{
	const struct asst__io *io = copy->file->io;
	char name[24];
	int error, status = check_head(copy, err);

	if (status != ASST_OK)
		return status;
	asst__segment_name(name, copy->segment->number);
	error = io->open(io->self, copy->dir, name, ASST__IO_WRITE | ASST__IO_CREATE, &copy->to);
	if (error)
		return asst__file_fail(copy->file, err, error, "make the copy of", name);
	copy->at = ASST__SEGMENT_HEAD;
	copy->size = 0;
	status = copy_frames(copy, err);
	io->close(io->self, copy->to);
	return status;
}

static int copy_log(const struct extent *extent, int dir, asst_progress progress, void *user,
		    asst_error *err)
{
	struct copy copy = { .file = extent->file, .dir = dir };
	uint64_t done = 0, total = 0;
	int status = ASST_OK;
	size_t i;

	for (i = 0; i < extent->count; i++)
		total += extent->segments[i].used;
	if (extent->count)
		copy.serial = extent->segments[0].first - 1;
	for (i = 0; i <= extent->count && status == ASST_OK; i++) {
		if (progress && progress(user, done, total)) {
			status = asst__fail(err, ASST_ECANCELED, "the backup was canceled");
		} else if (i < extent->count) {
			copy.segment = &extent->segments[i];
			status = copy_segment(&copy, err);
			done += copy.segment->used;
		}
	}
	asst__free(&extent->file->mem, copy.bytes, copy.room);
	return status;
}

int asst__file_backup(void *self, const char *directory, asst_progress progress, void *user,
		      asst_error *err)
{
	struct asst__file *file = self;
	struct extent extent;
	bool full = false;
	int dir, status = asst__file_usable(file, false, err), error;

	if (status != ASST_OK)
		return status;
	error = file->io->open_dir(file->io->self, directory, 1, &dir);
	if (error)
		return asst__directory_fail(file, err, error, "the directory of the backup");
	error = file->io->list(file->io->self, dir, see_any, &full);
	if (error)
		status = asst__file_fail(file, err, error, "list", "the directory of the backup");
	else if (full)
		status = asst__fail(err, ASST_EEXISTS, "the directory of the backup is not empty");
	if (status == ASST_OK) {
		status = pin(&extent, file, err);
		if (status == ASST_OK)
			status = copy_log(&extent, dir, progress, user, err);
		/* Last: without it the copy is not a store. */
		if (status == ASST_OK)
			status = asst__identity_write(file, dir, err);
		unpin(&extent);
	}
	file->io->close(file->io->self, dir);
	return status;
}

/* Verify */

struct finding {
	struct asst__file *file;
	void (*report)(void *user, const char *what);
	void *user;
};

static void found(const struct finding *finding, const char *name, uint64_t offset,
		  const char *what)
{
	char text[160];

	snprintf(text, sizeof(text), "%s at offset %llu: %s", name, (unsigned long long)offset,
		 what);
	finding->report(finding->user, text);
}

/*
 * All frames of a segment, which must have consecutive serials. *serial: of the last one before
 * it; 0 where that is not known.
 */
static int verify_segment(const struct finding *finding, const struct asst__segment *segment,
			  uint64_t *serial, asst_error *err)
{
	struct asst__file *file = finding->file;
	unsigned char *bytes = asst__alloc(&file->mem, (size_t)segment->used);
	uint64_t at = ASST__SEGMENT_HEAD;
	struct asst__frame frame;
	char name[24];
	int error;

	if (!bytes)
		return asst__fail_nomem(err);
	asst__segment_name(name, segment->number);
	if (*serial && segment->first != *serial + 1)
		found(finding, name, 0, "it does not follow on the one before it");
	*serial = segment->first - 1;
	error = asst__io_read_full(file->io, segment->file, bytes, (size_t)segment->used, 0);
	if (error)
		found(finding, name, 0, error == -EPIPE ? "it is cut short" : "it cannot be read");
	while (!error && at < segment->used) {
		if (!asst__frame_read(&frame, file, segment, bytes + at,
				      (size_t)(segment->used - at))) {
			found(finding, name, at, "a frame is damaged");
			error = -EPIPE;
			break;
		}
		if (frame.serial != ++*serial)
			found(finding, name, at, "a frame is out of order");
		if (!walks(&frame))
			found(finding, name, at, "the content of a frame is damaged");
		at += frame.size;
	}
	if (error)
		*serial = 0;
	asst__free(&file->mem, bytes, (size_t)segment->used);
	return ASST_OK;
}

/* Every key whose value lies in the log must find it there. */
static int verify_partition(const struct finding *finding, struct asst__partition *partition,
			    asst_error *err)
{
	struct asst__file *file = finding->file;
	struct asst__cursor cursor;
	const struct asst__entry *entry;
	size_t stripe = asst__rwlock_read(&partition->lock);
	int status = ASST_OK;

	entry = asst__tree_first(&partition->index.tree, NULL, 0, &cursor);
	for (; entry && status != ASST_ENOMEM; entry = asst__cursor_next(&cursor)) {
		struct asst__place place;
		asst_buf *value;
		char name[24];

		if (!(entry->flags & ASST__ENTRY_PLACE))
			continue;
		place = asst__entry_placed(entry).place;
		status = asst__file_read_value(file, &place, NULL, &value, NULL);
		if (status != ASST_OK && status != ASST_ENOMEM) {
			asst__segment_name(name, place.segment);
			found(finding, name, place.offset, "the value of a key is damaged");
		}
		asst_buf_free(value);
	}
	asst__rwlock_read_unlock(&partition->lock, stripe);
	return status == ASST_ENOMEM ? asst__fail_nomem(err) : ASST_OK;
}

int asst__file_verify(void *self, void (*report)(void *user, const char *what), void *user,
		      asst_error *err)
{
	struct asst__file *file = self;
	struct finding finding = { file, report, user };
	struct extent extent;
	uint64_t serial = 0;
	int status = asst__file_usable(file, false, err);

	if (status != ASST_OK)
		return status;
	status = pin(&extent, file, err);
	if (status == ASST_OK && extent.count)
		serial = extent.segments[0].first - 1;
	for (size_t i = 0; i < extent.count && status == ASST_OK; i++)
		status = verify_segment(&finding, &extent.segments[i], &serial, err);
	unpin(&extent);
	for (size_t i = 0; status == ASST_OK && i < asst__partition_count(&file->partitions); i++)
		status = verify_partition(&finding, asst__partition_at(&file->partitions, i), err);
	return status;
}

int asst__file_each_stat(void *self, void (*each)(void *user, const char *name, uint64_t value),
			 void *user, asst_error *err)
{
	struct asst__file *file = self;
	struct asst__file_stats stats;
	int status = asst__file_usable(file, false, err);

	if (status != ASST_OK)
		return status;
	asst__file_stats(self, &stats);
	each(user, "keys", stats.keys);
	each(user, "live_bytes", stats.live_bytes);
	each(user, "log_bytes", stats.log_bytes);
	each(user, "resident_bytes", stats.resident_bytes);
	each(user, "segments", stats.segments);
	each(user, "frames", stats.frames);
	each(user, "syncs", stats.syncs);
	return ASST_OK;
}
