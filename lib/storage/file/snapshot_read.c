/* SPDX-License-Identifier: MIT */
/*
 * Reading the index snapshot. Nothing in it is to be trusted: what is not as it was written, or does
 * not fit the log, is as if it was not there.
 */
#include "base/crc32c.h"
#include "storage/file/snapshot.h"

#include <string.h>

struct reader {
	struct asst__file *file;
	asst_error *err;
	int handle;
	uint64_t at, size; /* of the body: what was read into the piece, all */
	unsigned char *piece;
	size_t begin, end; /* what is left of the piece */
};

/* Make size bytes available; NULL when the body has no more. */
static const unsigned char *take(struct reader *reader, size_t size)
{
	const struct asst__io *io = reader->file->io;
	size_t rest = reader->end - reader->begin, more;
	const unsigned char *bytes;

	if (rest < size) {
		memmove(reader->piece, reader->piece + reader->begin, rest);
		reader->begin = 0;
		reader->end = rest;
		more = ASST__SNAPSHOT_PIECE - rest;
		if (more > reader->size - reader->at)
			more = (size_t)(reader->size - reader->at);
		if (rest + more < size ||
		    asst__io_read_full(io, reader->handle, reader->piece + rest, more,
				       ASST__SNAPSHOT_HEAD + reader->at))
			return NULL;
		reader->at += more;
		reader->end += more;
	}
	bytes = reader->piece + reader->begin;
	reader->begin += size;
	return bytes;
}

static bool body_is_sound(struct reader *reader, uint32_t crc)
{
	uint32_t sum = 0;
	uint64_t at = 0, part;

	for (; at < reader->size; at += part) {
		part = reader->size - at < ASST__SNAPSHOT_PIECE ? reader->size - at : ASST__SNAPSHOT_PIECE;
		if (asst__io_read_full(reader->file->io, reader->handle, reader->piece,
				       (size_t)part, ASST__SNAPSHOT_HEAD + at))
			return false;
		sum = asst__crc32c(sum, reader->piece, (size_t)part);
	}
	return sum == crc;
}

/* *beyond: the log has no such place. */
static struct asst__entry *read_value(struct reader *reader, bool outside, size_t value_size,
				      size_t key_size, bool *beyond)
{
	struct asst__file *file = reader->file;
	const unsigned char *bytes = take(reader, outside ? 16 : value_size);
	const struct asst__segment *segment;
	struct asst__place place;

	*beyond = !bytes;
	if (!bytes)
		return NULL;
	if (!outside)
		return asst__entry_new_inline(&file->partitions.entries.mem, key_size, bytes,
					      value_size);
	place.segment = asst__get32(bytes);
	place.offset = asst__get32(bytes + 4);
	place.size = asst__get32(bytes + 8);
	place.crc = asst__get32(bytes + 12);
	segment = asst__segment_find(file, place.segment);
	if (!segment || place.offset > segment->used || place.size > segment->used - place.offset) {
		*beyond = true;
		return NULL;
	}
	return asst__entry_new_outside(&file->partitions.entries.mem, key_size, &place);
}

static int read_entry(struct reader *reader, struct asst__partition *partition)
{
	unsigned char key[ASST_MAX_KEY_BYTES];
	const unsigned char *head = take(reader, ASST__SNAPSHOT_KEY), *bytes;
	struct asst__entry *entry;
	size_t key_size, value_size;
	uint64_t sequence;
	uint32_t segment;
	bool outside, beyond;

	if (!head)
		return ASST_ECORRUPT;
	key_size = (size_t)head[0] | (size_t)head[1] << 8;
	outside = head[2] != 0;
	value_size = head[3];
	sequence = asst__get64(head + 4);
	segment = head[12] | (uint32_t)head[13] << 8;
	bytes = key_size <= sizeof(key) ? take(reader, key_size) : NULL;
	if (!bytes)
		return ASST_ECORRUPT;
	memcpy(key, bytes, key_size);
	entry = read_value(reader, outside, value_size, key_size, &beyond);
	if (!entry)
		return beyond ? ASST_ECORRUPT : asst__fail_nomem(reader->err);
	entry->sequence = sequence;
	asst__entry_set_segment(entry, segment);
	asst__entry_set_key(entry, key, key_size, NULL);
	asst__index_hash(&partition->index, entry);
	if (asst__index_insert(&partition->index, entry))
		return ASST_OK;
	asst__entry_free(&reader->file->partitions.entries.mem, entry);
	return asst__fail_nomem(reader->err);
}

static int read_partition(struct reader *reader)
{
	const unsigned char *head = take(reader, 28), *name;
	struct asst__partition *partition;
	uint64_t sequence, assigned, count;
	uint32_t name_size;
	int status = ASST_OK;

	if (!head)
		return ASST_ECORRUPT;
	name_size = asst__get32(head);
	sequence = asst__get64(head + 4);
	assigned = asst__get64(head + 12);
	count = asst__get64(head + 20);
	name = name_size && name_size < 4096 ? take(reader, name_size) : NULL;
	if (!name || name[name_size - 1] != '\0')
		return ASST_ECORRUPT;
	partition = asst__partition_make(&reader->file->partitions, (const char *)name);
	if (!partition)
		return asst__fail_nomem(reader->err);
	partition->sequence = sequence;
	partition->assigned = assigned;
	/* Room for some more, too, so that the first write need not make it. */
	if (count <= reader->size / ASST__SNAPSHOT_KEY &&
	    !asst__hash_reserve(&partition->index.hash, (size_t)(count + count / 8)))
		return asst__fail_nomem(reader->err);
	while (count-- && status == ASST_OK)
		status = read_entry(reader, partition);
	return status;
}

