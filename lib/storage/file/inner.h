/* SPDX-License-Identifier: MIT */
/*
 * Inside the file backend. libassistant_format(5) has the layout of the files.
 *
 * The log is a row of segments; a segment is a header and frames; a frame holds the batches
 * of one group commit and is valid as a whole or not at all. One thread at a time, the
 * leader, writes; the others wait for it. What a frame holds becomes visible in the indexes
 * when it is durable.
 */
#ifndef ASST_STORAGE_FILE_INNER_H
#define ASST_STORAGE_FILE_INNER_H

#include "base/fail.h"
#include "base/text.h"
#include "storage/apply.h"
#include "storage/file/file.h"
#include "storage/partition.h"

#include <pthread.h>
#include <sys/types.h>

#define ASST__FILE_FORMAT 1
#define ASST__SEGMENT_HEAD 64
/* What is in it has offsets of 32 bits, and an end. */
#define ASST__SEGMENT_MOST UINT32_MAX
#define ASST__FRAME_HEAD 40
/* What a batch of the largest size takes in a frame, with room for notes. */
#define ASST__FRAME_MOST (32u * 1024 * 1024)

struct asst__segment {
	uint32_t number;
	int file;
	uint64_t salt;
	uint64_t first; /* serial of its first frame */
	uint64_t used;  /* where its frames end */
	uint64_t size;  /* of the file */
};

/* A batch on its way. */
struct asst__txn {
	struct asst__txn *next;
	struct asst__partition *partition;
	const asst_batch *batch;
	struct asst__changes *changes;
	uint64_t sequence;
	uint64_t round; /* the frame it goes with */
	bool done;
	int status;
	int64_t raw;       /* where it failed: the system's number, and why */
	char failure[160];
};

/* Frames are numbered by rounds in memory and by serials on disk: failed rounds have none. */
struct asst__round {
	uint64_t number;
	struct asst__text text; /* header (to be filled) and sections */
	uint32_t sections;
	bool must_sync;
	struct asst__txn *first, *last;
};

/* Blocks of one size, kept back. */
struct asst__spares {
	struct asst__spare *first;
	size_t count;
};

struct asst__file {
	struct asst__mem mem;
	const struct asst__io *io;
	struct asst__file_options options;
	int dir, lock_file;
	int retired; /* a removed segment that is still open; -1: none; under the lock below */
	pid_t owner; /* a forked child is refused */
	unsigned char id[16];
	struct asst__partitions partitions;
	struct asst__source source;

	pthread_mutex_t lock; /* of all below */
	pthread_cond_t changed;
	struct asst__round open;    /* collects batches */
	struct asst__round flying;  /* is being written */
	bool writing;               /* somebody is the leader */
	uint64_t finished;          /* the last round that is over */
	struct asst__spares leaves, branches; /* for the indexes (pool.c) */
	size_t pending_puts;        /* of all batches that are not visible yet */
	unsigned pinned;            /* who needs all segments to stay */
	uint32_t first_listed, last_listed; /* segments that recovery found; 0: none */
	int poisoned;               /* the status for writes after a failed sync */
	char poison[160];
	int poison_raw; /* the system's number */
	char failure[160];          /* why the last round failed that did */
	int64_t failure_raw;
	asst_error *lead_error; /* the leader's */

	struct asst__rwlock segments_lock; /* of the table below, which the leader changes */
	struct asst__segment
		*segments; /* oldest first, numbers in a row; the last one is written */
	size_t segment_count, segment_room;

	/* the leader's */
	bool reserved;   /* the reserve is known to be whole */
	uint64_t reserve_size; /* how much there is of it, as far as that is known */
	uint64_t serial; /* of the last frame */
	uint64_t synced; /* of the last frame known to be durable */
	bool settled;    /* when it was opened: the index fitted, and was written behind the last frame */
	uint64_t frames, syncs;
	atomic_uint_fast64_t resident; /* bytes of values in memory */
	uint64_t live;       /* bytes that a log without anything dead would have, about */
	uint32_t no_gain_in;   /* the oldest segment when compaction for space gave nothing; 0: none */
	uint64_t no_gain_dead; /* and what was dead then, of all */
	uint32_t cycle_end;  /* the segment that was written when a cycle of compaction began; 0: none */
	uint64_t copied, copied_ops; /* bytes of frames, and of operations in them, in that cycle */
	uint64_t heads, heads_live;  /* what heads took in the cycle before, beside so much alive */
	uint64_t compact_at; /* how far the oldest segment has been copied; 0: not begun */
	uint64_t written;    /* bytes since the last step of compaction */
};

/* What is said of failures (fault.c); error: a negative errno */

