/* SPDX-License-Identifier: MIT */
/*
 * The fault "a check is skipped": a frame that is torn gets the checksum that it should have,
 * so that recovery takes it. libassistant_format(5) has the layout.
 */
#include "base/crc32c.h"
#include "sim/disk.h"

#include <string.h>

enum { SEGMENT_HEAD = 64, SEGMENT_STORE = 16, SEGMENT_SALT = 48 };
enum { FRAME_HEAD = 40, FRAME_CRC = 0, FRAME_SIZE = 4, FRAME_STORE = 24, FRAME_MARK = 32 };

static uint32_t get32(const unsigned char *from)
{
	return (uint32_t)from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 |
	       (uint32_t)from[3] << 24;
}

void asst_sim_mend(unsigned char *bytes, uint64_t size)
{
	unsigned char seed[24];
	uint64_t at = SEGMENT_HEAD;

	if (size < SEGMENT_HEAD)
		return;
	memcpy(seed, bytes + SEGMENT_STORE, 16);
	memcpy(seed + 16, bytes + SEGMENT_SALT, 8);
	while (size - at >= FRAME_HEAD) {
		unsigned char *frame = bytes + at;
		uint32_t length = get32(frame + FRAME_SIZE), crc;

		if (memcmp(frame + FRAME_MARK, "ASF1", 4) != 0 || length < FRAME_HEAD ||
		    length > size - at || length % 8)
			return;
		crc = asst__crc32c(asst__crc32c(0, seed, sizeof(seed)), frame + 4, length - 4);
		for (int i = 0; i < 4; i++)
			frame[FRAME_CRC + i] = (unsigned char)(crc >> (8 * i) & 0xff);
		at += length;
	}
}
