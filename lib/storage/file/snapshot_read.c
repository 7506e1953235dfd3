/* SPDX-License-Identifier: MIT */
/*
 * Reading the index snapshot. Nothing in it is to be trusted: what is not as it was written, or does
 * not fit the log, is as if it was not there. But that it cannot be read does not say so.
 */
#include "base/crc32c.h"
#include "storage/file/snapshot.h"

#include <errno.h>
#include <string.h>

struct reader {
	struct asst__file *file;
	asst_error *err;
	int handle;
	uint64_t read, size; /* of the body: what was read into the piece, all */
	unsigned char *piece;
	const unsigned char *at, *end; /* what is left of the piece */
	bool broken; /* it ended, or has what cannot be */
	uint32_t segment; /* the last one */
	/* Of the partition that is read: the last key, and the last entry whose value lies here. */
	unsigned char key[ASST_MAX_KEY_BYTES];
	size_t key_size;
	const struct asst__entry *shown;
};

/* What ends early is damaged. But what cannot be read may prove that the log has lost its end. */
static int read_at(struct reader *reader, unsigned char *bytes, size_t size, uint64_t offset)
{
	struct asst__file *file = reader->file;
	int error = asst__io_read_full(file->io, reader->handle, bytes, size, offset);

	if (!error || error == -EPIPE)
		return error ? ASST_ECORRUPT : ASST_OK;
	return asst__file_fail(file, reader->err, error, "read", "index");
}

static int check_body(struct reader *reader, uint32_t crc)
{
	uint32_t sum = 0;
	uint64_t at = 0, part;
	int status = ASST_OK;

	for (; at < reader->size && status == ASST_OK; at += part) {
		part = reader->size - at;
		part = part < ASST__SNAPSHOT_PIECE ? part : ASST__SNAPSHOT_PIECE;
		status = read_at(reader, reader->piece, (size_t)part, ASST__SNAPSHOT_HEAD + at);
		if (status == ASST_OK)
			sum = asst__crc32c(sum, reader->piece, (size_t)part);
	}
	return status == ASST_OK && sum != crc ? ASST_ECORRUPT : status;
}

static uint64_t left(const struct reader *reader)
{
	return reader->size - reader->read + (uint64_t)(reader->end - reader->at);
}

/* Let the next part of the body be in the piece as a whole. */
static int read_part(struct reader *reader)
{
	size_t rest = (size_t)(reader->end - reader->at), more = ASST__SNAPSHOT_PIECE - rest;
	int status;

	if (rest >= ASST__SNAPSHOT_PART || reader->read == reader->size)
		return ASST_OK;
	if (more > reader->size - reader->read)
		more = (size_t)(reader->size - reader->read);
	memmove(reader->piece, reader->at, rest);
	status = read_at(reader, reader->piece + rest, more, ASST__SNAPSHOT_HEAD + reader->read);
	reader->read += more;
	reader->at = reader->piece;
	reader->end = reader->piece + rest + more;
	return status;
}

/* Size bytes of the part; NULL where it has no more. */
static const unsigned char *take(struct reader *reader, uint64_t size)
{
	const unsigned char *bytes = reader->at;

	if (size > (uint64_t)(reader->end - bytes)) {
		reader->broken = true;
		return NULL;
	}
	reader->at += size;
	return bytes;
}

/* What does not fit into 64 bits is none. */
static uint64_t take_number(struct reader *reader)
{
	uint64_t number = 0;
	unsigned char byte;

	for (unsigned shift = 0; shift < 64 && reader->at < reader->end; shift += 7) {
		byte = *reader->at++;
		number |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80 && (shift < 63 || byte < 2))
			return number;
	}
	reader->broken = true;
	return 0;
}

/* Keys rise, so that none is there twice: the first byte that is not shared is above the old one. */
static void take_key(struct reader *reader)
{
	uint64_t shared = take_number(reader), rest = take_number(reader);
	const unsigned char *bytes = take(reader, rest);

	if (!bytes || !rest || shared > reader->key_size || rest > sizeof(reader->key) - shared ||
	    (shared < reader->key_size && bytes[0] <= reader->key[shared])) {
		reader->broken = true;
		return;
	}
	memcpy(reader->key + shared, bytes, (size_t)rest);
	reader->key_size = (size_t)(shared + rest);
}