/* Whether the log still has what the header speaks of: its segments and its last frame. */
static bool fits_log(struct asst__file *file, const unsigned char head[ASST__SNAPSHOT_HEAD])
{
	struct asst__segment *last = asst__segment_find(file, asst__get32(head + ASST__AT_SEGMENT));
	uint64_t frame_at = asst__get64(head + ASST__AT_FRAME), end = asst__get64(head + ASST__AT_END);
	unsigned char *bytes;
	struct asst__frame frame;
	bool fits;

	if (!last || file->segments[0].number != asst__get32(head + ASST__AT_OLDEST) ||
	    end > last->size || frame_at >= end)
		return false;
	bytes = asst__alloc(&file->mem, (size_t)(end - frame_at));
	fits = bytes &&
	       !asst__io_read_full(file->io, last->file, bytes, (size_t)(end - frame_at),
				   frame_at) &&
	       asst__frame_read(&frame, file, last, bytes, (size_t)(end - frame_at)) &&
	       frame.serial == asst__get64(head + ASST__AT_SERIAL) && frame.size == end - frame_at;
	asst__free(&file->mem, bytes, (size_t)(end - frame_at));
	return fits;
}

static bool read_head(struct asst__file *file, int handle, unsigned char head[ASST__SNAPSHOT_HEAD])
{
	return !asst__io_read_full(file->io, handle, head, ASST__SNAPSHOT_HEAD, 0) &&
	       memcmp(head, asst__snapshot_mark, sizeof(asst__snapshot_mark)) == 0 &&
	       asst__get32(head + ASST__AT_FORMAT) == ASST__FILE_FORMAT &&
	       asst__get32(head + ASST__AT_CRC) == asst__snapshot_crc(head) &&
	       memcmp(head + ASST__AT_STORE, file->id, 16) == 0;
}

static int read_body(struct reader *reader, const unsigned char head[ASST__SNAPSHOT_HEAD],
		     struct asst__snapshot *snapshot)
{
	struct asst__file *file = reader->file;
	uint32_t i, count = asst__get32(head + ASST__AT_PARTITIONS);
	const unsigned char *used;
	int status = ASST_OK;

	for (i = 0; i <= snapshot->segment - file->segments[0].number; i++) {
		used = take(reader, 8);
		if (!used)
			return ASST_ECORRUPT;
		file->segments[i].used = asst__get64(used);
		if (file->segments[i].used > file->segments[i].size)
			return ASST_ECORRUPT;
	}
	for (i = 0; i < count && status == ASST_OK; i++)
		status = read_partition(reader);
	return status;
}

/* It could not be read to its end: the log is read instead, from its begin. */
static int forget(struct asst__file *file, asst_error *err)
{
	struct asst__mem mem = file->partitions.mem;
	uint64_t seed = file->partitions.seed;

	for (size_t i = 0; i < file->segment_count; i++)
		file->segments[i].used = ASST__SEGMENT_HEAD;
	asst__partitions_dispose(&file->partitions);
	return asst__partitions_init(&file->partitions, &mem, seed, err);
}

int asst__snapshot_read(struct asst__file *file, struct asst__snapshot *snapshot, asst_error *err)
{
	const struct asst__io *io = file->io;
	struct reader reader = { .file = file, .err = err };
	unsigned char head[ASST__SNAPSHOT_HEAD];
	int status = ASST_OK, error;

	memset(snapshot, 0, sizeof(*snapshot));
	error = io->open(io->self, file->dir, "index", 0, &reader.handle);
	if (asst__is_no_file(error))
		return asst__file_fail(file, err, error, "open", "index");
	if (error)
		return ASST_OK;
	if (read_head(file, reader.handle, head)) {
		snapshot->serial = asst__get64(head + ASST__AT_SERIAL);
		snapshot->segment = asst__get32(head + ASST__AT_SEGMENT);
		snapshot->end = asst__get64(head + ASST__AT_END);
		reader.size = asst__get64(head + ASST__AT_BODY);
		reader.piece = asst__alloc(&file->mem, ASST__SNAPSHOT_PIECE);
		if (!reader.piece)
			status = asst__fail_nomem(err);
		else if (fits_log(file, head) &&
			 body_is_sound(&reader, asst__get32(head + ASST__AT_BODY_CRC)))
			status = read_body(&reader, head, snapshot);
		else
			snapshot->end = 0;
	}
	asst__free(&file->mem, reader.piece, ASST__SNAPSHOT_PIECE);
	io->close(io->self, reader.handle);
	if (status != ASST_ECORRUPT)
		return status;
	snapshot->end = 0;
	return forget(file, err);
}