/* Whether something else stands in the place of a file: a link, a directory, a FIFO. */
bool asst__is_no_file(int error);
/* Why, in words. */
const char *asst__words(int error);
/* "could not DOING NAME: WORDS", with the number. */
int asst__file_fail(const struct asst__file *file, asst_error *err, int error, const char *doing,
		    const char *name);
/* The same where a file could not be opened: what else stands in its place. */
int asst__open_fail(const struct asst__file *file, asst_error *err, int error, const char *name);
/* The same where a directory could not be opened; what: which one. */
int asst__directory_fail(const struct asst__file *file, asst_error *err, int error,
			 const char *what);
/* Put the path of the directory, quoted, before what was said; returns status. */
int asst__fail_in(asst_error *err, int status, const char *path);

/* Files and segments (segment.c) */

#define ASST__IDENTITY_BYTES 64

/* What the file "store" has in it. */
void asst__identity_fill(unsigned char bytes[ASST__IDENTITY_BYTES], const struct asst__file *file);
/* Write a file "store" with the store's id into a directory, durably. */
int asst__identity_write(const struct asst__file *file, const struct asst__io *io, int dir,
			 asst_error *err);

/* ASST_ECORRUPT, with the place: "NNNNNNNNNN.log is damaged at offset N", and what behind it. */
int asst__damaged(asst_error *err, uint32_t segment, uint64_t offset, const char *what);
void asst__segment_name(char name[24], uint32_t number);
/* The number of the segment with that name; 0: it is no segment's. */
uint32_t asst__segment_number(const char *name);
/* The segment of a number, or NULL. */
struct asst__segment *asst__segment_find(struct asst__file *file, uint32_t number);
/*
 * Make the next one and begin to write it. Statuses of asst__file_fail(), and then the one
 * before is still written to, or no write is taken any more. need: where the disk is full
 * it is made of the reserve, if that has so many bytes behind the header; 0: it is not.
 */
int asst__segment_add(struct asst__file *file, uint64_t need, asst_error *err);
/* The same from the reserve alone. */
int asst__segment_add_reserve(struct asst__file *file, uint64_t need, asst_error *err);
/* Read and check the header of an open segment; *empty: it was never finished. */
int asst__segment_read(struct asst__file *file, struct asst__segment *segment, uint64_t *oldest,
		       bool *empty, asst_error *err);
/*
 * Close a removed segment later: closing gives its blocks back, which takes long, and nobody
 * should wait for that. -1: close the one that waits for it, without the lock.
 */
void asst__segment_retire(struct asst__file *file, int handle);
/* Drop all segments below a number. */
int asst__segment_drop(struct asst__file *file, uint32_t number, asst_error *err);
uint32_t asst__segment_seed(const struct asst__file *file, const struct asst__segment *segment);

/* The reserve (reserve.c) */

/* What a frame is for tells what it may use on a full disk. */
enum asst__use {
	ASST__USE_ANY,     /* nothing: the reserve must be whole before it is written */
	ASST__USE_COPIES,  /* half of the reserve: there must be something left for the others */
	ASST__USE_SAME,    /* half of it: it makes the store no larger */
	ASST__USE_SMALLER, /* three quarters: it leaves fewer keys */
	ASST__USE_FREE,    /* seven eighths: it only deletes, but for events */
	ASST__USE_LAST     /* all of it: it gives space back at once, or the store is closed */
};

/* A full disk is no damage: what was not written at all can be refused and forgotten. */
bool asst__is_full(int error);
/* Write zeros from *size on until a file has the size that is wanted; a negative errno. */
int asst__zeros_write(const struct asst__file *file, int handle, uint64_t *size, uint64_t want);
/* Make it whole, where there is to be one; a negative errno. */
int asst__reserve_keep(struct asst__file *file);
/* Open it; -ENOENT: there is none, -ENOSPC: it has less than the bytes that are needed. */
int asst__reserve_open(struct asst__file *file, uint64_t need, int *handle, uint64_t *size);
/* Let it be a segment, which is durable with the directory. */
int asst__reserve_rename(struct asst__file *file, const char *name);

/* Frames (frame.c) */

enum asst__section_kind {
	ASST__SECTION_BATCH = 1,
	ASST__SECTION_COPY,
	ASST__SECTION_NOTE,
	ASST__SECTION_OLDEST
};

#define ASST__SECTION_HEAD 16
/* The least an operation takes beside key and value, and what a large value takes more. */
#define ASST__FRAME_OP_HEAD 8
#define ASST__FRAME_OP_CRC 4
/* Values above this have a checksum of their own: they are read again without their frame. */
#define ASST__FRAME_SMALL_VALUE 48
_Static_assert(ASST__FRAME_SMALL_VALUE <= ASST__INLINE_VALUE,
	       "what lies in the log alone needs its checksum");

