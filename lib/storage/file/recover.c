/* SPDX-License-Identifier: MIT */
/*
 * Recovery: the log is read once, from its oldest segment to its end, into the indexes. A torn
 * tail is cut where nothing behind it proves that it was durable once; anything else that
 * is not as it was written is ASST_ECORRUPT. Every step may be interrupted and done again.
 */
#include "base/buf.h"
#include "base/crc32c.h"
#include "storage/file/inner.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct recovery {
	struct asst__file *file;
	asst_error *err;
	uint32_t *numbers; /* of the segment files that are there, sorted */
	size_t count, room;
	uint32_t oldest; /* the log begins there */
	uint32_t unborn; /* a last segment that was only begun, or 0 */
	struct asst__snapshot snapshot;
	uint64_t proven; /* serial up to which the log says itself that it is durable */
	size_t tail;     /* where frames begin, in the last segment, that are not proven to be */
	unsigned char *bytes; /* of the segment that is read, from an offset on */
	uint64_t from;
	size_t size, bytes_room; /* size: where the bytes end, in the segment */
};

/* Finding segments */

static int visit(void *user, const char *name)
{
	struct recovery *recovery = user;
	struct asst__file *file = recovery->file;
	uint32_t number = asst__segment_number(name);
	size_t i;

	if (!number)
		return 0;
	if (!asst__grow(&file->mem, &recovery->numbers, recovery->count, &recovery->room,
			sizeof(*recovery->numbers)))
		return -ENOMEM;
	for (i = recovery->count++; i > 0 && recovery->numbers[i - 1] > number; i--)
		recovery->numbers[i] = recovery->numbers[i - 1];
	recovery->numbers[i] = (uint32_t)number;
	return 0;
}

static int open_segment(struct recovery *recovery, struct asst__segment *segment, uint64_t *oldest,
			bool *empty)
{
	struct asst__file *file = recovery->file;
	unsigned flags = file->options.read_only ? 0 : ASST__IO_WRITE;
	char name[24];
	int error, status;

	asst__segment_name(name, segment->number);
	error = file->io->open(file->io->self, file->dir, name, flags, &segment->file);
	if (error)
		return asst__open_fail(file, recovery->err, error, name);
	error = file->io->size(file->io->self, segment->file, &segment->size);
	status = error ? asst__file_fail(file, recovery->err, error, "measure", name) :
			 asst__segment_read(file, segment, oldest, empty, recovery->err);
	if (status != ASST_OK || *empty)
		file->io->close(file->io->self, segment->file);
	return status;
}

static int add_segment(struct recovery *recovery, const struct asst__segment *segment)
{
	struct asst__file *file = recovery->file;

	if (asst__grow(&file->mem, &file->segments, file->segment_count, &file->segment_room,
		       sizeof(*segment))) {
		file->segments[file->segment_count++] = *segment;
		return ASST_OK;
	}
	file->io->close(file->io->self, segment->file);
	return asst__fail_nomem(recovery->err);
}

/* Open all segments. The last one may have been about to be made when the machine stopped. */
static int open_segments(struct recovery *recovery)
{
	struct asst__file *file = recovery->file;
	uint64_t oldest;
	bool empty;
	size_t i;
	int status = ASST_OK;

	for (i = 0; i < recovery->count && status == ASST_OK; i++) {
		struct asst__segment segment = { .number = recovery->numbers[i] };

		status = open_segment(recovery, &segment, &oldest, &empty);
		if (status != ASST_OK)
			break;
		if (!empty) {
			status = add_segment(recovery, &segment);
			recovery->oldest = oldest > recovery->oldest ? (uint32_t)oldest :
								       recovery->oldest;
		} else if (i + 1 == recovery->count && i > 0) {
			recovery->unborn = segment.number;
		} else {
			status = asst__damaged(recovery->err, segment.number, 0, ": its header");
		}
	}
	/* The first one was there before the store had its name. */
	if (status == ASST_OK && file->segment_count == 0)
		status = asst__fail(recovery->err, ASST_ECORRUPT, "the log is missing");
	return status;
}

