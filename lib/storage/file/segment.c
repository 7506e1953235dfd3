/* SPDX-License-Identifier: MIT */
/* Segments: the files of the log. */
#include "base/crc32c.h"
#include "storage/file/inner.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Segment header: mark, format, crc, store, number, first serial, salt, oldest. */
enum {
	AT_MARK = 0,
	AT_FORMAT = 8,
	AT_CRC = 12,
	AT_STORE = 16,
	AT_NUMBER = 32,
	AT_OLDEST = 36,
	AT_FIRST = 40,
	AT_SALT = 48
};

static const char mark[8] = { 'a', 's', 's', 't', '-', 'l', 'o', 'g' };

int asst__damaged(asst_error *err, uint32_t segment, uint64_t offset, const char *what)
{
	asst__error_set_offset(err, (size_t)offset);
	return asst__fail(err, ASST_ECORRUPT, "%010u.log is damaged at offset %llu%s",
			  (unsigned)segment, (unsigned long long)offset, what);
}

void asst__segment_name(char name[24], uint32_t number)
{
	snprintf(name, 24, "%010u.log", (unsigned)number);
}

uint32_t asst__segment_number(const char *name)
{
	unsigned long long number = 0;
	size_t i;

	if (strlen(name) != 14 || strcmp(name + 10, ".log") != 0)
		return 0;
	for (i = 0; i < 10; i++) {
		if (name[i] < '0' || name[i] > '9')
			return 0;
		number = number * 10 + (unsigned)(name[i] - '0');
	}
	return number <= UINT32_MAX ? (uint32_t)number : 0;
}

struct asst__segment *asst__segment_find(struct asst__file *file, uint32_t number)
{
	struct asst__segment *segment;

	if (!file->segment_count || number < file->segments[0].number)
		return NULL;
	/* Numbers follow on each other. */
	segment = &file->segments[0] + (number - file->segments[0].number);
	return segment < file->segments + file->segment_count ? segment : NULL;
}

uint32_t asst__segment_seed(const struct asst__file *file, const struct asst__segment *segment)
{
	unsigned char bytes[24];

	memcpy(bytes, file->id, 16);
	asst__put64(bytes + 16, segment->salt);
	return asst__crc32c(0, bytes, sizeof(bytes));
}

static uint32_t head_crc(const unsigned char head[ASST__SEGMENT_HEAD])
{
	uint32_t crc = asst__crc32c(0, head, AT_CRC);

	return asst__crc32c(crc, head + AT_STORE, ASST__SEGMENT_HEAD - AT_STORE);
}

static void fill_head(unsigned char head[ASST__SEGMENT_HEAD], const struct asst__file *file,
		      const struct asst__segment *segment)
{
	uint32_t oldest = file->segment_count ? file->segments[0].number : segment->number;

	memset(head, 0, ASST__SEGMENT_HEAD);
	memcpy(head + AT_MARK, mark, sizeof(mark));
	asst__put32(head + AT_FORMAT, ASST__FILE_FORMAT);
	memcpy(head + AT_STORE, file->id, 16);
	asst__put32(head + AT_NUMBER, segment->number);
	asst__put32(head + AT_OLDEST, oldest);
	asst__put64(head + AT_FIRST, segment->first);
	asst__put64(head + AT_SALT, segment->salt);
	asst__put32(head + AT_CRC, head_crc(head));
}

/* How far a segment came that was not begun. */
enum far {
	NOWHERE,
	MADE, /* there is a file */
	IN_DOUBT /* nobody knows whether the disk has it */
};

static int write_head(struct asst__file *file, struct asst__segment *segment)
{
	const struct asst__io *io = file->io;
	unsigned char head[ASST__SEGMENT_HEAD];
	int error;

	fill_head(head, file, segment);
	error = asst__io_write_full(io, segment->file, head, sizeof(head), 0);
	if (!error)
		error = io->sync(io->self, segment->file);
	segment->used = ASST__SEGMENT_HEAD;
	if (segment->size < segment->used)
		segment->size = segment->used;
	return error;
}

