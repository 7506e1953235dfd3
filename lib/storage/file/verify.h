/* SPDX-License-Identifier: MIT */
/* Checking a log that is in use. What is wrong is reported, and the check goes on. */
#ifndef ASST_STORAGE_FILE_VERIFY_H
#define ASST_STORAGE_FILE_VERIFY_H

#include "storage/file/inner.h"

/* Bytes that are read between two calls of progress, about. */
#define ASST__CHECK_PIECE (1024u * 1024)

struct asst__check {
	struct asst__file *file;
	void (*report)(void *user, const char *what);
	asst_progress progress; /* may be NULL */
	void *user; /* of both */
	asst_error *err;
	uint64_t done, told; /* bytes: what was read, and what progress knows of it */
	uint64_t serial; /* of the last frame that was read; 0: that is not known */
	unsigned char *bytes; /* for reading segments */
	size_t room;
};

/* "name at offset N: " and what is wrong there. */
void asst__check_found(const struct asst__check *check, const char *name, uint64_t offset,
		       const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Call progress; ASST_ECANCELED. */
int asst__check_tell(struct asst__check *check);
/* So much was read: call it now and then. */
int asst__check_count(struct asst__check *check, uint64_t bytes);
/* Let there be so many bytes. */
int asst__check_room(struct asst__check *check, size_t size);
/* Report that a file could not be opened; error: why, or 0. */
int asst__check_opened(const struct asst__check *check, const char *name, int error);
/* Open a file for reading; *handle: -1 where that it cannot be opened was reported. */
int asst__check_open(const struct asst__check *check, const char *name, int *handle);

/* All names in the directory that the next open will look at (verify_names.c). */
int asst__check_names(struct asst__check *check);
/* All frames of a segment, found by its name, as far as they were there when it was pinned. */
int asst__check_segment(struct asst__check *check, const struct asst__segment *segment);

#endif
