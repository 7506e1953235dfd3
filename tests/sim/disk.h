/* SPDX-License-Identifier: MIT */
/*
 * A disk in memory under the file backend. It keeps what was synced apart from what was not,
 * counts every call, lets the power fail before any of them or any of them fail, and builds
 * the disks that may be found after the power failed: any subset of the writes and of the
 * changes of names that were not synced, torn at sectors, with anything in grown space.
 */
#ifndef ASST_TESTS_SIM_DISK_H
#define ASST_TESTS_SIM_DISK_H

#include "storage/file/io.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>

#define ASST_SIM_SECTOR 512
#define ASST_SIM_NAME 64 /* bytes of a name with its NUL */
#define ASST_SIM_HANDLES 96 /* open at once; then -EMFILE */
#define ASST_SIM_MASK 12 /* so many pending changes: every subset is enumerated */
#define ASST_SIM_ALL UINT64_MAX

enum asst_sim_call {
	ASST_SIM_OPEN_DIR,
	ASST_SIM_OPEN,
	ASST_SIM_CLOSE,
	ASST_SIM_SIZE,
	ASST_SIM_READ,
	ASST_SIM_WRITE,
	ASST_SIM_SYNC,
	ASST_SIM_SYNC_DIR,
	ASST_SIM_RENAME,
	ASST_SIM_UNLINK,
	ASST_SIM_LIST,
	ASST_SIM_LOCK,
	ASST_SIM_CALLS
};

extern const char *const asst_sim_call_names[ASST_SIM_CALLS];

/* Faults of the protocol that lies on the disk: each must be found by the crash tests. */
enum asst_sim_fault {
	ASST_SIM_SOUND,
	ASST_SIM_NO_SYNC, /* syncing a file of the log does nothing */
	ASST_SIM_NO_SYNC_DIR, /* syncing names does nothing */
	ASST_SIM_COPIES_LATE, /* compaction removes a segment before what it copied is synced */
	ASST_SIM_SNAPSHOT_FIRST, /* closing writes the snapshot before the log is synced */
	ASST_SIM_NO_CHECK, /* what is torn gets the checksum it should have (asst_sim_mend) */
	ASST_SIM_EARLY, /* a sync says that it is done and begins with the next call */
	ASST_SIM_FAULTS
};

/* How a call goes wrong. */
enum asst_sim_way {
	ASST_SIM_ERROR, /* with an error, without effect */
	ASST_SIM_SHORT_READ,
	ASST_SIM_SHORT_WRITE,
	ASST_SIM_EMPTY_WRITE, /* nothing written, no error */
	ASST_SIM_TORN_WRITE, /* the first half, without an error; from then on with one */
	ASST_SIM_FALSE_ERROR /* an error, though it is written, renamed or removed */
};

/* What is to go wrong; calls are counted from 1 since asst_sim_plan(). */
struct asst_sim_plan {
	uint64_t stop_at; /* the power fails before this call; 0: it does not */
	uint64_t fail_at; /* 0: none */
	uint64_t fail_for; /* so many calls from there; ASST_SIM_ALL */
	enum asst_sim_way way;
	int error; /* negative errno */
	unsigned only; /* a mask of 1 << enum asst_sim_call; 0: any call */
	uint64_t room; /* bytes of all files together; 0: no end */
	uint64_t full_at; /* from this call on nothing may grow: a full disk; 0: it does not fill */
};

struct asst_sim_write {
	uint64_t offset;
	size_t size;
	unsigned char *bytes;
	bool dead; /* a sync of it failed: it may be there or not, no later sync will help */
};

struct asst_sim_inode {
	unsigned char *now; /* as processes see it */
	uint64_t now_size, now_room;
	unsigned char *kept; /* as it was synced */
	uint64_t kept_size, kept_room;
	struct asst_sim_write *writes; /* since then, in order */
	size_t count, room;
	int locked_by; /* a handle, or -1 */
	bool log; /* by its name */
	bool late; /* a sync that is still to be done by a fault */
};

struct asst_sim_name {
	char name[ASST_SIM_NAME];
	size_t inode;
};

struct asst_sim_names {
	struct asst_sim_name *items;
	size_t count, room;
};

enum asst_sim_change { ASST_SIM_CREATED, ASST_SIM_RENAMED, ASST_SIM_UNLINKED };

