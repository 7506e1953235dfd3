/* SPDX-License-Identifier: MIT */
/*
 * One step of compaction: what lives in the oldest segment is copied to the end of the log, with
 * the sequences it has, then the segment is removed. In steps of about a megabyte, of frames like
 * any other, so that a crash at any point leaves a log that reads the same.
 *
 * Taking the oldest segment first keeps two things simple: deletes in it need not be kept,
 * since no put lies before them, and the log stays a row without gaps.
 */
#include "storage/file/inner.h"

#include <errno.h>
#include <string.h>

/* A frame of copies, about: what they are copied by the next time. */
#define PIECE_BYTES (128u * 1024)
#define READ_BYTES (256u * 1024)
/* A piece ends where so much was looked at, dead or alive. */
#define LOOK_BYTES (1024u * 1024)

struct step {
	struct asst__file *file;
	struct asst__round rounds[ASST__PIECES], *round; /* the one that is filled */
	struct asst__place where[ASST__PIECES];
	size_t count;
	struct asst__entry **copied; /* of all rounds, in the order of their operations */
	size_t copied_count, copied_room;
	uint64_t op_bytes; /* of what was copied */
	bool ended; /* the segment */
	unsigned char *bytes; /* of the segment */
	uint64_t from;        /* where they begin there */
	size_t size, room;
	asst_error *err;
};

static int damaged(const struct step *step)
{
	return asst__damaged(step->err, step->file->segments[0].number, step->file->compact_at,
			     "");
}

static int cut_short(const struct step *step)
{
	return asst__damaged(step->err, step->file->segments[0].number, step->file->compact_at,
			     ": it is cut short");
}

/* Let so many bytes of the segment be there, from where it stands; *bytes: borrowed. */
static int read_ahead(struct step *step, size_t want, const unsigned char **bytes)
{
	struct asst__file *file = step->file;
	const struct asst__segment *segment = &file->segments[0];
	uint64_t at = file->compact_at, rest = segment->used - at, size = READ_BYTES;
	unsigned char *grown;
	char name[24];
	int error;

	if (want > rest)
		return damaged(step);
	if (at < step->from || at + want > step->from + step->size) {
		size = want > size ? want : size;
		size = size < rest ? size : rest;
		if (size > step->room) {
			grown = asst__realloc(&file->mem, step->bytes, step->room, (size_t)size);
			if (!grown)
				return asst__fail_nomem(step->err);
			step->bytes = grown;
			step->room = (size_t)size;
		}
		step->size = 0;
		error = asst__io_read_full(file->io, segment->file, step->bytes, (size_t)size, at);
		if (error == -EPIPE)
			return cut_short(step);
		asst__segment_name(name, segment->number);
		if (error)
			return asst__file_fail(file, step->err, error, "read", name);
		step->from = at;
		step->size = (size_t)size;
	}
	*bytes = step->bytes + (at - step->from);
	return ASST_OK;
}

static int read_frame(struct step *step, struct asst__frame *frame)
{
	const unsigned char *bytes;
	size_t size;
	int status = read_ahead(step, 8, &bytes);

	if (status != ASST_OK)
		return status;
	size = asst__get32(bytes + 4);
	status = read_ahead(step, size, &bytes);
	if (status != ASST_OK)
		return status;
	return asst__frame_read(frame, step->file, &step->file->segments[0], bytes, size) ?
		       ASST_OK :
		       damaged(step);
}

/*
 * Whether a put is what its key has now, by the key's entry. There may be others with its sequence:
 * copies, and what a copy was made of; one of them counts.
 */
static bool lives(const struct step *step, const struct asst__entry *entry,
		  const struct asst__frame_op *op, uint64_t sequence)
{
	const struct asst__file *file = step->file;
	uint32_t segment = file->segments[0].number;
	struct asst__place place;

	if (!entry || entry->sequence != sequence)
		return false;
	if (entry->flags & ASST__ENTRY_PLACE) {
		place = asst__entry_placed(entry).place;
		return place.segment == segment && place.offset == file->compact_at + op->value_at;
	}
	return file->segment_count >= ASST__SEGMENT_TAGS ||
	       entry->segment == (segment & (ASST__SEGMENT_TAGS - 1));
}

/* Puts whose keys are looked up side by side. */
struct candidates {
	struct asst__frame_op ops[ASST__TOGETHER];
	struct asst__lookup lookups[ASST__TOGETHER];
	size_t count;
};

