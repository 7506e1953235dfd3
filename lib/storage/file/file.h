/* SPDX-License-Identifier: MIT */
/* The file backend: an append-only log of frames in one directory, and indexes in memory. */
#ifndef ASST_STORAGE_FILE_FILE_H
#define ASST_STORAGE_FILE_FILE_H

#include "storage/file/io.h"
#include "storage/query.h"

struct asst__file_options {
	uint64_t segment_bytes;  /* 64 MiB; a frame fits into one */
	uint64_t fill_bytes;     /* how far zeros are written ahead of the log; 0: not at all */
	uint64_t reserve_bytes;  /* kept for a full disk; 0, or fill_bytes is 0: nothing */
	uint64_t resident_bytes; /* values kept in memory */
	bool process_only;       /* durability "process": no sync with each commit */
	bool read_only;
	bool no_compaction; /* only when asked for */
};

extern const struct asst__file_options asst__file_defaults;

/*
 * Open a directory as a backend, recovering what is there. seed and id: random bytes, the
 * latter for a store that is made. ASST_EBUSY: somebody has it open; ASST_EIO, ASST_ECORRUPT,
 * ASST_EFORMAT, ASST_ENOTFOUND (read only, and nothing there), ASST_ENOMEM.
 */
int asst__file_open(asst_backend *out, const struct asst__io *io, const char *path,
		    const struct asst__file_options *options, const struct asst__mem *mem,
		    uint64_t seed, const unsigned char id[16], asst_error *err);

/* Methods of the table that tests call by their names too. */
int asst__file_sync(void *self, asst_error *err);
int asst__file_compact(void *self, asst_progress progress, void *user, asst_error *err);

struct asst__file_stats {
	uint64_t keys, live_bytes, log_bytes, resident_bytes, segments, frames, syncs;
};

void asst__file_stats(void *self, struct asst__file_stats *stats);

#endif