/* Reading frames */

/* The bytes at an offset in the segment that is read. */
static unsigned char *bytes_at(const struct recovery *recovery, size_t offset)
{
	return recovery->bytes + (offset - (size_t)recovery->from);
}

static const unsigned char zeros[65536];

/* Read into the bytes from an offset to the end, or a part. */
static int read_bytes(struct recovery *recovery, const struct asst__segment *segment,
		      uint64_t offset, size_t size)
{
	struct asst__file *file = recovery->file;
	unsigned char *bytes;

	if (size > recovery->bytes_room) {
		bytes = asst__realloc(&file->mem, recovery->bytes, recovery->bytes_room, size);
		if (!bytes)
			return -ENOMEM;
		recovery->bytes = bytes;
		recovery->bytes_room = size;
	}
	return asst__io_read_full(file->io, segment->file, recovery->bytes, size, offset);
}

/*
 * Read what of a segment lies behind the frames that are known. No frame ends in a zero, so that
 * zeros at the end, of which a damaged file may have any number, take no memory.
 */
static int read_segment(struct recovery *recovery, const struct asst__segment *segment)
{
	/* The header may be younger than the size, where somebody begins it at this moment. */
	uint64_t end = segment->size > segment->used ? segment->size : segment->used;
	size_t part = 0;
	char name[24];
	int error = 0;

	recovery->from = segment->used;
	do {
		end -= part;
		part = end - recovery->from < sizeof(zeros) ? (size_t)(end - recovery->from) :
							      sizeof(zeros);
		error = read_bytes(recovery, segment, end - part, part);
	} while (!error && part && memcmp(recovery->bytes, zeros, part) == 0);
	recovery->size = (size_t)end;
	if (!error)
		error = read_bytes(recovery, segment, recovery->from,
				   (size_t)(end - recovery->from));
	if (error == -ENOMEM)
		return asst__fail_nomem(recovery->err);
	asst__segment_name(name, segment->number);
	return error ? asst__file_fail(recovery->file, recovery->err, error, "read", name) :
		       ASST_OK;
}

/* Large values stay where they are until somebody asks for them, as after a clean close. */
static struct asst__entry *make_entry(const struct asst__file *file,
				      const struct asst__frame_op *op,
				      const struct asst__place *place)
{
	struct asst__entry *entry;

	if (op->value_size > ASST__INLINE_VALUE)
		return asst__entry_new_outside(&file->partitions.entries.mem, op->key_size, place);
	entry = asst__entry_new_inline(&file->partitions.entries.mem, op->key_size, op->value,
				       op->value_size);
	if (entry)
		asst__entry_set_segment(entry, place->segment);
	return entry;
}

static int put(struct recovery *recovery, struct asst__partition *partition, uint64_t sequence,
	       const struct asst__frame_op *op, const struct asst__place *place)
{
	struct asst__file *file = recovery->file;
	struct asst__index *index = &partition->index;
	struct asst__entry *old, *entry = make_entry(file, op, place);

	if (!entry)
		return asst__fail_nomem(recovery->err);
	entry->sequence = sequence;
	asst__entry_set_key(entry, op->key, op->key_size, NULL);
	asst__index_hash(index, entry);
	old = asst__index_find_like(index, entry);
	if (old) {
		asst__index_replace(index, old, entry);
		asst__entry_free(&file->partitions.entries.mem, old);
	} else if (!asst__index_insert(index, entry)) {
		asst__entry_free(&file->partitions.entries.mem, entry);
		return asst__fail_nomem(recovery->err);
	}
	return ASST_OK;
}

