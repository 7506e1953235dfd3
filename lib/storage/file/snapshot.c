/* SPDX-License-Identifier: MIT */
/*
 * The index snapshot: written when a store is closed, so that the next open need not read the
 * log. It is a cache: it counts only where the log has the frame that it was written behind,
 * and all segments that it speaks of; everything else is as without it.
 */
#include "base/crc32c.h"
#include "storage/file/inner.h"

#include <errno.h>
#include <string.h>

#define HEAD_BYTES 96
#define PIECE (1024u * 1024)

/* Header: mark, format, crc, store, serial, end and begin of the last frame, segment, oldest, sizes. */
enum {
	AT_MARK = 0,
	AT_FORMAT = 8,
	AT_CRC = 12,
	AT_STORE = 16,
	AT_SERIAL = 32,
	AT_END = 40,
	AT_FRAME = 48,
	AT_SEGMENT = 56,
	AT_OLDEST = 60,
	AT_BODY = 64,
	AT_BODY_CRC = 72,
	AT_PARTITIONS = 76
};

static const char mark[8] = { 'a', 's', 's', 't', '-', 'i', 'd', '2' };

/* Of a key in the body: sizes, where the value lies, sequence, segment. */
#define KEY_HEAD 14

static uint32_t head_crc(const unsigned char head[HEAD_BYTES])
{
	uint32_t crc = asst__crc32c(0, head, AT_CRC);

	return asst__crc32c(crc, head + AT_STORE, HEAD_BYTES - AT_STORE);
}

/* Writing */

struct writer {
	struct asst__file *file;
	const struct asst__io *io;
	int handle, error;
	uint64_t at; /* in the body */
	uint32_t crc;
	struct asst__text piece;
};

static void flush(struct writer *writer)
{
	struct asst__text *piece = &writer->piece;

	if (piece->failed)
		writer->error = -ENOMEM;
	if (!writer->error && piece->size)
		writer->error = asst__io_write_full(writer->io, writer->handle, piece->data,
						    piece->size, HEAD_BYTES + writer->at);
	writer->crc = asst__crc32c(writer->crc, piece->data, piece->size);
	writer->at += piece->size;
	asst__text_clear(piece);
}

static void write_entry(struct writer *writer, const struct asst__entry *entry)
{
	bool out = (entry->flags & ASST__ENTRY_PLACE) != 0;
	unsigned char head[KEY_HEAD] = { (unsigned char)(entry->key_size & 0xff),
					 (unsigned char)(entry->key_size >> 8), out,
					 out ? 0 : (unsigned char)entry->value_size };
	struct asst__place place;
	unsigned char outside[16];

	asst__put64(head + 4, entry->sequence);
	head[12] = out ? 0 : (unsigned char)(entry->segment & 0xff);
	head[13] = out ? 0 : (unsigned char)(entry->segment >> 8);
	asst__text_add(&writer->piece, head, sizeof(head));
	asst__text_add(&writer->piece, asst__entry_key(entry), entry->key_size);
	if (out) {
		place = asst__entry_placed(entry).place;
		asst__put32(outside, place.segment);
		asst__put32(outside + 4, place.offset);
		asst__put32(outside + 8, place.size);
		asst__put32(outside + 12, place.crc);
		asst__text_add(&writer->piece, outside, sizeof(outside));
	} else {
		asst__text_add(&writer->piece, entry->bytes, entry->value_size);
	}
	if (writer->piece.size > PIECE)
		flush(writer);
}

static void write_partition(struct writer *writer, struct asst__partition *partition)
{
	unsigned char head[28];
	struct asst__cursor cursor;
	const struct asst__entry *entry;

	asst__put32(head, (uint32_t)partition->name_size);
	asst__put64(head + 4, partition->sequence);
	asst__put64(head + 12, partition->assigned);
	asst__put64(head + 20, asst__index_count(&partition->index));
	asst__text_add(&writer->piece, head, sizeof(head));
	asst__text_add(&writer->piece, partition->name, partition->name_size);
	entry = asst__tree_first(&partition->index.tree, NULL, 0, &cursor);
	for (; entry; entry = asst__cursor_next(&cursor))
		write_entry(writer, entry);
}