/* Copy those that live; how many there were. */
static uint32_t copy_living(struct step *step, struct candidates *candidates,
			    const struct asst__partition *partition, uint64_t sequence)
{
	struct asst__entry *entry;
	size_t i, before = step->round->text.size;
	uint32_t alive = 0;

	asst__index_find_together(&partition->index, candidates->lookups, candidates->count);
	for (i = 0; i < candidates->count; i++) {
		entry = candidates->lookups[i].entry;
		if (!lives(step, entry, &candidates->ops[i], sequence))
			continue;
		if (!asst__grow(&step->file->mem, &step->copied, step->copied_count,
				&step->copied_room, sizeof(*step->copied))) {
			step->round->text.failed = ASST_ENOMEM;
			break;
		}
		step->copied[step->copied_count++] = entry;
		asst__round_copy(step->round, &candidates->ops[i]);
		alive++;
	}
	candidates->count = 0;
	step->op_bytes += step->round->text.size - before;
	return alive;
}

static uint32_t copy_ops(struct step *step, const struct asst__frame *frame,
			 const struct asst__section *section,
			 const struct asst__partition *partition)
{
	struct candidates candidates = { .count = 0 };
	struct asst__frame_op *op = candidates.ops;
	uint32_t alive = 0;
	size_t at = 0;

	while (asst__section_next(frame, section, &at, op)) {
		if (op->kind != ASST_OP_PUT)
			continue;
		candidates.lookups[candidates.count].key = op->key;
		candidates.lookups[candidates.count++].size = op->key_size;
		if (candidates.count == ASST__TOGETHER)
			alive += copy_living(step, &candidates, partition, section->sequence);
		op = &candidates.ops[candidates.count];
	}
	return alive + copy_living(step, &candidates, partition, section->sequence);
}

static void copy_section(struct step *step, const struct asst__frame *frame,
			 const struct asst__section *section)
{
	struct asst__file *file = step->file;
	struct asst__partition *partition;
	size_t begin, stripe;
	uint32_t alive;
	bool latest;

	partition = asst__partition_find(&file->partitions, section->name);
	if (!partition || section->kind == ASST__SECTION_OLDEST)
		return;
	/* What no later section of the log says must be kept: how far the sequences have come. */
	latest = section->sequence >= partition->sequence;
	if (section->kind == ASST__SECTION_NOTE) {
		if (latest)
			asst__round_section(step->round, ASST__SECTION_NOTE, partition->name,
					    section->sequence, 0);
		return;
	}
	begin = step->round->text.size;
	asst__round_section(step->round, ASST__SECTION_COPY, partition->name, section->sequence,
			    0);
	/* Only the leader, which this is, changes entries; but who joins may let a hash grow. */
	stripe = asst__rwlock_read(&partition->lock);
	alive = copy_ops(step, frame, section, partition);
	asst__rwlock_read_unlock(&partition->lock, stripe);
	if (alive || latest)
		asst__round_count(step->round, begin, alive);
	else
		asst__round_cut(step->round, begin);
}

static int copy_frame(struct step *step)
{
	struct asst__frame frame;
	struct asst__section section;
	size_t at = 0;
	int status = read_frame(step, &frame);

	if (status != ASST_OK)
		return status;
	for (uint32_t i = 0; i < frame.sections && asst__frame_next(&frame, &at, &section); i++)
		copy_section(step, &frame, &section);
	step->file->compact_at += frame.size;
	return ASST_OK;
}

/*
 * The copies are durable: let their keys point to them. The leader, which this is, is the only one
 * that changes entries: they are those that were copied. Returns the first one of the next round.
 */
static size_t move_places(struct step *step, size_t round, size_t first)
{
	struct asst__file *file = step->file;
	const struct asst__place *where = &step->where[round];
	struct asst__frame frame = { .bytes = (const unsigned char *)step->rounds[round].text.data,
				     .size = (uint32_t)step->rounds[round].text.size };
	struct asst__section section;
	struct asst__frame_op op;
	size_t at = 0, k;

	while (asst__frame_next(&frame, &at, &section)) {
		struct asst__partition *partition =
			asst__partition_find(&file->partitions, section.name);

		if (section.kind != ASST__SECTION_COPY || !partition)
			continue;
		asst__rwlock_write(&partition->lock);
		for (k = 0; asst__section_next(&frame, &section, &k, &op); first++) {
			struct asst__place place = { where->segment,
						     where->offset + (uint32_t)op.value_at,
						     op.value_size, op.crc };
			struct asst__entry *entry = step->copied[first];

			if (entry->flags & ASST__ENTRY_PLACE)
				asst__entry_set_place(entry, &place,
						      asst__entry_placed(entry).resident != NULL);
			else
				asst__entry_set_segment(entry, where->segment);
		}
		asst__rwlock_write_unlock(&partition->lock);
	}
	return first;
}

