/* SPDX-License-Identifier: MIT */
/* UUIDs: version 7 (RFC 9562) made here, text form checked and made here or by libuuid. */
#ifndef ASST_BASE_UUID_H
#define ASST_BASE_UUID_H

#include "base/clock.h"
#include "base/random.h"

#include <pthread.h>
#include <stdbool.h>

#define ASST__UUID_BYTES 16
#define ASST__UUID_TEXT 36

/* Makes ids that rise within one process: ms, a 12-bit counter, 62 fresh random bits. */
struct asst__uuid_maker {
	pthread_mutex_t lock;
	struct asst__clock clock;
	struct asst__random random;
	int64_t last_ms;
	unsigned counter;
};

int asst__uuid_maker_init(struct asst__uuid_maker *maker, const struct asst__clock *clock,
			  int (*fill)(void *user, void *bytes, size_t size), void *user,
			  asst_error *err);
void asst__uuid_maker_close(struct asst__uuid_maker *maker);

/* A new id and its ms, which is not below that of the id before. */
int asst__uuid_make(struct asst__uuid_maker *maker, unsigned char id[ASST__UUID_BYTES], int64_t *ms,
		    asst_error *err);
/* The ms that an id of asst__uuid_make() begins with. */
int64_t asst__uuid_time(const unsigned char id[ASST__UUID_BYTES]);
/* Other random bytes from the same source; safe from many threads. */
int asst__uuid_maker_bytes(struct asst__uuid_maker *maker, void *bytes, size_t size,
			   asst_error *err);

/* Hot paths: the canonical lower-case form only; false for any other and for the nil id. */
bool asst__uuid_read(unsigned char id[ASST__UUID_BYTES], const char *text, size_t size);
void asst__uuid_write(char text[ASST__UUID_TEXT + 1], const unsigned char id[ASST__UUID_BYTES]);

/* Documents: any case, by libuuid; text gets the lower-case form. False for nil and others. */
bool asst__uuid_normalize(char text[ASST__UUID_TEXT + 1], const char *from, size_t size);

#endif
