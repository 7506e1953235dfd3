/* SPDX-License-Identifier: MIT */
/*
 * The index snapshot: written when a store is closed, so that the next open need not read the
 * log. It is a cache: it counts only where the log has the frame that it was written behind,
 * and all segments that it speaks of; everything else is as without it.
 */
#include "base/crc32c.h"
#include "storage/file/snapshot.h"

#include <errno.h>
#include <string.h>

const char asst__snapshot_mark[8] = { 'a', 's', 's', 't', '-', 'i', 'd', '3' };

uint32_t asst__snapshot_crc(const unsigned char head[ASST__SNAPSHOT_HEAD])
{
	uint32_t crc = asst__crc32c(0, head, ASST__AT_CRC);

	return asst__crc32c(crc, head + ASST__AT_STORE, ASST__SNAPSHOT_HEAD - ASST__AT_STORE);
}

struct writer {
	struct asst__file *file;
	const struct asst__io *io;
	int handle, error;
	uint64_t at; /* in the body */
	uint32_t crc;
	struct asst__text piece;
	uint32_t segment; /* the last one */
	/* Of the partition that is written: the last key, and the last one whose value lies here. */
	const struct asst__entry *before, *shown;
};

static void flush(struct writer *writer)
{
	struct asst__text *piece = &writer->piece;

	if (piece->failed)
		writer->error = -ENOMEM;
	if (!writer->error && piece->size)
		writer->error = asst__io_write_full(writer->io, writer->handle, piece->data,
						    piece->size, ASST__SNAPSHOT_HEAD + writer->at);
	writer->crc = asst__crc32c(writer->crc, piece->data, piece->size);
	writer->at += piece->size;
	asst__text_clear(piece);
}

/* Room for a part of the body, or NULL; it ends with end_part(). */
static unsigned char *begin_part(struct writer *writer)
{
	if (writer->piece.size > ASST__SNAPSHOT_PIECE)
		flush(writer);
	return (unsigned char *)asst__text_reserve(&writer->piece, ASST__SNAPSHOT_PART);
}

static void end_part(struct writer *writer, const unsigned char *at)
{
	writer->piece.size = (size_t)(at - (const unsigned char *)writer->piece.data);
}

static unsigned char *put_number(unsigned char *at, uint64_t number)
{
	for (; number > 0x7f; number >>= 7)
		*at++ = (unsigned char)(0x80 | (number & 0x7f));
	*at++ = (unsigned char)number;
	return at;
}

static unsigned char *put_bytes(unsigned char *at, const void *bytes, size_t size)
{
	memcpy(at, bytes, size);
	return at + size;
}

static unsigned char *put_key(unsigned char *at, const struct asst__entry *before,
			      const struct asst__entry *entry)
{
	const unsigned char *key = asst__entry_key(entry), *last;
	size_t shared = 0;

	if (before) {
		last = asst__entry_key(before);
		while (shared < before->key_size && shared < entry->key_size &&
		       last[shared] == key[shared])
			shared++;
	}
	at = put_number(at, shared);
	at = put_number(at, entry->key_size - shared);
	return put_bytes(at, key + shared, entry->key_size - shared);
}

static unsigned char *put_place(const struct writer *writer, unsigned char *at,
				const struct asst__place *place)
{
	at = put_number(at, writer->segment - place->segment);
	*at++ = ASST__SNAPSHOT_OUTSIDE;
	at = put_number(at, place->offset);
	at = put_number(at, place->size);
	asst__put32(at, place->crc);
	return at + 4;
}

/* Many keys that lie together have the same value, such as marks. */
static bool has_value_of(const struct asst__entry *entry, const struct asst__entry *shown)
{
	return shown && shown->value_size == entry->value_size &&
	       memcmp(shown->bytes, entry->bytes, entry->value_size) == 0;
}

static unsigned char *put_value(struct writer *writer, unsigned char *at,
				const struct asst__entry *entry)
{
	bool same = has_value_of(entry, writer->shown);

	at = put_number(at, (writer->segment - entry->segment) % ASST__SEGMENT_TAGS);
	*at++ = same ? ASST__SNAPSHOT_SAME : (unsigned char)entry->value_size;
	writer->shown = entry;
	return same ? at : put_bytes(at, entry->bytes, entry->value_size);
}

static void write_entry(struct writer *writer, const struct asst__entry *entry)
{
	unsigned char *at = begin_part(writer);
	struct asst__place place;

	if (!at)
		return;
	at = put_key(at, writer->before, entry);
	at = put_number(at, entry->sequence);
	if (entry->flags & ASST__ENTRY_PLACE) {
		place = asst__entry_placed(entry).place;
		at = put_place(writer, at, &place);
	} else {
		at = put_value(writer, at, entry);
	}
	end_part(writer, at);
	writer->before = entry;
}