static void erase(struct recovery *recovery, struct asst__partition *partition,
		  const struct asst__frame_op *op)
{
	struct asst__file *file = recovery->file;
	struct asst__index *index = &partition->index;
	struct asst__entry *entry;

	if (op->kind == ASST_OP_DELETE_RANGE) {
		asst__index_remove_range(index, op->key, op->key_size, op->value, op->value_size,
					 0);
	} else {
		entry = asst__index_find(index, op->key, op->key_size);
		if (entry) {
			asst__index_remove(index, entry);
			asst__entry_free(&file->partitions.entries.mem, entry);
		}
	}
}

static int replay_section(struct recovery *recovery, const struct asst__frame *frame,
			  const struct asst__section *section, const struct asst__place *where)
{
	struct asst__partition *partition;
	struct asst__frame_op op;
	struct asst__place place;
	size_t at = 0;
	int status = ASST_OK;

	if (section->kind == ASST__SECTION_OLDEST) {
		if (section->sequence > recovery->oldest)
			recovery->oldest = (uint32_t)section->sequence;
		return ASST_OK;
	}
	partition = asst__partition_make(&recovery->file->partitions, section->name);
	if (!partition)
		return asst__fail_nomem(recovery->err);
	if (partition->assigned < section->sequence)
		partition->assigned = section->sequence;
	if (section->kind == ASST__SECTION_NOTE)
		return ASST_OK;
	if (partition->sequence < section->sequence)
		partition->sequence = section->sequence;
	for (uint32_t i = 0; i < section->ops && status == ASST_OK; i++) {
		if (!asst__section_next(frame, section, &at, &op))
			return asst__damaged(recovery->err, where->segment, where->offset, "");
		place = *where;
		place.offset += (uint32_t)op.value_at;
		place.size = op.value_size;
		place.crc = op.crc;
		if (op.kind == ASST_OP_PUT)
			status = put(recovery, partition, section->sequence, &op, &place);
		else
			erase(recovery, partition, &op);
	}
	return status;
}

static int replay(struct recovery *recovery, const struct asst__frame *frame,
		  const struct asst__segment *segment)
{
	struct asst__place where = { segment->number, (uint32_t)segment->used, 0, 0 };
	struct asst__section section;
	size_t at = 0;
	uint32_t i;
	int status = ASST_OK;

	for (i = 0; i < frame->sections && status == ASST_OK; i++) {
		if (!asst__frame_next(frame, &at, &section))
			return asst__damaged(recovery->err, segment->number, segment->used, "");
		status = replay_section(recovery, frame, &section, &where);
	}
	return status;
}

/* Whether a frame behind the end of the log says that the end was durable once. */
static bool proves_loss(struct recovery *recovery, const struct asst__segment *segment)
{
	struct asst__frame frame;
	size_t at;

	for (at = (size_t)segment->used; at + ASST__FRAME_HEAD <= recovery->size; at += 8) {
		if (asst__frame_read(&frame, recovery->file, segment, bytes_at(recovery, at),
				     recovery->size - at) &&
		    frame.synced > recovery->file->serial)
			return true;
	}
	return false;
}

static int read_frames(struct recovery *recovery, struct asst__segment *segment)
{
	struct asst__file *file = recovery->file;
	struct asst__frame frame;
	int status = ASST_OK;

	recovery->tail = (size_t)segment->used;
	while (status == ASST_OK &&
	       asst__frame_read(&frame, file, segment, bytes_at(recovery, (size_t)segment->used),
				recovery->size - (size_t)segment->used) &&
	       frame.serial == file->serial + 1) {
		status = replay(recovery, &frame, segment);
		/* A frame that was durable when a later one was written need not be written again. */
		if (frame.synced > recovery->proven) {
			recovery->proven = frame.synced;
			if (frame.synced == file->serial)
				recovery->tail = (size_t)segment->used;
		}
		file->serial++;
		segment->used += frame.size;
	}
	return status;
}

/*
 * What was read may have come from the page cache of a process that was killed before its
 * sync, or whose sync failed: then the disk does not have it, and a sync now would not help,
 * because the kernel may take the pages for clean. So it is written again before anything
 * rests on it.
 */