struct asst_sim_name_change {
	enum asst_sim_change kind;
	size_t inode;
	char from[ASST_SIM_NAME], to[ASST_SIM_NAME];
};

struct asst_sim_handle {
	enum { ASST_SIM_CLOSED, ASST_SIM_DIR, ASST_SIM_FILE } kind;
	size_t inode;
	bool writable;
};

struct asst_sim {
	struct asst__io io;
	pthread_mutex_t lock;
	struct asst_sim_plan plan;
	enum asst_sim_fault fault;
	bool upkeep; /* the test says so: the fault is about what the store does now */
	uint64_t seed; /* of the order of list and of random images */
	bool slow; /* a sync takes its time, so that others come meanwhile */

	bool there; /* the directory is */
	struct asst_sim_inode *inodes;
	size_t inode_count, inode_room;
	struct asst_sim_names now, kept;
	struct asst_sim_name_change *changes; /* of names, since the last sync_dir */
	size_t change_count, change_room;
	struct asst_sim_handle handles[ASST_SIM_HANDLES];
	size_t open_count; /* handles that are open */

	uint64_t calls, by_kind[ASST_SIM_CALLS];
	uint64_t mutations; /* calls that change the disk */
	uint64_t went_wrong; /* calls that were made to fail */
	bool stopped; /* the power has failed */
	bool sync_failed; /* a sync was made to fail */
	char misuse[128]; /* the first call that no correct program makes; "": none */
};

/* Memory of the tests: ends the program when there is none. */
void *asst_sim_alloc(size_t size);
void *asst_sim_grow(void *items, size_t count, size_t *room, size_t size);

struct asst_sim *asst_sim_new(uint64_t seed);
void asst_sim_free(struct asst_sim *disk);
/* From here on, count calls anew and let this go wrong; NULL: nothing. */
void asst_sim_plan(struct asst_sim *disk, const struct asst_sim_plan *plan);
/* Do the syncs that were put off. */
void asst_sim_catch_up(struct asst_sim *disk);

/*
 * The disk as the next process finds it when the last one was killed: what was not synced is
 * still there and still not synced. forget: what a failed sync left is read no more.
 */
struct asst_sim *asst_sim_copy(const struct asst_sim *disk, bool forget);

/* How many disks after a power failure are enumerated; those beyond this number are random. */
uint64_t asst_sim_images(const struct asst_sim *disk);
/* Changes that were not synced. */
size_t asst_sim_pending(const struct asst_sim *disk);
/* One of them. With the fault ASST_SIM_NO_CHECK its logs are mended. */
struct asst_sim *asst_sim_crash(const struct asst_sim *disk, uint64_t image);
/* What is on it, as a number: disks with the same content are most likely the same. */
uint64_t asst_sim_hash(const struct asst_sim *disk);
/* Say what the disk has, and what an image is made of. */
void asst_sim_explain(const struct asst_sim *disk, uint64_t image, FILE *out);
void asst_sim_show(const struct asst_sim *disk, FILE *out);

/* Give torn frames of a log the checksum that they should have. */
void asst_sim_mend(unsigned char *bytes, uint64_t size);

/* For disk.c and image.c */
bool asst_sim_is_log(const char *name);
struct asst_sim_name *asst_sim_find(const struct asst_sim_names *names, const char *name);
void asst_sim_name_set(struct asst_sim_names *names, const char *name, size_t inode);
void asst_sim_name_drop(struct asst_sim_names *names, const char *name);
void asst_sim_name_apply(struct asst_sim_names *names, const struct asst_sim_name_change *change);
size_t asst_sim_inode_add(struct asst_sim *disk);
/* Put bytes at an offset, growing the content with zeros where needed. */
void asst_sim_put(unsigned char **content, uint64_t *size, uint64_t *room, uint64_t offset,
		  const unsigned char *bytes, size_t count);

/* What is written again is not dead any more: cut it out of the dead writes. */
void asst_sim_revive(struct asst_sim_inode *inode, uint64_t from, uint64_t to);

/* The next of a row of random numbers (splitmix64). */
static inline uint64_t asst_sim_random(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static inline uint64_t asst_sim_below(uint64_t *state, uint64_t limit)
{
	return asst_sim_random(state) % limit;
}

#endif