/*
 * On a full disk: what may be copied, so that a segment goes. Where there is more to gain further on
 * that is all of it, else at least a part of it must be dead.
 */
static size_t worth_copying(const struct asst__file *file)
{
	uint64_t most = file->options.reserve_bytes / 2, size = file->segments[0].size;

	if (asst__log_bytes(file) < file->live + 2 * size)
		size -= size / 16;
	return (size_t)(most < size ? most : size);
}

static int no_gain(asst_error *err)
{
	asst__error_set_raw(err, ENOSPC);
	return asst__fail(err, ASST_EIO,
			  "no space left: too much is alive in the oldest part of the log (error %d)",
			  ENOSPC);
}

/* Copy on from where the segment stands; whole: to its end, or nothing at all. */
static int copy_piece(struct step *step, size_t bytes, bool whole)
{
	struct asst__file *file = step->file;
	struct asst__round *round = &step->rounds[step->count];
	uint32_t oldest = file->segments[0].number;
	uint64_t used = file->segments[0].used, begin = file->compact_at, end = begin + LOOK_BYTES;
	int status = ASST_OK;

	step->round = round;
	asst__round_begin(round, &file->mem, 0);
	while (status == ASST_OK && file->compact_at < used && round->text.size < bytes &&
	       (whole || file->compact_at < end))
		status = copy_frame(step);
	step->ended = status == ASST_OK && file->compact_at >= used &&
		      (!whole || round->text.size <= bytes);
	if (step->ended)
		asst__round_section(round, ASST__SECTION_OLDEST, "$log", oldest + 1, 0);
	else if (status == ASST_OK && whole)
		status = no_gain(step->err);
	if (round->text.failed)
		status = asst__fail_nomem(step->err);
	if (status == ASST_OK && round->sections)
		status = asst__round_write(file, round, &step->where[step->count], false,
					   whole ? ASST__USE_LAST : ASST__USE_COPIES, step->err);
	step->count++;
	if (status != ASST_OK) {
		/* It is copied the next time. */
		file->compact_at = begin;
		step->ended = false;
		asst__text_free(&step->rounds[--step->count].text);
	}
	return status;
}

static size_t piece_bytes(const struct asst__file *file)
{
	uint64_t eighth = file->options.segment_bytes / 8;

	return (size_t)(eighth < PIECE_BYTES ? eighth : PIECE_BYTES);
}

/*
 * A segment goes; where all that there were have gone, what was copied tells what names and
 * sequences of small batches take, which are no part of what is counted as alive.
 */
static void note_drop(struct asst__file *file)
{
	if (file->cycle_end && file->segments[0].number < file->cycle_end)
		return;
	/* The operations of a piece that was not written count, its frame does not. */
	if (file->cycle_end && file->copied >= file->copied_ops) {
		file->heads = file->copied - file->copied_ops;
		file->heads_live = file->copied_ops;
	}
	file->cycle_end = file->segments[file->segment_count - 1].number;
	file->copied = file->copied_ops = 0;
}

int asst__compact_step(struct asst__file *file, size_t pieces, bool *ended, asst_error *err)
{
	struct step step = { .file = file, .err = err };
	uint32_t next = file->segments[0].number + 1;
	bool whole = pieces == 0;
	size_t i, first = 0;
	int status = ASST_OK, synced;

	if (!file->compact_at)
		file->compact_at = ASST__SEGMENT_HEAD;
	do {
		status = copy_piece(&step, whole ? worth_copying(file) : piece_bytes(file), whole);
	} while (status == ASST_OK && !step.ended && step.count < pieces);
	/* What was copied before a failure counts, unless nothing can be said of it any more. */
	synced = file->poisoned ? ASST_EIO : asst__log_sync(file, status == ASST_OK ? err : NULL);
	file->copied_ops += step.op_bytes;
	for (i = 0; i < step.count; i++) {
		file->copied += step.rounds[i].text.size;
		if (synced == ASST_OK && step.rounds[i].sections)
			first = move_places(&step, i, first);
		asst__text_free(&step.rounds[i].text);
	}
	status = status == ASST_OK ? synced : status;
	*ended = status == ASST_OK && step.ended;
	if (*ended) {
		note_drop(file);
		file->compact_at = 0;
		status = asst__segment_drop(file, next, err);
	}
	asst__free(&file->mem, step.copied, step.copied_room * sizeof(*step.copied));
	asst__free(&file->mem, step.bytes, step.room);
	return status;
}
