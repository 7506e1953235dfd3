/* SPDX-License-Identifier: MIT */
/*
 * Copying a log that is in use. The copy ends as a closed store does: its last frame and its
 * index tell where the log ends, so that a part that is lost later is missed.
 */
#include "storage/file/inner.h"

#include <errno.h>
#include <string.h>

#define PIECE (1024u * 1024)
/* More than the frame takes that closes a copy. */
#define CLOSING_BYTES 512u

static int see_any(void *user, const char *name)
{
	(void)name;
	*(bool *)user = true;
	return 0;
}

/* Where a copy goes: into a directory, or an archive, whose table takes none. */
struct target {
	const struct asst__io *io;
	const char *path; /* of the directory; NULL: it is an archive */
	int dir;
	struct asst__archive *archive;
};

/* What failed in the directory of the copy says which one that is. */
static int in_target(const struct target *target, int status, asst_error *err)
{
	return status != ASST_OK && target->path ? asst__fail_in(err, status, target->path) :
						   status;
}

/* A segment on its way into the copy. */
struct copy {
	struct asst__file *file;
	const struct asst__segment *segment;
	const struct target *target;
	int to;
	uint64_t serial; /* of the last frame that was copied */
	uint64_t at;     /* where it ends */
	unsigned char *bytes; /* of the segment, from there on */
	size_t size, room;
	int unread;                /* why the segment could not be read; 0: it could */
	bool last;                 /* of the segments */
	struct asst__snapshot end; /* where the copy ends */
	asst_progress progress;    /* may be NULL */
	void *user;
	uint64_t done, total; /* bytes of the segments before this one, and of all */
};

/* What was copied so far, of this segment too; an archive says it again where it has to wait. */
static int tell(const struct copy *copy, uint64_t more)
{
	if (copy->target->archive) {
		copy->target->archive->done = copy->done + more;
		copy->target->archive->total = copy->total;
	}
	return copy->progress && copy->progress(copy->user, copy->done + more, copy->total) ?
		       -ECANCELED :
		       0;
}

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

static int read_segment(struct copy *copy, void *bytes, size_t size, uint64_t at)
{
	copy->unread = asst__io_read_full(copy->file->io, copy->segment->file, bytes, size, at);
	return copy->unread;
}

/*
 * Read on, one piece, and write the same to the copy at once: what is left of it then is no store.
 * want: there will be room for so much.
 */
static int carry(struct copy *copy, size_t want)
{
	uint64_t at = copy->at + copy->size;
	size_t part = want - copy->size < PIECE ? want - copy->size : PIECE;
	unsigned char *bytes;
	int error;

	if (want > copy->room) {
		bytes = asst__realloc(&copy->file->mem, copy->bytes, copy->room, want);
		if (!bytes)
			return -ENOMEM;
		copy->bytes = bytes;
		copy->room = want;
	}
	error = read_segment(copy, copy->bytes + copy->size, part, at);
	if (!error)
		error = asst__io_write_full(copy->target->io, copy->to, copy->bytes + copy->size,
					    part, at);
	if (!error)
		copy->size += part;
	return error;
}

/* Pass the sound frames that are there as a whole; the rest stays for the next time. */
static void pass_frames(struct copy *copy)
{
	struct asst__frame frame;
	size_t at = 0;

	while (asst__frame_read(&frame, copy->file, copy->segment, copy->bytes + at,
				copy->size - at) &&
	       frame.serial == copy->serial + 1 && asst__frame_walks(&frame)) {
		copy->serial++;
		at += frame.size;
	}
	if (!at)
		return;
	copy->at += at;
	copy->size -= at;
	memmove(copy->bytes, copy->bytes + at, copy->size);
}

/* The frame that says that all before it is durable, which it is together with it. */
static int close_copy(struct copy *copy)
{
	struct asst__snapshot *end = &copy->end;
	struct asst__round round;
	int error = -ENOMEM;
	size_t size;

	asst__round_begin(&round, &copy->file->mem, 0);
	size = asst__round_seal(&round, copy->file, copy->segment, copy->serial + 1, copy->serial);
	if (size)
		error = asst__io_write_full(copy->target->io, copy->to, round.text.data, size,
					    copy->at);
	asst__text_free(&round.text);
	end->serial = copy->serial + 1;
	end->segment = copy->segment->number;
	end->frame = copy->at;
	end->end = copy->at + size;
	return error;
}

static int canceled(asst_error *err)
{
	return asst__fail(err, ASST_ECANCELED, "the backup was canceled");
}

/* Either the segment could not be read, or its copy not be written. */
static int copy_fail(const struct copy *copy, int error, asst_error *err)
{
	char name[24];

	if (error == -ENOMEM)
		return asst__fail_nomem(err);
	if (copy->unread == -EPIPE)
		return asst__damaged(err, copy->segment->number, copy->at, ": it is cut short");
	asst__segment_name(name, copy->segment->number);
	if (copy->unread)
		return asst__file_fail(copy->file, err, error, "read", name);
	return in_target(copy->target,
			 asst__file_fail(copy->file, err, error, "write the copy of", name), err);
}

static int copy_frames(struct copy *copy, asst_error *err)
{
	unsigned char head[ASST__SEGMENT_HEAD];
	const struct asst__io *io = copy->target->io;
	size_t want;
	int error = read_segment(copy, head, sizeof(head), 0);

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
		/* When all of a segment is there the next call is that for the next one. */
		if (!error && copy->at < copy->segment->used)
			error = tell(copy, copy->at + copy->size);
	}
	if (!error && copy->last)
		error = close_copy(copy);
	if (!error)
		error = io->sync(io->self, copy->to);
	if (error == -ECANCELED)
		return canceled(err);
	return error ? copy_fail(copy, error, err) : ASST_OK;
}

