/* SPDX-License-Identifier: MIT */
/* UUIDs: making version 7, and their text form. */
#include "base/uuid.h"

#include "base/fail.h"

#include <string.h>
#include <uuid/uuid.h>

#define COUNTER_MAX 0xfffu
#define COUNTER_START_MASK 0x7ffu /* the start leaves room for 2048 more ids in the same ms */
#define MS_MAX INT64_C(253402300799999) /* year 9999: well below 48 bits, with room to rise */

int asst__uuid_maker_init(struct asst__uuid_maker *maker, const struct asst__clock *clock,
			  int (*fill)(void *user, void *bytes, size_t size), void *user,
			  asst_error *err)
{
	int status = asst__random_init(&maker->random, fill, user, err);

	if (status != ASST_OK)
		return status;
	if (pthread_mutex_init(&maker->lock, NULL) != 0) {
		asst__random_close(&maker->random);
		return asst__fail_nomem(err);
	}
	maker->clock = *clock;
	maker->last_ms = -1;
	maker->counter = 0;
	return ASST_OK;
}

void asst__uuid_maker_close(struct asst__uuid_maker *maker)
{
	pthread_mutex_destroy(&maker->lock);
	asst__random_close(&maker->random);
}

/* Move on to the next pair of ms and counter. */
static void advance(struct asst__uuid_maker *maker, int64_t now, unsigned start)
{
	if (now < 0)
		now = 0;
	if (now > MS_MAX)
		now = MS_MAX;
	if (now > maker->last_ms) {
		maker->last_ms = now;
		maker->counter = start;
	} else if (maker->counter == COUNTER_MAX) {
		maker->last_ms++;
		maker->counter = start;
	} else {
		maker->counter++;
	}
}

int asst__uuid_make(struct asst__uuid_maker *maker, unsigned char id[ASST__UUID_BYTES], int64_t *ms,
		    asst_error *err)
{
	unsigned char fresh[10];
	int64_t now = asst__clock_now(&maker->clock);
	int status = asst__uuid_maker_bytes(maker, fresh, sizeof(fresh), err);

	if (status != ASST_OK)
		return status;
	pthread_mutex_lock(&maker->lock);
	advance(maker, now, (fresh[8] | (unsigned)fresh[9] << 8) & COUNTER_START_MASK);
	for (int i = 0; i < 6; i++)
		id[i] = (unsigned char)(maker->last_ms >> (40 - 8 * i));
	id[6] = (unsigned char)(0x70 | maker->counter >> 8);
	id[7] = (unsigned char)maker->counter;
	*ms = maker->last_ms;
	pthread_mutex_unlock(&maker->lock);
	memcpy(id + 8, fresh, 8);
	id[8] = (unsigned char)(0x80 | (id[8] & 0x3f));
	return ASST_OK;
}

int64_t asst__uuid_time(const unsigned char id[ASST__UUID_BYTES])
{
	int64_t ms = 0;

	for (int i = 0; i < 6; i++)
		ms = ms << 8 | id[i];
	return ms;
}

int asst__uuid_maker_bytes(struct asst__uuid_maker *maker, void *bytes, size_t size,
			   asst_error *err)
{
	int status;

	/* The pool is not for two threads at once; a host's source is, and is called unlocked. */
	if (maker->random.fill)
		return asst__random_bytes(&maker->random, bytes, size, err);
	pthread_mutex_lock(&maker->lock);
	status = asst__random_bytes(&maker->random, bytes, size, err);
	pthread_mutex_unlock(&maker->lock);
	return status;
}

/* Where the two digits of each byte stand in the text. */
static const unsigned char places[ASST__UUID_BYTES] = { 0,  2,	4,  6,	9,  11, 14, 16,
							19, 21, 24, 26, 28, 30, 32, 34 };

/* The value of a lower-case hexadecimal digit, and 1; 0 for what is none. */
static const unsigned char values[256] = {
	['0'] = 1,  ['1'] = 2,	['2'] = 3,  ['3'] = 4,	['4'] = 5,  ['5'] = 6,
	['6'] = 7,  ['7'] = 8,	['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12,
	['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
};

bool asst__uuid_read(unsigned char id[ASST__UUID_BYTES], const char *text, size_t size)
{
	unsigned char bytes[ASST__UUID_BYTES];
	unsigned any = 0, high, low;

	if (size != ASST__UUID_TEXT || text[8] != '-' || text[13] != '-' || text[18] != '-' ||
	    text[23] != '-')
		return false;
	for (int i = 0; i < ASST__UUID_BYTES; i++) {
		high = values[(unsigned char)text[places[i]]];
		low = values[(unsigned char)text[places[i] + 1]];
		if (!high || !low)
			return false;
		bytes[i] = (unsigned char)((high - 1) << 4 | (low - 1));
		any |= bytes[i];
	}
	if (any == 0)
		return false;
	memcpy(id, bytes, sizeof(bytes));
	return true;
}

void asst__uuid_write(char text[ASST__UUID_TEXT + 1], const unsigned char id[ASST__UUID_BYTES])
{
	static const char digits[] = "0123456789abcdef";

	for (int i = 0; i < ASST__UUID_BYTES; i++) {
		text[places[i]] = digits[id[i] >> 4];
		text[places[i] + 1] = digits[id[i] & 0xf];
	}
	text[8] = text[13] = text[18] = text[23] = '-';
	text[ASST__UUID_TEXT] = '\0';
}

bool asst__uuid_normalize(char text[ASST__UUID_TEXT + 1], const char *from, size_t size)
{
	char copy[ASST__UUID_TEXT + 1];
	uuid_t id;

	if (size != ASST__UUID_TEXT)
		return false;
	memcpy(copy, from, size);
	copy[size] = '\0';
	/* As nearly all are. */
	if (asst__uuid_read(id, from, size)) {
		memcpy(text, copy, sizeof(copy));
		return true;
	}
	if (uuid_parse(copy, id) != 0 || uuid_is_null(id))
		return false;
	uuid_unparse_lower(id, text);
	return true;
}