static int settle_tail(struct recovery *recovery, const struct asst__segment *segment)
{
	struct asst__file *file = recovery->file;
	const struct asst__io *io = file->io;
	unsigned char head[ASST__SEGMENT_HEAD];
	char name[24];
	int error;

	asst__segment_name(name, segment->number);
	error = asst__io_read_full(io, segment->file, head, sizeof(head), 0);
	if (!error)
		error = asst__io_write_full(io, segment->file, head, sizeof(head), 0);
	if (!error)
		error = asst__io_write_full(io, segment->file, bytes_at(recovery, recovery->tail),
					    (size_t)segment->used - recovery->tail, recovery->tail);
	if (!error)
		error = io->sync(io->self, segment->file);
	if (!error)
		error = io->sync_dir(io->self, file->dir);
	return error ? asst__file_fail(file, recovery->err, error, "settle the end of", name) :
		       ASST_OK;
}

/* What lies behind the end of the log goes, so that it is never taken for frames. */
static int clear_tail(struct recovery *recovery, const struct asst__segment *segment)
{
	struct asst__file *file = recovery->file;
	size_t at = (size_t)segment->used, part;
	bool dirty = false;
	char name[24];
	int error = 0;

	asst__segment_name(name, segment->number);
	while (!error && at < recovery->size) {
		part = recovery->size - at < sizeof(zeros) ? recovery->size - at : sizeof(zeros);
		if (memcmp(bytes_at(recovery, at), zeros, part) != 0) {
			error = asst__io_write_full(file->io, segment->file, zeros, part, at);
			dirty = true;
		}
		at += part;
	}
	if (!error && dirty)
		error = file->io->sync(file->io->self, segment->file);
	return error ? asst__file_fail(file, recovery->err, error, "clear the end of", name) :
		       ASST_OK;
}

static int corrupt_at(struct recovery *recovery, const struct asst__segment *segment)
{
	return asst__damaged(recovery->err, segment->number, segment->used, "");
}

/* The index was written behind a frame that the log, which ends with the segment, has not. */
static int ends_early(struct recovery *recovery, const struct asst__segment *segment)
{
	uint32_t last = recovery->snapshot.segment;

	if (last <= segment->number)
		return asst__damaged(recovery->err, segment->number, segment->used,
				     ": the log went on here");
	return asst__fail(recovery->err, ASST_ECORRUPT,
			  "%010u.log is missing or has lost its begin: the log went on there",
			  (unsigned)last);
}

/* The frames of a segment from where it stands on; next: the segment behind it, or NULL. */
static int read_rest(struct recovery *recovery, struct asst__segment *segment,
		     const struct asst__segment *next)
{
	struct asst__file *file = recovery->file;
	int status = read_segment(recovery, segment);

	if (status == ASST_OK)
		status = read_frames(recovery, segment);
	if (status != ASST_OK)
		return status;
	if (next ? next->first != file->serial + 1 : proves_loss(recovery, segment))
		return corrupt_at(recovery, segment);
	if (!next && file->serial < recovery->snapshot.serial)
		return ends_early(recovery, segment);
	return ASST_OK;
}

/* One segment after the other; only the last one may end in a torn frame. */
static int read_log(struct recovery *recovery)
{
	struct asst__file *file = recovery->file;
	struct asst__segment *segment, *next;
	size_t i;
	int status = ASST_OK;

	for (i = 0; i < file->segment_count && status == ASST_OK; i++) {
		segment = &file->segments[i];
		next = i + 1 < file->segment_count ? segment + 1 : NULL;
		if (recovery->snapshot.end && segment->number < recovery->snapshot.segment)
			continue;
		if (recovery->snapshot.end && segment->number == recovery->snapshot.segment) {
			file->serial = recovery->proven = recovery->snapshot.serial;
			segment->used = recovery->snapshot.end;
			status = read_rest(recovery, segment, next);
			continue;
		}
		if (i == 0)
			file->serial = segment->first - 1;
		if (segment->first != file->serial + 1)
			return corrupt_at(recovery, segment);
		status = read_rest(recovery, segment, next);
	}
	return status;
}

