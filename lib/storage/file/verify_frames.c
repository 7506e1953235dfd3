/* SPDX-License-Identifier: MIT */
/* Checking segments, read by their names, whatever is open. Behind damage it goes on. */
#include "storage/file/verify.h"

#include <string.h>

/* What a disk cannot read is looked for in steps of this size. */
#define SECTOR 4096u

/* A segment on its way: what was read of it, and what was found. */
struct walk {
	struct asst__check *check;
	const struct asst__segment *segment;
	char name[24];
	int handle;
	uint64_t at, end; /* where a frame is looked for, and where there are none any more */
	uint64_t from, to; /* what the bytes of the check are */
	uint64_t serial; /* of the last sound frame */
	uint64_t damage; /* where it begins; 0: there is none */
	uint64_t tried; /* bytes of what looked like frames */
	bool unread; /* the sector that was read last could not be */
};

static const unsigned char *here(const struct walk *walk)
{
	return walk->check->bytes + (walk->at - walk->from);
}

/* Sector by sector: what cannot be read is zeros, in which there are no frames. */
static void read_sectors(struct walk *walk, unsigned char *bytes, size_t size, uint64_t offset)
{
	size_t part;
	int error;

	for (size_t at = 0; at < size; at += part) {
		part = SECTOR - (size_t)((offset + at) % SECTOR);
		part = part < size - at ? part : size - at;
		error = asst__io_read_full(walk->check->file->io, walk->handle, bytes + at, part,
					   offset + at);
		if (error)
			memset(bytes + at, 0, part);
		if (error && !walk->unread)
			asst__check_found(walk->check, walk->name, offset + at,
					  "it cannot be read (error %d)", -error);
		walk->unread = error != 0;
	}
}

static void read_piece(struct walk *walk, unsigned char *bytes, size_t size, uint64_t offset)
{
	if (asst__io_read_full(walk->check->file->io, walk->handle, bytes, size, offset))
		read_sectors(walk, bytes, size, offset);
	else
		walk->unread = false;
}

/* Let so many bytes be there from where it stands, or all that are left. */
static int fetch(struct walk *walk, size_t size)
{
	struct asst__check *check = walk->check;
	uint64_t want = size < walk->end - walk->at ? walk->at + size : walk->end;
	size_t part, have;
	int status;

	if (want <= walk->to)
		return ASST_OK;
	status = asst__check_room(check, size < ASST__CHECK_PIECE ? ASST__CHECK_PIECE : size);
	if (status == ASST_OK && walk->to > walk->at)
		memmove(check->bytes, here(walk), (size_t)(walk->to - walk->at));
	walk->from = walk->at;
	while (status == ASST_OK && walk->to < want) {
		have = (size_t)(walk->to - walk->from);
		part = check->room - have < ASST__CHECK_PIECE ? check->room - have :
								ASST__CHECK_PIECE;
		if (part > walk->end - walk->to)
			part = (size_t)(walk->end - walk->to);
		read_piece(walk, check->bytes + have, part, walk->to);
		walk->to += part;
		status = asst__check_count(check, part);
	}
	return status;
}

/* Is there a frame? Behind damage it must be a later one: values may have anything in them. */
static int look(struct walk *walk, struct asst__frame *frame, bool *sound)
{
	const struct asst__file *file = walk->check->file;
	int status = fetch(walk, ASST__FRAME_HEAD);
	size_t size;

	*sound = false;
	if (status != ASST_OK || walk->to - walk->at < ASST__FRAME_HEAD)
		return status;
	size = asst__frame_size(file, here(walk));
	if (!size || size > walk->end - walk->at || size > 2 * (size_t)ASST__FRAME_MOST)
		return ASST_OK;
	status = fetch(walk, size);
	if (status != ASST_OK)
		return status;
	*sound = asst__frame_read(frame, file, walk->segment, here(walk), size) &&
		 (!walk->damage || frame->serial > walk->serial);
	walk->tried += *sound ? 0 : size;
	return ASST_OK;
}