static void write_partition(struct writer *writer, struct asst__partition *partition)
{
	unsigned char *at = begin_part(writer);
	uint64_t given = partition->assigned;
	struct asst__cursor cursor;
	const struct asst__entry *entry;

	if (!at)
		return;
	at = put_number(at, partition->name_size);
	at = put_bytes(at, partition->name, partition->name_size);
	at = put_number(at, partition->sequence);
	/* What was noted counts as given out, as for who reads the log. */
	at = put_number(at, given > partition->reserved ? given : partition->reserved);
	at = put_number(at, asst__index_count(&partition->index));
	end_part(writer, at);
	writer->before = writer->shown = NULL;
	entry = asst__tree_first(&partition->index.tree, NULL, 0, &cursor);
	for (; entry; entry = asst__cursor_next(&cursor))
		write_entry(writer, entry);
}

static void write_end(struct writer *writer, const struct asst__segment *segment)
{
	unsigned char *at = begin_part(writer);

	if (at)
		end_part(writer, put_number(at, segment->used));
}

/* Where the frames of each segment end, then the partitions. */
static void write_body(struct writer *writer)
{
	struct asst__file *file = writer->file;

	for (size_t i = 0; i < file->segment_count; i++)
		write_end(writer, &file->segments[i]);
	for (size_t i = 0; i < asst__partition_count(&file->partitions); i++)
		write_partition(writer, asst__partition_at(&file->partitions, i));
	flush(writer);
}

static void fill_head(unsigned char head[ASST__SNAPSHOT_HEAD], const struct writer *writer,
		      const struct asst__snapshot *end, uint32_t oldest, uint32_t partitions)
{
	memset(head, 0, ASST__SNAPSHOT_HEAD);
	memcpy(head + ASST__AT_MARK, asst__snapshot_mark, sizeof(asst__snapshot_mark));
	asst__put32(head + ASST__AT_FORMAT, ASST__FILE_FORMAT);
	memcpy(head + ASST__AT_STORE, writer->file->id, 16);
	asst__put64(head + ASST__AT_SERIAL, end->serial);
	asst__put64(head + ASST__AT_END, end->end);
	asst__put64(head + ASST__AT_FRAME, end->frame);
	asst__put32(head + ASST__AT_SEGMENT, end->segment);
	asst__put32(head + ASST__AT_OLDEST, oldest);
	asst__put64(head + ASST__AT_BODY, writer->at);
	asst__put32(head + ASST__AT_BODY_CRC, writer->crc);
	asst__put32(head + ASST__AT_PARTITIONS, partitions);
	asst__put32(head + ASST__AT_CRC, asst__snapshot_crc(head));
}

/* The header last, then its name. */
static void finish(struct writer *writer, int dir, const unsigned char head[ASST__SNAPSHOT_HEAD])
{
	const struct asst__io *io = writer->io;

	if (!writer->error)
		writer->error =
			asst__io_write_full(io, writer->handle, head, ASST__SNAPSHOT_HEAD, 0);
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
	const unsigned make = ASST__IO_WRITE | ASST__IO_CREATE;
	int error = io->open(io->self, dir, "index.new", make, &writer->handle);

	/* What a crash left may be longer, and would stay behind what is written. */
	if (error == -EEXIST) {
		error = io->unlink(io->self, dir, "index.new");
		if (!error)
			error = io->open(io->self, dir, "index.new", make, &writer->handle);
	}
	return error;
}

void asst__snapshot_write(struct asst__file *file, uint64_t frame)
{
	const struct asst__segment *last = &file->segments[file->segment_count - 1];
	struct asst__snapshot end = { file->serial, last->number, frame, last->used };
	struct writer writer = { .file = file, .io = file->io, .segment = last->number };
	unsigned char head[ASST__SNAPSHOT_HEAD];

	/* It is a cache: where it cannot be written, the next open reads the log. */
	if (begin(&writer, file->dir))
		return;
	asst__text_init(&writer.piece, &file->mem, 8 * ASST__SNAPSHOT_PIECE);
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
	unsigned char head[ASST__SNAPSHOT_HEAD];
	int error = begin(&writer, dir);

	if (!error) {
		fill_head(head, &writer, end, oldest, 0);
		finish(&writer, dir, head);
		error = writer.error;
	}
	return error ? asst__file_fail(file, err, error, "write", "the index of the copy") : ASST_OK;
}