/* A sync that failed is not tried again: nobody knows what the disk has. */
static int sync_name(struct asst__file *file, enum far *far)
{
	int error = file->io->sync_dir(file->io->self, file->dir);

	if (error && !asst__is_full(error))
		*far = IN_DOUBT;
	return error;
}

/* Everything a segment needs to be found again, before the first frame goes into it. */
static int write_new(struct asst__file *file, struct asst__segment *segment, const char *name,
		     enum far *far)
{
	const struct asst__io *io = file->io;
	int error = io->open(io->self, file->dir, name,
			     ASST__IO_WRITE | ASST__IO_CREATE | ASST__IO_EXISTING, &segment->file);

	if (error)
		return error;
	*far = MADE;
	error = write_head(file, segment);
	if (!error)
		error = sync_name(file, far);
	if (error)
		io->close(io->self, segment->file);
	return error;
}

/* The same with the reserve: it gets its name when its header is durable. */
static int take_reserve(struct asst__file *file, struct asst__segment *segment, const char *name,
			uint64_t need, enum far *far)
{
	int error = asst__reserve_open(file, ASST__SEGMENT_HEAD + need, &segment->file,
				       &segment->size);

	if (error)
		return error;
	error = write_head(file, segment);
	if (!error) {
		error = asst__reserve_rename(file, name);
		/* That it failed does not say that it was not done. */
		*far = MADE;
	}
	if (!error)
		error = sync_name(file, far);
	if (error)
		file->io->close(file->io->self, segment->file);
	return error;
}

/* What was only begun must never be found: the frames that follow go into the one before it. */
static void take_back(struct asst__file *file, const char *name, enum far *far)
{
	const struct asst__io *io = file->io;
	int error;

	if (*far != MADE)
		return;
	error = io->unlink(io->self, file->dir, name);
	if (!error || error == -ENOENT)
		error = io->sync_dir(io->self, file->dir);
	*far = error ? IN_DOUBT : NOWHERE;
}

static bool make_place(struct asst__file *file)
{
	bool room;

	asst__rwlock_write(&file->segments_lock);
	room = asst__grow(&file->mem, &file->segments, file->segment_count, &file->segment_room,
			  sizeof(*file->segments));
	asst__rwlock_write_unlock(&file->segments_lock);
	return room;
}

static void append(struct asst__file *file, const struct asst__segment *segment)
{
	asst__rwlock_write(&file->segments_lock);
	file->segments[file->segment_count++] = *segment;
	asst__rwlock_write_unlock(&file->segments_lock);
}

/* fresh: from a new file, else or where the disk is full from the reserve. */
static int add(struct asst__file *file, bool fresh, uint64_t need, asst_error *err)
{
	const struct asst__segment *last =
		file->segment_count ? &file->segments[file->segment_count - 1] : NULL;
	struct asst__segment next = { .number = last ? last->number + 1 : 1,
				      .first = file->serial + 1 };
	enum far far = NOWHERE;
	char name[24];
	int error = -ENOSPC, taken;

	/* First, so that nothing can fail when the file is there. */
	if (!make_place(file))
		return asst__fail_nomem(err);
	/* Differs from that of any other segment of this store: under every checksum in it. */
	next.salt = file->partitions.seed + ((uint64_t)next.number << 32) + next.first;
	asst__segment_name(name, next.number);
	if (fresh)
		error = write_new(file, &next, name, &far);
	if (error)
		take_back(file, name, &far);
	if (asst__is_full(error) && need && far == NOWHERE) {
		taken = take_reserve(file, &next, name, need, &far);
		/* That it is too small, or is not there, is not why it was needed. */
		error = taken == -ENOENT || taken == -ENOSPC ? error : taken;
		if (error)
			take_back(file, name, &far);
	}
	if (error && far != NOWHERE && file->segment_count)
		asst__file_poison(
			file, error,
			"a new segment of the log was only begun: open the store again to go on");
	if (error)
		return asst__file_fail(file, err, error, "begin", name);
	append(file, &next);
	return ASST_OK;
}

int asst__segment_add(struct asst__file *file, uint64_t need, asst_error *err)
{
	return add(file, true, need, err);
}

int asst__segment_add_reserve(struct asst__file *file, uint64_t need, asst_error *err)
{
	return add(file, false, need, err);
}