/* Where the frames of each segment end, then the partitions. */
static void write_body(struct writer *writer)
{
	struct asst__file *file = writer->file;
	unsigned char used[8];

	for (size_t i = 0; i < file->segment_count; i++) {
		asst__put64(used, file->segments[i].used);
		asst__text_add(&writer->piece, used, sizeof(used));
	}
	for (size_t i = 0; i < asst__partition_count(&file->partitions); i++)
		write_partition(writer, asst__partition_at(&file->partitions, i));
	flush(writer);
}

static void fill_head(unsigned char head[HEAD_BYTES], const struct writer *writer,
		      const struct asst__snapshot *end, uint32_t oldest, uint32_t partitions)
{
	memset(head, 0, HEAD_BYTES);
	memcpy(head + AT_MARK, mark, sizeof(mark));
	asst__put32(head + AT_FORMAT, ASST__FILE_FORMAT);
	memcpy(head + AT_STORE, writer->file->id, 16);
	asst__put64(head + AT_SERIAL, end->serial);
	asst__put64(head + AT_END, end->end);
	asst__put64(head + AT_FRAME, end->frame);
	asst__put32(head + AT_SEGMENT, end->segment);
	asst__put32(head + AT_OLDEST, oldest);
	asst__put64(head + AT_BODY, writer->at);
	asst__put32(head + AT_BODY_CRC, writer->crc);
	asst__put32(head + AT_PARTITIONS, partitions);
	asst__put32(head + AT_CRC, head_crc(head));
}

/* The header last, then its name. */
static void finish(struct writer *writer, int dir, const unsigned char head[HEAD_BYTES])
{
	const struct asst__io *io = writer->io;

	if (!writer->error)
		writer->error = asst__io_write_full(io, writer->handle, head, HEAD_BYTES, 0);
	if (!writer->error)
		writer->error = io->sync(io->self, writer->handle);
	io->close(io->self, writer->handle);
	if (!writer->error)
		writer->error = io->rename(io->self, dir, "index.new", "index");
	if (!writer->error)
		writer->error = io->sync_dir(io->self, dir);
	if (writer->error)
		io->unlink(io->self, dir, "index.new");
}

static int begin(struct writer *writer, int dir)
{
	const struct asst__io *io = writer->io;
	const unsigned make = ASST__IO_WRITE | ASST__IO_CREATE | ASST__IO_EXISTING;

	return io->open(io->self, dir, "index.new", make, &writer->handle);
}

void asst__snapshot_write(struct asst__file *file, uint64_t frame)
{
	const struct asst__segment *last = &file->segments[file->segment_count - 1];
	struct asst__snapshot end = { file->serial, last->number, frame, last->used };
	struct writer writer = { .file = file, .io = file->io };
	unsigned char head[HEAD_BYTES];

	/* It is a cache: where it cannot be written, the next open reads the log. */
	if (begin(&writer, file->dir))
		return;
	asst__text_init(&writer.piece, &file->mem, 8 * PIECE);
	write_body(&writer);
	fill_head(head, &writer, &end, file->segments[0].number, (uint32_t)file->partitions.count);
	finish(&writer, file->dir, head);
	asst__text_free(&writer.piece);
}

int asst__snapshot_note(struct asst__file *file, const struct asst__io *io, int dir,
			const struct asst__snapshot *end, uint32_t oldest, asst_error *err)
{
	/* No body has this checksum of nothing. */
	struct writer writer = { .file = file, .io = io, .crc = UINT32_MAX };
	unsigned char head[HEAD_BYTES];
	int error = begin(&writer, dir);

	if (!error) {
		fill_head(head, &writer, end, oldest, 0);
		finish(&writer, dir, head);
		error = writer.error;
	}
	return error ? asst__file_fail(file, err, error, "write", "the index of the copy") : ASST_OK;
}