struct asst__section {
	int kind;
	uint32_t ops;
	uint64_t sequence;
	const char *name; /* NUL-terminated */
	const unsigned char *bytes; /* its operations */
	size_t size;
};

struct asst__frame_op {
	int kind; /* ASST_OP_PUT, ASST_OP_DELETE, ASST_OP_DELETE_RANGE */
	const unsigned char *key, *value; /* value: the end of a range */
	uint32_t key_size, value_size;
	uint32_t crc; /* of a large value */
	size_t value_at; /* from the begin of the frame */
};

void asst__round_begin(struct asst__round *round, const struct asst__mem *mem, uint64_t number);
/* Append a section; the operations are appended behind it by asst__round_op(). */
void asst__round_section(struct asst__round *round, enum asst__section_kind kind, const char *name,
			 uint64_t sequence, uint32_t ops);
void asst__round_op(struct asst__round *round, int kind, const void *key, size_t key_size,
		    const void *value, size_t value_size);
/* Append an operation of another frame as it is. */
void asst__round_copy(struct asst__round *round, const struct asst__frame_op *op);
/* Say how many operations a section has that was appended at this size of the text. */
void asst__round_count(struct asst__round *round, size_t at, uint32_t ops);
/* Take the last section back, which was appended at this size of the text. */
void asst__round_cut(struct asst__round *round, size_t at);
/* All changes of a batch as one section. */
void asst__round_batch(struct asst__round *round, const char *name, const asst_batch *batch,
		       uint64_t sequence);
/* Fill the header; the frame's size with its padding. */
size_t asst__round_seal(struct asst__round *round, const struct asst__file *file,
			const struct asst__segment *segment, uint64_t serial, uint64_t synced);

struct asst__frame {
	uint64_t serial, synced;
	uint32_t size, sections;
	const unsigned char *bytes;
};

/* What the header of a frame says is its size, if it looks like one; else 0. */
size_t asst__frame_size(const struct asst__file *file, const unsigned char head[ASST__FRAME_HEAD]);
/* Whether a valid frame begins at bytes; room: how many bytes are there. */
bool asst__frame_read(struct asst__frame *frame, const struct asst__file *file,
		      const struct asst__segment *segment, const unsigned char *bytes, size_t room);
/* Walk: at is where the next section begins (0 at first). False at the end. */
bool asst__frame_next(const struct asst__frame *frame, size_t *at, struct asst__section *section);
/* Do the sections of a frame go on to its end? */
bool asst__frame_walks(const struct asst__frame *frame);
bool asst__section_next(const struct asst__frame *frame, const struct asst__section *section,
			size_t *at, struct asst__frame_op *op);

/* Committing (commit.c) */

int asst__file_apply(void *self, const char *name, const asst_batch *batch, uint64_t *sequence,
		     size_t *failed, asst_error *err);
/* With the lock held: write the open round, if there is one, or wait for who writes. */
void asst__lead(struct asst__file *file);
/* What a frame may use of the reserve, by what is in it. */
enum asst__use asst__round_use(const struct asst__round *round);
/* Become the leader (with the lock held) and stop being it. */
void asst__leader_begin(struct asst__file *file);
void asst__leader_end(struct asst__file *file);
/* Write a round as the next frame: the leader alone, without the lock. */
int asst__round_write(struct asst__file *file, struct asst__round *round, struct asst__place *where,
		      bool sync, enum asst__use use, asst_error *err);
/* Make everything written so far durable: the leader alone, without the lock. */
int asst__log_sync(struct asst__file *file, asst_error *err);
int asst__file_usable(struct asst__file *file, bool to_write, asst_error *err);
/* No write is taken any more until the store is opened again. */
void asst__file_poison(struct asst__file *file, int error, const char *why);
/* What writers are told from then on. */
int asst__poisoned_fail(const struct asst__file *file, asst_error *err);

/* Memory that showing a batch may need (pool.c); with the lock held */

struct asst__mem asst__pool_mem(struct asst__file *file);
/* False: no memory. Else to be released when the batch is over. */
bool asst__pool_reserve(struct asst__file *file, struct asst__partition *partition, size_t puts);
void asst__pool_release(struct asst__file *file, size_t puts);
void asst__pool_dispose(struct asst__file *file);

/* Recovery (recover.c) and reading */

int asst__file_recover(struct asst__file *file, asst_error *err);
/* Whether the segments that are there are others than those which the last recovery found. */
bool asst__file_row_changed(struct asst__file *file);
void asst__file_keep_value(void *self, struct asst__index *index, struct asst__entry *entry,
			   asst_buf *value);
int asst__file_read_value(void *self, const struct asst__place *place,
			  struct asst__window *window, asst_buf **value, asst_error *err);

/* The index snapshot (snapshot.c, snapshot_read.c) */