/* Numbers follow on each other: segments are removed from the begin on, one at a time. */
static int check_row(struct recovery *recovery)
{
	size_t i;

	/* Also that of one which was only begun. */
	for (i = 1; i < recovery->count; i++) {
		if (recovery->numbers[i] != recovery->numbers[i - 1] + 1)
			return asst__fail(recovery->err, ASST_ECORRUPT, "%010u.log is missing",
					  (unsigned)recovery->numbers[i - 1] + 1);
	}
	return ASST_OK;
}

/* Once all is read: the log says itself where it begins. */
static int check_begin(struct recovery *recovery)
{
	struct asst__file *file = recovery->file;

	/* What the snapshot fitted began where its log did. */
	if (recovery->snapshot.end && recovery->oldest < file->segments[0].number)
		recovery->oldest = file->segments[0].number;
	if (file->segment_count && file->segments[0].number > recovery->oldest)
		return asst__fail(recovery->err, ASST_ECORRUPT, "%010u.log is missing",
				  (unsigned)recovery->oldest);
	return ASST_OK;
}

static int remove_unborn(struct recovery *recovery)
{
	struct asst__file *file = recovery->file;
	char name[24];
	int error;

	asst__segment_name(name, recovery->unborn);
	error = file->io->unlink(file->io->self, file->dir, name);
	return error ? asst__file_fail(file, recovery->err, error, "remove", name) : ASST_OK;
}

/* Only what was found sound is changed: the last segment, of which the bytes are there. */
static int mend(struct recovery *recovery)
{
	struct asst__file *file = recovery->file;
	const struct asst__segment *last = &file->segments[file->segment_count - 1];
	int status = settle_tail(recovery, last);

	if (status == ASST_OK)
		status = clear_tail(recovery, last);
	/* What names the oldest segment is durable now. */
	if (status == ASST_OK && file->segments[0].number < recovery->oldest)
		status = asst__segment_drop(file, recovery->oldest, recovery->err);
	if (status == ASST_OK && recovery->unborn)
		status = remove_unborn(recovery);
	return status;
}

static void note_row(struct asst__file *file, const struct recovery *recovery)
{
	file->first_listed = recovery->count ? recovery->numbers[0] : 0;
	file->last_listed = recovery->count ? recovery->numbers[recovery->count - 1] : 0;
}

bool asst__file_row_changed(struct asst__file *file)
{
	struct recovery recovery = { .file = file };
	uint32_t first = file->first_listed, last = file->last_listed;
	int error = file->io->list(file->io->self, file->dir, visit, &recovery);

	note_row(file, &recovery);
	asst__free(&file->mem, recovery.numbers, recovery.room * sizeof(*recovery.numbers));
	return !error && (first != file->first_listed || last != file->last_listed);
}

int asst__file_recover(struct asst__file *file, asst_error *err)
{
	struct recovery recovery = { .file = file, .err = err };
	int error = file->io->list(file->io->self, file->dir, visit, &recovery), status;

	status = error ? asst__file_fail(file, err, error, "list", "the directory") : ASST_OK;
	note_row(file, &recovery);
	if (status == ASST_OK)
		status = open_segments(&recovery);
	if (status == ASST_OK)
		status = check_row(&recovery);
	if (status == ASST_OK)
		status = asst__snapshot_read(file, &recovery.snapshot, err);
	if (status == ASST_OK)
		status = read_log(&recovery);
	if (status == ASST_OK)
		status = check_begin(&recovery);
	if (status == ASST_OK && !file->options.read_only)
		status = mend(&recovery);
	file->synced = file->serial;
	file->settled = recovery.snapshot.end && recovery.snapshot.serial == file->serial;
	asst__free(&file->mem, recovery.numbers, recovery.room * sizeof(*recovery.numbers));
	asst__free(&file->mem, recovery.bytes, recovery.bytes_room);
	return status;
}
