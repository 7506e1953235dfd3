/* SPDX-License-Identifier: MIT */
/* The layout of the file index, for who writes it (snapshot.c) and who reads it (snapshot_read.c). */
#ifndef ASST_STORAGE_FILE_SNAPSHOT_H
#define ASST_STORAGE_FILE_SNAPSHOT_H

#include "storage/file/inner.h"

#define ASST__SNAPSHOT_HEAD 96
/* So much of the body is in memory at a time. */
#define ASST__SNAPSHOT_PIECE (1024u * 1024)

/* Header: mark, format, crc, store, serial, end and begin of the last frame, segment, oldest, sizes. */
enum {
	ASST__AT_MARK = 0,
	ASST__AT_FORMAT = 8,
	ASST__AT_CRC = 12,
	ASST__AT_STORE = 16,
	ASST__AT_SERIAL = 32,
	ASST__AT_END = 40,
	ASST__AT_FRAME = 48,
	ASST__AT_SEGMENT = 56,
	ASST__AT_OLDEST = 60,
	ASST__AT_BODY = 64,
	ASST__AT_BODY_CRC = 72,
	ASST__AT_PARTITIONS = 76
};

extern const char asst__snapshot_mark[8];

uint32_t asst__snapshot_crc(const unsigned char head[ASST__SNAPSHOT_HEAD]);

/*
 * The body is made of numbers and bytes. A number has seven bits in a byte, the lowest ones first;
 * all bytes of it but the last have the highest bit set.
 */

/* What a key of the body says of its value is the length, if that lies there; or: */
#define ASST__SNAPSHOT_SAME 254 /* it is that of the last key before it which has one there */
#define ASST__SNAPSHOT_OUTSIDE 255 /* it lies in the log alone: its place follows */
_Static_assert(ASST__INLINE_VALUE < ASST__SNAPSHOT_SAME, "lengths are below");

/* More than a key takes with its value, or the head of a partition. */
#define ASST__SNAPSHOT_PART 4096u

#endif