static bool is_own(const struct asst__file *file, const struct asst__segment *segment,
		   const unsigned char head[ASST__SEGMENT_HEAD])
{
	return memcmp(head, mark, sizeof(mark)) == 0 &&
	       asst__get32(head + AT_CRC) == head_crc(head) &&
	       memcmp(head + AT_STORE, file->id, 16) == 0 &&
	       asst__get32(head + AT_NUMBER) == segment->number;
}

int asst__segment_read(struct asst__file *file, struct asst__segment *segment, uint64_t *oldest,
		       bool *empty, asst_error *err)
{
	unsigned char head[ASST__SEGMENT_HEAD];
	char name[24];
	int error;

	*empty = false;
	asst__segment_name(name, segment->number);
	error = asst__io_read_full(file->io, segment->file, head, sizeof(head), 0);
	if (error == -EPIPE) {
		*empty = true;
		return ASST_OK;
	}
	if (error)
		return asst__file_fail(file, err, error, "read", name);
	/*
	 * A header is durable before the file grows behind it: until then the file may hold
	 * anything, even what another segment once had in the same blocks.
	 */
	if (segment->size <= ASST__SEGMENT_HEAD && !is_own(file, segment, head)) {
		*empty = true;
		return ASST_OK;
	}
	if (memcmp(head, mark, sizeof(mark)) != 0 || asst__get32(head + AT_CRC) != head_crc(head))
		return asst__damaged(err, segment->number, 0, ": its header");
	if (asst__get32(head + AT_FORMAT) != ASST__FILE_FORMAT)
		return asst__fail(err, ASST_EFORMAT, "%s has format %u, this library reads %d",
				  name, (unsigned)asst__get32(head + AT_FORMAT), ASST__FILE_FORMAT);
	if (memcmp(head + AT_STORE, file->id, 16) != 0)
		return asst__fail(err, ASST_ECORRUPT, "%s belongs to another store", name);
	if (asst__get32(head + AT_NUMBER) != segment->number)
		return asst__fail(err, ASST_ECORRUPT, "%s is segment %u under another name", name,
				  (unsigned)asst__get32(head + AT_NUMBER));
	if (segment->size > ASST__SEGMENT_MOST)
		return asst__damaged(err, segment->number, ASST__SEGMENT_MOST,
				     ": no file of the log is longer");
	segment->first = asst__get64(head + AT_FIRST);
	segment->salt = asst__get64(head + AT_SALT);
	segment->used = ASST__SEGMENT_HEAD;
	*oldest = asst__get32(head + AT_OLDEST);
	return ASST_OK;
}

void asst__segment_retire(struct asst__file *file, int handle)
{
	int old;

	pthread_mutex_lock(&file->lock);
	old = file->retired;
	file->retired = handle;
	pthread_mutex_unlock(&file->lock);
	if (old >= 0)
		file->io->close(file->io->self, old);
}

int asst__segment_drop(struct asst__file *file, uint32_t number, asst_error *err)
{
	const struct asst__io *io = file->io;
	char name[24];
	int error;

	/* One at a time, so that what a crash leaves is a row without gaps. */
	while (file->segment_count > 1 && file->segments[0].number < number) {
		asst__segment_name(name, file->segments[0].number);
		error = io->unlink(io->self, file->dir, name);
		if (error)
			return asst__file_fail(file, err, error, "remove", name);
		error = io->sync_dir(io->self, file->dir);
		/*
		 * The name may be there or not after a crash, whatever a second sync would say: no
		 * later one may go before it.
		 */
		if (error) {
			asst__file_poison(file, error,
					  "the removal of a segment of the log could not be synced: "
					  "open the store again to go on");
			return asst__file_fail(file, err, error, "remove", name);
		}
		/* Nobody reads it any more: every place in it has been replaced. */
		asst__segment_retire(file, file->segments[0].file);
		asst__rwlock_write(&file->segments_lock);
		memmove(file->segments, file->segments + 1,
			(file->segment_count - 1) * sizeof(*file->segments));
		file->segment_count--;
		asst__rwlock_write_unlock(&file->segments_lock);
	}
	return ASST_OK;
}