static int copy_segment(struct copy *copy, asst_error *err)
{
	const struct target *target = copy->target;
	const struct asst__io *io = target->io;
	char name[24];
	int error, status = check_head(copy, err);

	if (status != ASST_OK)
		return status;
	if (target->archive)
		asst__archive_announce(target->archive, copy->segment->used +
								(copy->last ? CLOSING_BYTES : 0));
	asst__segment_name(name, copy->segment->number);
	copy->unread = 0;
	error = io->open(io->self, target->dir, name, ASST__IO_WRITE | ASST__IO_CREATE, &copy->to);
	if (error)
		return copy_fail(copy, error, err);
	copy->at = ASST__SEGMENT_HEAD;
	copy->size = 0;
	status = copy_frames(copy, err);
	io->close(io->self, copy->to);
	return status;
}

static int copy_log(const struct asst__extent *extent, const struct target *target,
		    asst_progress progress, void *user, asst_error *err)
{
	struct copy copy = { .file = extent->file, .target = target, .progress = progress,
			     .user = user };
	int status = ASST_OK;
	size_t i;

	for (i = 0; i < extent->count; i++)
		copy.total += extent->segments[i].used;
	if (extent->count)
		copy.serial = extent->segments[0].first - 1;
	for (i = 0; i <= extent->count && status == ASST_OK; i++) {
		if (tell(&copy, 0)) {
			status = canceled(err);
		} else if (i < extent->count) {
			copy.segment = &extent->segments[i];
			copy.last = i + 1 == extent->count;
			status = copy_segment(&copy, err);
			copy.done += copy.segment->used;
		}
	}
	asst__free(&extent->file->mem, copy.bytes, copy.room);
	if (status == ASST_OK && extent->count)
		status = in_target(target,
				   asst__snapshot_note(extent->file, target->io, target->dir,
						       &copy.end, extent->segments[0].number, err),
				   err);
	return status;
}

/* Until the last file takes its place: what is cut short must not pass for a new store. */
static int begin_directory(struct asst__file *file, int dir, asst_error *err)
{
	const struct asst__io *io = file->io;
	bool full = false;
	int handle, error = io->list(io->self, dir, see_any, &full);

	if (error)
		return asst__file_fail(file, err, error, "list", "the directory of the backup");
	if (full)
		return asst__fail(err, ASST_EEXISTS, "the directory of the backup is not empty");
	error = io->open(io->self, dir, "store", ASST__IO_WRITE | ASST__IO_CREATE, &handle);
	if (!error) {
		io->close(io->self, handle);
		error = io->sync_dir(io->self, dir);
	}
	return error ? asst__file_fail(file, err, error, "make", "the file store of the copy") :
		       ASST_OK;
}

static bool is_missing(const struct asst__io *io, const char *path)
{
	int dir, error = io->open_dir(io->self, path, 0, &dir);

	if (!error)
		io->close(io->self, dir);
	return error == -ENOENT;
}

static int open_target(struct asst__file *file, struct target *target, asst_error *err)
{
	const struct asst__io *io = file->io;
	bool missing = is_missing(io, target->path);
	int status, error = io->open_dir(io->self, target->path, 1, &target->dir);

	if (error)
		return asst__directory_fail(file, err, error, "the directory of the backup");
	status = begin_directory(file, target->dir, err);
	if (status == ASST_OK)
		return ASST_OK;
	/* An empty one would pass for a new store; with a file in it, it stays. */
	if (missing)
		io->remove_dir(io->self, target->path);
	io->close(io->self, target->dir);
	return status;
}

static int copy_all(struct asst__file *file, const struct target *target, asst_progress progress,
		    void *user, asst_error *err)
{
	struct asst__extent extent;
	int status = asst__extent_pin(&extent, file, err);

	/* What is in doubt may not be shown here, and be there in the copy. */
	if (status == ASST_OK && file->poisoned && file->synced != file->serial)
		status = asst__poisoned_fail(file, err);
	if (status == ASST_OK)
		status = copy_log(&extent, target, progress, user, err);
	/* Last: without it the copy is not a store. */
	if (status == ASST_OK)
		status = in_target(target,
				   asst__identity_write(file, target->io, target->dir, err), err);
	asst__extent_unpin(&extent);
	return status;
}

int asst__file_backup(void *self, const char *directory, asst_progress progress, void *user,
		      asst_error *err)
{
	struct asst__file *file = self;
	struct target target = { .io = file->io, .path = directory };
	int status = asst__file_usable(file, false, err);

	if (status != ASST_OK)
		return status;
	status = open_target(file, &target, err);
	if (status != ASST_OK)
		return asst__fail_in(err, status, directory);
	status = copy_all(file, &target, progress, user, err);
	file->io->close(file->io->self, target.dir);
	return status;
}

int asst__file_backup_fd(void *self, int descriptor, asst_progress progress, void *user,
			 asst_error *err)
{
	struct asst__file *file = self;
	struct asst__archive archive;
	struct target target = { .io = &archive.io, .archive = &archive };
	int status = asst__file_usable(file, false, err), error;

	if (status != ASST_OK)
		return status;
	error = asst__archive_begin(&archive, file->io, descriptor, progress, user);
	if (!error)
		status = copy_all(file, &target, progress, user, err);
	if (!error && status == ASST_OK)
		asst__archive_end(&archive);
	if (!archive.error)
		return status;
	/* Whatever file was being copied: it is the descriptor that failed. */
	asst__error_clear(err);
	if (archive.error == -ECANCELED)
		return canceled(err);
	if (archive.error == -ENOTTY)
		return asst__fail(err, ASST_EINVAL,
				  "the descriptor is a terminal: an archive goes to a file, a pipe or a socket");
	return asst__file_fail(file, err, archive.error, "write", "the archive");
}