static void pass(struct walk *walk, const struct asst__frame *frame)
{
	if (walk->damage)
		asst__check_found(walk->check, walk->name, walk->damage,
				  "it is damaged up to offset %llu", (unsigned long long)walk->at);
	else if (frame->serial != walk->serial + 1)
		asst__check_found(walk->check, walk->name, walk->at, "a frame is out of order");
	if (!asst__frame_walks(frame))
		asst__check_found(walk->check, walk->name, walk->at,
				  "the content of a frame is damaged");
	walk->damage = 0;
	walk->serial = frame->serial;
	walk->at += frame->size;
}

static int walk_frames(struct walk *walk)
{
	struct asst__frame frame;
	bool sound;
	int status = ASST_OK;

	while (status == ASST_OK && walk->at < walk->end) {
		status = look(walk, &frame, &sound);
		if (status != ASST_OK)
			break;
		if (sound) {
			pass(walk, &frame);
			continue;
		}
		if (!walk->damage)
			walk->damage = walk->at;
		/* Who made values that look like frames does not keep it for ever. */
		walk->at = walk->tried > 4 * walk->end ? walk->end : walk->at + 8;
	}
	return status;
}

/* The last stretch of damage: where the file is cut, that is why. */
static void end_walk(struct walk *walk)
{
	const struct asst__check *check = walk->check;
	bool cut = walk->end < walk->segment->used;

	if (cut && walk->damage)
		asst__check_found(check, walk->name, walk->end,
				  "it is cut short, and has no whole frame behind offset %llu",
				  (unsigned long long)walk->damage);
	else if (cut)
		asst__check_found(check, walk->name, walk->end, "it is cut short");
	else if (walk->damage)
		asst__check_found(check, walk->name, walk->damage,
				  "it is damaged up to offset %llu", (unsigned long long)walk->end);
	walk->check->serial = cut || walk->damage ? 0 : walk->serial;
}

/* The header must be the one that was read when the store was opened. */
static void check_head(const struct walk *walk)
{
	struct asst__segment head = *walk->segment;
	uint64_t oldest;
	bool empty;
	int status;

	head.file = walk->handle;
	status = asst__segment_read(walk->check->file, &head, &oldest, &empty, NULL);
	if (status == ASST_EIO)
		asst__check_found(walk->check, walk->name, 0, "its header cannot be read");
	else if (status != ASST_OK || empty || head.first != walk->segment->first ||
		 head.salt != walk->segment->salt)
		asst__check_found(walk->check, walk->name, 0,
				  "its header is damaged, or that of another file");
}

static int check_frames(struct walk *walk)
{
	const struct asst__io *io = walk->check->file->io;
	uint64_t size;
	int status, error = io->size(io->self, walk->handle, &size);

	if (error) {
		asst__check_found(walk->check, walk->name, 0, "it cannot be measured (error %d)",
				  -error);
		return ASST_OK;
	}
	walk->end = size < walk->segment->used ? size : walk->segment->used;
	walk->at = walk->from = walk->to = ASST__SEGMENT_HEAD;
	if (walk->end >= ASST__SEGMENT_HEAD)
		check_head(walk);
	status = walk_frames(walk);
	if (status == ASST_OK)
		end_walk(walk);
	return status;
}

int asst__check_segment(struct asst__check *check, const struct asst__segment *segment)
{
	const struct asst__io *io = check->file->io;
	struct walk walk = { .check = check, .segment = segment, .serial = segment->first - 1 };
	int handle, status = asst__check_tell(check);

	asst__segment_name(walk.name, segment->number);
	if (check->serial && segment->first != check->serial + 1)
		asst__check_found(check, walk.name, 0, "it does not follow on the one before it");
	check->serial = 0;
	if (status == ASST_OK)
		status = asst__check_open(check, walk.name, &handle);
	if (status != ASST_OK)
		return status;
	/* What has lost its name may be damaged, too. */
	walk.handle = handle < 0 ? segment->file : handle;
	status = check_frames(&walk);
	if (handle >= 0)
		io->close(io->self, handle);
	return status;
}