/* Reading */

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
		more = PIECE - rest;
		if (more > reader->size - reader->at)
			more = (size_t)(reader->size - reader->at);
		if (rest + more < size ||
		    asst__io_read_full(io, reader->handle, reader->piece + rest, more,
				       HEAD_BYTES + reader->at))
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
		part = reader->size - at < PIECE ? reader->size - at : PIECE;
		if (asst__io_read_full(reader->file->io, reader->handle, reader->piece,
				       (size_t)part, HEAD_BYTES + at))
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
	const unsigned char *head = take(reader, KEY_HEAD), *bytes;
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
	if (count <= reader->size / KEY_HEAD &&
	    !asst__hash_reserve(&partition->index.hash, (size_t)(count + count / 8)))
		return asst__fail_nomem(reader->err);
	while (count-- && status == ASST_OK)
		status = read_entry(reader, partition);
	return status;
}

/* Whether the log still has what the header speaks of: its segments and its last frame. */
static bool fits_log(struct asst__file *file, const unsigned char head[HEAD_BYTES])
{
	struct asst__segment *last = asst__segment_find(file, asst__get32(head + AT_SEGMENT));
	uint64_t frame_at = asst__get64(head + AT_FRAME), end = asst__get64(head + AT_END);
	unsigned char *bytes;
	struct asst__frame frame;
	bool fits;

	if (!last || file->segments[0].number != asst__get32(head + AT_OLDEST) ||
	    end > last->size || frame_at >= end)
		return false;
	bytes = asst__alloc(&file->mem, (size_t)(end - frame_at));
	fits = bytes &&
	       !asst__io_read_full(file->io, last->file, bytes, (size_t)(end - frame_at),
				   frame_at) &&
	       asst__frame_read(&frame, file, last, bytes, (size_t)(end - frame_at)) &&
	       frame.serial == asst__get64(head + AT_SERIAL) && frame.size == end - frame_at;
	asst__free(&file->mem, bytes, (size_t)(end - frame_at));
	return fits;
}

static bool read_head(struct asst__file *file, int handle, unsigned char head[HEAD_BYTES])
{
	return !asst__io_read_full(file->io, handle, head, HEAD_BYTES, 0) &&
	       memcmp(head, mark, sizeof(mark)) == 0 &&
	       asst__get32(head + AT_FORMAT) == ASST__FILE_FORMAT &&
	       asst__get32(head + AT_CRC) == head_crc(head) &&
	       memcmp(head + AT_STORE, file->id, 16) == 0;
}

static int read_body(struct reader *reader, const unsigned char head[HEAD_BYTES],
		     struct asst__snapshot *snapshot)
{
	struct asst__file *file = reader->file;
	uint32_t i, count = asst__get32(head + AT_PARTITIONS);
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
	unsigned char head[HEAD_BYTES];
	int status = ASST_OK, error;

	memset(snapshot, 0, sizeof(*snapshot));
	error = io->open(io->self, file->dir, "index", 0, &reader.handle);
	if (asst__is_no_file(error))
		return asst__file_fail(file, err, error, "open", "index");
	if (error)
		return ASST_OK;
	if (read_head(file, reader.handle, head)) {
		snapshot->serial = asst__get64(head + AT_SERIAL);
		snapshot->segment = asst__get32(head + AT_SEGMENT);
		snapshot->end = asst__get64(head + AT_END);
		reader.size = asst__get64(head + AT_BODY);
		reader.piece = asst__alloc(&file->mem, PIECE);
		if (!reader.piece)
			status = asst__fail_nomem(err);
		else if (fits_log(file, head) &&
			 body_is_sound(&reader, asst__get32(head + AT_BODY_CRC)))
			status = read_body(&reader, head, snapshot);
		else
			snapshot->end = 0;
	}
	asst__free(&file->mem, reader.piece, PIECE);
	io->close(io->self, reader.handle);
	if (status != ASST_ECORRUPT)
		return status;
	snapshot->end = 0;
	return forget(file, err);
}