/* The log must have such a place. */
static struct asst__entry *take_place(struct reader *reader, uint64_t back)
{
	struct asst__file *file = reader->file;
	const struct asst__segment *segment = NULL;
	uint64_t offset = take_number(reader), size = take_number(reader);
	const unsigned char *crc = take(reader, 4);
	struct asst__place place;

	if (back < reader->segment)
		segment = asst__segment_find(file, reader->segment - (uint32_t)back);
	if (!crc || !segment || offset > segment->used || size > segment->used - offset) {
		reader->broken = true;
		return NULL;
	}
	place.segment = segment->number;
	place.offset = (uint32_t)offset;
	place.size = (uint32_t)size;
	place.crc = asst__get32(crc);
	return asst__entry_new_outside(&file->partitions.entries.mem, reader->key_size, &place);
}

/* An entry with its value alone. NULL: the body is broken, or there is no memory. */
static struct asst__entry *take_value(struct reader *reader)
{
	const struct asst__mem *mem = &reader->file->partitions.entries.mem;
	const struct asst__entry *shown = reader->shown;
	uint64_t back = take_number(reader);
	const unsigned char *kind = take(reader, 1), *bytes;
	struct asst__entry *entry;
	size_t size;

	if (kind && *kind == ASST__SNAPSHOT_OUTSIDE)
		return take_place(reader, back);
	if (kind && *kind == ASST__SNAPSHOT_SAME && shown) {
		size = shown->value_size;
		bytes = shown->bytes;
	} else {
		size = kind && *kind <= ASST__INLINE_VALUE ? *kind : SIZE_MAX;
		bytes = take(reader, size);
	}
	if (!bytes)
		return NULL;
	entry = asst__entry_new_inline(mem, reader->key_size, bytes, size);
	if (entry)
		asst__entry_set_segment(entry, reader->segment - (uint32_t)back);
	reader->shown = entry;
	return entry;
}

static int read_entry(struct reader *reader, struct asst__partition *partition)
{
	const struct asst__mem *mem = &reader->file->partitions.entries.mem;
	struct asst__entry *entry;
	uint64_t sequence;
	int status = read_part(reader);

	if (status != ASST_OK)
		return status;
	take_key(reader);
	sequence = take_number(reader);
	entry = reader->broken ? NULL : take_value(reader);
	if (!entry)
		return reader->broken ? ASST_ECORRUPT : asst__fail_nomem(reader->err);
	entry->sequence = sequence;
	asst__entry_set_key(entry, reader->key, reader->key_size, NULL);
	asst__index_hash(&partition->index, entry);
	if (asst__index_insert(&partition->index, entry))
		return ASST_OK;
	asst__entry_free(mem, entry);
	return asst__fail_nomem(reader->err);
}

/* No key takes less. */
#define LEAST_KEY 6
/* With the NUL: a section of the log has one byte for the length of a name. */
#define MOST_NAME 256

static int read_partition(struct reader *reader)
{
	struct asst__partitions *partitions = &reader->file->partitions;
	struct asst__partition *partition;
	size_t before = partitions->count;
	uint64_t name_size, sequence, assigned, count;
	const unsigned char *name;
	int status = read_part(reader);

	if (status != ASST_OK)
		return status;
	name_size = take_number(reader);
	name = take(reader, name_size);
	sequence = take_number(reader);
	assigned = take_number(reader);
	count = take_number(reader);
	if (reader->broken || !name_size || name_size > MOST_NAME || name[name_size - 1] ||
	    count > left(reader) / LEAST_KEY)
		return ASST_ECORRUPT;
	partition = asst__partition_make(partitions, (const char *)name);
	if (!partition)
		return asst__fail_nomem(reader->err);
	if (partitions->count == before)
		return ASST_ECORRUPT;
	partition->sequence = sequence;
	partition->assigned = assigned;
	/* Room for some more, too, so that the first write need not make it. */
	if (!asst__hash_reserve(&partition->index.hash, (size_t)(count + count / 8)))
		return asst__fail_nomem(reader->err);
	reader->key_size = 0;
	reader->shown = NULL;
	while (count-- && status == ASST_OK)
		status = read_entry(reader, partition);
	return status;
}

