/* SPDX-License-Identifier: MIT */
/* Time: ms since 1970 UTC, from the system or the host, and RFC 3339 text. */
#ifndef ASST_BASE_CLOCK_H
#define ASST_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

#define ASST__TIME_SIZE 24 /* "2026-01-31T12:34:56.789Z" */

struct asst__clock {
	int64_t (*now)(void *user); /* NULL: the system's */
	void *user;
};

int64_t asst__clock_now(const struct asst__clock *clock);

/* Years 0000 to 9999 only; others are clamped to the nearest time that can be written. */
void asst__time_print(char out[ASST__TIME_SIZE + 1], int64_t ms);

/*
 * Read RFC 3339 date-time: "T" and "Z" in either case, any offset, fractions of any length
 * (cut after ms), second 60 read as 59.999 of that minute. Dates that do not exist are
 * refused. 0, or -1.
 */
int asst__time_parse(int64_t *ms, const char *text, size_t size);

#endif