struct asst__snapshot {
	uint64_t
		serial; /* of the frame it was written behind, which was durable; 0: there is none */
	uint32_t segment; /* that frame's */
	uint64_t frame;   /* where that begins */
	uint64_t end;     /* and ends; 0: the snapshot was not loaded */
};

/* Load it, if it fits the log: indexes, and where the frames of the segments end. */
int asst__snapshot_read(struct asst__file *file, struct asst__snapshot *snapshot, asst_error *err);
/* Write it behind the last frame, which begins at frame; nobody writes meanwhile. */
void asst__snapshot_write(struct asst__file *file, uint64_t frame);

/* Write one for a copy of the log, of which only the header counts: it tells where the log ends. */
int asst__snapshot_note(struct asst__file *file, const struct asst__io *io, int dir,
			const struct asst__snapshot *end, uint32_t oldest, asst_error *err);

/* Compaction: copy what lives in the oldest segment ahead, then drop it (copy.c). */

/* So many pieces in a step, or one where others wait for their turn to write. */
#define ASST__PIECES 8

/*
 * The leader alone, without the lock: so many pieces, and one sync. 0: the whole segment, if that
 * is worth it. *ended: it is gone.
 */
int asst__compact_step(struct asst__file *file, size_t pieces, bool *ended, asst_error *err);

/* And when (compact.c). */

/* One bounded step where it is due, after a commit; what fails here fails no commit. */
void asst__compact_some(struct asst__file *file);
/*
 * On a full disk: let the oldest segment go, if no more than half of it is alive, and that fits
 * into half of the reserve. *last: 0 at first; segments that are newer than those stay.
 * False: nothing was changed, or that failed.
 */
bool asst__compact_for_space(struct asst__file *file, uint32_t *last);
/* Bytes that the content of an index takes in a log without anything dead, about. */
uint64_t asst__index_live_bytes(const struct asst__index *index);
/* Bytes that the log takes, dead or alive. */
uint64_t asst__log_bytes(const struct asst__file *file);

/* The log as it was at one moment, all of it durable; its segments stay until it is unpinned. */
struct asst__extent {
	struct asst__file *file;
	struct asst__segment *segments;
	size_t count;
};

int asst__extent_pin(struct asst__extent *extent, struct asst__file *file, asst_error *err);
void asst__extent_unpin(struct asst__extent *extent);

/*
 * A tar archive that is written to a descriptor (archive.c). Its table takes files one by one,
 * each from its begin to its end, and no directory: those that were announced with their sizes,
 * and filled up with zeros where they are synced; and small ones, once they are renamed.
 */
#define ASST__ARCHIVE_BLOCK 512u

struct asst__archive {
	struct asst__io io;
	const struct asst__io *below;
	int descriptor;
	int64_t seconds;   /* since 1970: of its files */
	int error;         /* of the descriptor; -ECANCELED: progress said stop while it waited */
	asst_progress progress; /* may be NULL */
	void *user;
	uint64_t done, total; /* of the log, when progress was called last */
	uint64_t size, at; /* of the file at hand: announced, or 0; what there is of it */
	unsigned char small[ASST__ARCHIVE_BLOCK]; /* one that is not announced */
};

/* 0 or a negative errno, which is in the archive too. */
int asst__archive_begin(struct asst__archive *archive, const struct asst__io *below, int descriptor,
			asst_progress progress, void *user);
void asst__archive_announce(struct asst__archive *archive, uint64_t size);
int asst__archive_end(struct asst__archive *archive);

/* Checking (verify.c), copying (backup.c) and counting (inspect.c) a log that is in use; methods of the table. */
int asst__file_verify(void *self, void (*report)(void *user, const char *what),
		      asst_progress progress, void *user, asst_error *err);
int asst__file_backup(void *self, const char *directory, asst_progress progress, void *user,
		      asst_error *err);
int asst__file_backup_fd(void *self, int descriptor, asst_progress progress, void *user,
			 asst_error *err);
int asst__file_each_stat(void *self, void (*each)(void *user, const char *name, uint64_t value),
			 void *user, asst_error *err);

/* Little endian. */
static inline void asst__put32(unsigned char *to, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		to[i] = (unsigned char)(value >> (8 * i) & 0xff);
}

static inline void asst__put64(unsigned char *to, uint64_t value)
{
	asst__put32(to, (uint32_t)value);
	asst__put32(to + 4, (uint32_t)(value >> 32));
}

static inline uint32_t asst__get32(const unsigned char *from)
{
	return (uint32_t)from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 |
	       (uint32_t)from[3] << 24;
}

static inline uint64_t asst__get64(const unsigned char *from)
{
	return asst__get32(from) | (uint64_t)asst__get32(from + 4) << 32;
}

#endif