static int read_end(struct reader *reader, struct asst__segment *segment)
{
	int status = read_part(reader);

	if (status != ASST_OK)
		return status;
	segment->used = take_number(reader);
	if (reader->broken || segment->used < ASST__SEGMENT_HEAD || segment->used > segment->size)
		return ASST_ECORRUPT;
	return ASST_OK;
}

static int read_body(struct reader *reader, uint32_t partitions)
{
	struct asst__file *file = reader->file;
	uint32_t i, ends = reader->segment - file->segments[0].number + 1;
	int status = ASST_OK;

	reader->at = reader->end = reader->piece;
	for (i = 0; i < ends && status == ASST_OK; i++)
		status = read_end(reader, &file->segments[i]);
	for (i = 0; i < partitions && status == ASST_OK; i++)
		status = read_partition(reader);
	return status == ASST_OK && left(reader) ? ASST_ECORRUPT : status;
}

/* Whether the log still has what the header speaks of: its segments and its last frame. */
static bool fits_log(struct asst__file *file, const unsigned char head[ASST__SNAPSHOT_HEAD])
{
	struct asst__segment *last = asst__segment_find(file, asst__get32(head + ASST__AT_SEGMENT));
	uint64_t frame_at = asst__get64(head + ASST__AT_FRAME);
	uint64_t end = asst__get64(head + ASST__AT_END);
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

static bool head_is_sound(const struct asst__file *file,
			  const unsigned char head[ASST__SNAPSHOT_HEAD])
{
	return memcmp(head, asst__snapshot_mark, sizeof(asst__snapshot_mark)) == 0 &&
	       asst__get32(head + ASST__AT_FORMAT) == ASST__FILE_FORMAT &&
	       asst__get32(head + ASST__AT_CRC) == asst__snapshot_crc(head) &&
	       memcmp(head + ASST__AT_STORE, file->id, 16) == 0;
}

/* ASST_ECORRUPT, without a message: it is not as it was written, or does not fit the log. */
static int load(struct reader *reader, struct asst__snapshot *snapshot)
{
	struct asst__file *file = reader->file;
	unsigned char head[ASST__SNAPSHOT_HEAD];
	int status = read_at(reader, head, sizeof(head), 0);

	if (status == ASST_OK && !head_is_sound(file, head))
		status = ASST_ECORRUPT;
	if (status != ASST_OK)
		return status;
	snapshot->serial = asst__get64(head + ASST__AT_SERIAL);
	snapshot->segment = reader->segment = asst__get32(head + ASST__AT_SEGMENT);
	snapshot->end = asst__get64(head + ASST__AT_END);
	reader->size = asst__get64(head + ASST__AT_BODY);
	if (!fits_log(file, head))
		return ASST_ECORRUPT;
	reader->piece = asst__alloc(&file->mem, ASST__SNAPSHOT_PIECE);
	if (!reader->piece)
		return asst__fail_nomem(reader->err);
	status = check_body(reader, asst__get32(head + ASST__AT_BODY_CRC));
	if (status == ASST_OK)
		status = read_body(reader, asst__get32(head + ASST__AT_PARTITIONS));
	asst__free(&file->mem, reader->piece, ASST__SNAPSHOT_PIECE);
	return status;
}

/* The log is read instead, from its begin. */
static int forget(struct asst__file *file, asst_error *err)
{
	struct asst__mem mem = file->partitions.mem, nodes = file->partitions.nodes;
	uint64_t seed = file->partitions.seed;

	for (size_t i = 0; i < file->segment_count; i++)
		file->segments[i].used = ASST__SEGMENT_HEAD;
	asst__partitions_dispose(&file->partitions);
	return asst__partitions_init(&file->partitions, &mem, &nodes, seed, err);
}

int asst__snapshot_read(struct asst__file *file, struct asst__snapshot *snapshot, asst_error *err)
{
	const struct asst__io *io = file->io;
	struct reader reader = { .file = file, .err = err };
	int status, error;

	memset(snapshot, 0, sizeof(*snapshot));
	error = io->open(io->self, file->dir, "index", 0, &reader.handle);
	if (error == -ENOENT)
		return ASST_OK;
	if (error)
		return asst__open_fail(file, err, error, "index");
	status = load(&reader, snapshot);
	io->close(io->self, reader.handle);
	if (status != ASST_ECORRUPT)
		return status;
	snapshot->end = 0;
	return forget(file, err);
}
