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

/* Of a key in the body: sizes, where the value lies, sequence, segment. */
#define ASST__SNAPSHOT_KEY 14

#endif
