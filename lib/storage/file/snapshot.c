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

const char asst__snapshot_mark[8] = { 'a', 's', 's', 't', '-', 'i', 'd', '2' };

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

static void write_entry(struct writer *writer, const struct asst__entry *entry)
{
	bool out = (entry->flags & ASST__ENTRY_PLACE) != 0;
	unsigned char head[ASST__SNAPSHOT_KEY] = {
		(unsigned char)(entry->key_size & 0xff), (unsigned char)(entry->key_size >> 8), out,
		out ? 0 : (unsigned char)entry->value_size
	};
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
	if (writer->piece.size > ASST__SNAPSHOT_PIECE)
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
	const unsigned make = ASST__IO_WRITE | ASST__IO_CREATE | ASST__IO_EXISTING;

	return io->open(io->self, dir, "index.new", make, &writer->handle);
}

void asst__snapshot_write(struct asst__file *file, uint64_t frame)
{
	const struct asst__segment *last = &file->segments[file->segment_count - 1];
	struct asst__snapshot end = { file->serial, last->number, frame, last->used };
	struct writer writer = { .file = file, .io = file->io };
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
