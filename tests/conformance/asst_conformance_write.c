/* SPDX-License-Identifier: MIT */
/* Checks of what a batch changes: puts, deletes, their order, sizes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "asst_conformance_kit.h"

#define P "p"

static void put_overwrites(struct asstc *t)
{
	asstc_put_all(t, P, "a=1 b=2");
	asstc_put_all(t, P, "a=longer");
	asstc_expect_all(t, P, "a=longer b=2");
	asstc_put_all(t, P, "a=x");
	asstc_expect_all(t, P, "a=x b=2");
}

static void put_bufs(struct asstc *t)
{
	asst_batch *batch = asstc_batch(t);
	asst_buf *value = NULL;

	if (!batch || !asstc_expect_ok(t, "asst_buf_new", asst_buf_new(&value, "v\0w", 3, t->err)))
		return;
	(void)asstc_expect_ok(t, "asst_batch_put_buf",
			      asst_batch_put_buf(batch, "a", 1, value, t->err));
	(void)asstc_expect_ok(t, "asst_batch_put_buf",
			      asst_batch_put_buf(batch, "b", 1, value, t->err));
	asst_buf_free(value);
	asstc_apply(t, P);
	asstc_delete(t, "a");
	asstc_apply(t, P);
	asstc_expect_all(t, P, "b=v%00w");
}

static void delete_key(struct asstc *t)
{
	asstc_put_all(t, P, "a=1 ab=2 b=3");
	asstc_delete(t, "a");
	asstc_apply(t, P);
	asstc_expect_all(t, P, "ab=2 b=3");
	asstc_expect_key(t, P, "a", NULL);
	asstc_delete(t, "a");
	asstc_delete(t, "x");
	asstc_delete(t, "b");
	asstc_apply(t, P);
	asstc_expect_all(t, P, "ab=2");
}

static void delete_range(struct asstc *t)
{
	asstc_put_all(t, P, "a=1 b=2 c=3 d=4 e=5 f=6");
	asstc_delete_range(t, "b", "d");
	asstc_apply(t, P);
	asstc_expect_all(t, P, "a=1 d=4 e=5 f=6");
	asstc_delete_range(t, "dd", "ee");
	asstc_apply(t, P);
	asstc_expect_all(t, P, "a=1 d=4 f=6");
	asstc_delete_range(t, "d", "");
	asstc_apply(t, P);
	asstc_expect_all(t, P, "a=1");
	asstc_delete_range(t, "", "");
	asstc_apply(t, P);
	asstc_expect_all(t, P, "");
}

static void delete_range_nothing(struct asstc *t)
{
	asstc_put_all(t, P, "a=1 b=2 c=3");
	asstc_delete_range(t, "b", "b");
	asstc_delete_range(t, "c", "a");
	asstc_delete_range(t, "aa", "ab");
	asstc_delete_range(t, "x", "");
	asstc_apply(t, P);
	asstc_expect_all(t, P, "a=1 b=2 c=3");
}

static void order_put_put(struct asstc *t)
{
	asstc_put(t, "a", "1");
	asstc_put(t, "b", "2");
	asstc_put(t, "a", "3");
	asstc_apply(t, P);
	asstc_expect_all(t, P, "a=3 b=2");
}

static void order_put_delete(struct asstc *t)
{
	asstc_put_all(t, P, "b=0");
	asstc_put(t, "a", "1");
	asstc_delete(t, "a");
	asstc_put(t, "b", "1");
	asstc_delete(t, "b");
	asstc_apply(t, P);
	asstc_expect_all(t, P, "");
}

static void order_delete_put(struct asstc *t)
{
	asstc_put_all(t, P, "b=0");
	asstc_delete(t, "a");
	asstc_put(t, "a", "1");
	asstc_delete(t, "b");
	asstc_put(t, "b", "2");
	asstc_apply(t, P);
	asstc_expect_all(t, P, "a=1 b=2");
	asstc_range(t, "", "", 0, 0);
	asstc_expect_scan(t, P, ASSTC_SEQUENCE, "a=1@1 b=2@1");
}

static void order_range_put(struct asstc *t)
{
	asstc_put_all(t, P, "a=0 b=0 c=0");
	asstc_delete_range(t, "a", "c");
	asstc_put(t, "b", "1");
	asstc_put(t, "bb", "2");
	asstc_apply(t, P);
	asstc_expect_all(t, P, "b=1 bb=2 c=0");
}

static void order_put_range(struct asstc *t)
{
	asstc_put_all(t, P, "a=0");
	asstc_put(t, "b", "1");
	asstc_put(t, "d", "1");
	asstc_put_sequenced(t, "c", "", "2");
	asstc_delete_range(t, "a", "d");
	asstc_put(t, "c", "3");
	asstc_apply(t, P);
	asstc_expect_all(t, P, "c=3 d=1");
}

static struct asstc_bytes sequenced_key(char *room, const char *prefix, uint64_t sequence,
					const char *tail)
{
	size_t size = strlen(prefix), i;

	memcpy(room, prefix, size);
	for (i = 0; i < 8; i++)
		room[size++] = (char)(unsigned char)(sequence >> (56 - 8 * i));
	memcpy(room + size, tail, strlen(tail));
	return asstc_bytes(room, size + strlen(tail));
}

static void expect_sequenced(struct asstc *t, const char *prefix, uint64_t sequence,
			     const char *tail, const char *value)
{
	char room[64];
	asst_sink *sink;

	asstc_key_bytes(t, sequenced_key(room, prefix, sequence, tail));
	sink = asstc_get(t, P, NULL);
	if (asstc_ok(t) && asstc_count(sink) != 1)
		asstc_fail(t, "the key of \"%s\", sequence %llu, \"%s\" is absent", prefix,
			   (unsigned long long)sequence, tail);
	if (asstc_ok(t)) {
		asstc_expect_value(t, sink, 0, asstc_bytes(value, strlen(value)));
		asstc_expect_equal(t, "the sequence of a sequenced key",
				   asst_sink_sequence(sink, 0), sequence);
	}
	asst_sink_free(sink);
}

static void put_sequenced(struct asstc *t)
{
	uint64_t first, second;

	asstc_put_sequenced(t, "e", "-tail", "1");
	first = asstc_apply(t, P);
	expect_sequenced(t, "e", first, "-tail", "1");
	asstc_floor(t, (uint64_t)1 << 40);
	asstc_put_sequenced(t, "e", "", "2");
	second = asstc_apply(t, P);
	expect_sequenced(t, "e", second, "", "2");
	expect_sequenced(t, "e", first, "-tail", "1");
}

static void put_sequenced_many(struct asstc *t)
{
	uint64_t sequence;
	asst_sink *sink;

	asstc_put(t, "z", "0");
	asstc_put_sequenced(t, "e", "1", "a");
	asstc_put_sequenced(t, "e", "2", "b");
	asstc_put_sequenced(t, "f", "1", "c");
	asstc_put_sequenced(t, "e", "2", "d");
	sequence = asstc_apply(t, P);
	expect_sequenced(t, "e", sequence, "1", "a");
	expect_sequenced(t, "e", sequence, "2", "d");
	expect_sequenced(t, "f", sequence, "1", "c");
	asstc_range(t, "e", "g", 0, 0);
	sink = asstc_scan(t, P, NULL);
	asstc_expect_equal(t, "the number of sequenced keys", asstc_count(sink), 3);
	asst_sink_free(sink);
}

static void put_sequenced_order(struct asstc *t)
{
	static const uint64_t floors[] = { 0, 0, 254, 255, 65535, 1u << 24, (uint64_t)1 << 33 };
	asst_sink *sink;
	char value[2] = "0";
	size_t count = sizeof(floors) / sizeof(floors[0]), i;

	for (i = 0; i < count; i++) {
		value[0] = (char)('0' + (int)i);
		asstc_floor(t, floors[i]);
		asstc_put_sequenced(t, "e", "", value);
		asstc_apply(t, P);
	}
	asstc_range(t, "e", "f", 0, 0);
	sink = asstc_scan(t, P, NULL);
	asstc_expect_equal(t, "the number of sequenced keys", asstc_count(sink), count);
	for (i = 0; asstc_ok(t) && i < count; i++) {
		value[0] = (char)('0' + (int)i);
		asstc_expect_value(t, sink, i, asstc_bytes(value, 1));
	}
	asst_sink_free(sink);
}

static void max_key(struct asstc *t)
{
	unsigned char key[2][ASST_MAX_KEY_BYTES];
	asst_sink *sink;

	memset(key, 'k', sizeof(key));
	key[1][ASST_MAX_KEY_BYTES - 1] = 'l';
	asstc_put_bytes(t, asstc_bytes(key[0], sizeof(key[0])), ASSTC_LIT("0"));
	asstc_put_bytes(t, asstc_bytes(key[1], sizeof(key[1])), ASSTC_LIT("1"));
	asstc_put_bytes(t, asstc_bytes(key[1], sizeof(key[1]) - 1), ASSTC_LIT("2"));
	asstc_apply(t, P);
	asstc_range_bytes(t, asstc_bytes(key[0], sizeof(key[0])),
			  asstc_bytes(key[1], sizeof(key[1])), 0, 0);
	asstc_range_bytes(t, asstc_bytes(key[1], sizeof(key[1])), ASSTC_LIT(""), 0, 0);
	sink = asstc_scan(t, P, NULL);
	asstc_expect_equal(t, "the number of answers", asstc_count(sink), 2);
	if (asstc_ok(t)) {
		size_t size = 0;

		asstc_expect_value(t, sink, 0, ASSTC_LIT("0"));
		asstc_expect_value(t, sink, 1, ASSTC_LIT("1"));
		if (memcmp(asst_sink_key(sink, 1, &size), key[1], sizeof(key[1])) != 0)
			asstc_fail(t, "a key came back with wrong bytes");
		asstc_expect_equal(t, "the size of a key", size, sizeof(key[1]));
	}
	asst_sink_free(sink);
}

static void fill_pattern(unsigned char *bytes, size_t size)
{
	uint32_t state = 1;
	size_t i;

	for (i = 0; i < size; i++) {
		state = state * 1664525u + 1013904223u;
		bytes[i] = (unsigned char)(state >> 24);
	}
}

static void max_value(struct asstc *t)
{
	static const size_t sizes[] = { 4095, 4096, 65535, 65536, 65537, ASST_MAX_VALUE_BYTES };
	unsigned char *bytes = malloc(ASST_MAX_VALUE_BYTES);
	char key[2] = "a";
	size_t i;

	if (!bytes) {
		asstc_fail(t, "no memory");
		return;
	}
	fill_pattern(bytes, ASST_MAX_VALUE_BYTES);
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		asst_sink *sink;

		key[0] = (char)('a' + (int)i);
		asstc_put_bytes(t, asstc_bytes(key, 1), asstc_bytes(bytes, sizes[i]));
		asstc_apply(t, P);
		asstc_range(t, key, "", 0, 0);
		sink = asstc_scan(t, P, NULL);
		asstc_expect_equal(t, "the number of answers", asstc_count(sink), 1);
		if (asstc_ok(t))
			asstc_expect_value(t, sink, 0, asstc_bytes(bytes, sizes[i]));
		asst_sink_free(sink);
	}
	free(bytes);
}

static void max_sequenced(struct asstc *t)
{
	char prefix[ASST_MAX_KEY_BYTES - 8 - 3];
	asst_sink *sink;
	size_t size = 0;

	memset(prefix, 'e', sizeof(prefix));
	prefix[sizeof(prefix) - 1] = '\0';
	asstc_put_sequenced(t, prefix, "tail", "1");
	asstc_apply(t, P);
	asstc_range(t, "", "", 0, 0);
	sink = asstc_scan(t, P, NULL);
	asstc_expect_equal(t, "the number of answers", asstc_count(sink), 1);
	if (asstc_ok(t)) {
		(void)asst_sink_key(sink, 0, &size);
		asstc_expect_equal(t, "the size of the key", size, ASST_MAX_KEY_BYTES);
	}
	asst_sink_free(sink);
}

static void max_ops(struct asstc *t)
{
	asst_sink *sink;
	char key[16];
	size_t i;

	asstc_put_all(t, P, "old=1");
	asstc_check_key(t, "old", t->history[0]);
	for (i = 1; i < ASST_MAX_BATCH_OPS - 1; i++) {
		(void)snprintf(key, sizeof(key), "k%05lu", (unsigned long)i);
		asstc_put(t, key, key);
	}
	asstc_delete(t, "old");
	asstc_apply(t, P);
	asstc_range(t, "", "", 0, 0);
	sink = asstc_scan(t, P, NULL);
	asstc_expect_equal(t, "the number of keys", asstc_count(sink), ASST_MAX_BATCH_OPS - 2);
	for (i = 1; asstc_ok(t) && i < ASST_MAX_BATCH_OPS - 1; i++) {
		(void)snprintf(key, sizeof(key), "k%05lu", (unsigned long)i);
		asstc_expect_value(t, sink, i - 1, asstc_bytes(key, strlen(key)));
	}
	asst_sink_free(sink);
}

/* 16 values that together are 16 KiB short of the limit, for what the keys take. */
static void max_bytes(struct asstc *t)
{
	unsigned char *bytes = malloc(ASST_MAX_VALUE_BYTES);
	size_t size = ASST_MAX_VALUE_BYTES - 1024, i;
	asst_sink *sink;
	char key[2] = "a";

	if (!bytes) {
		asstc_fail(t, "no memory");
		return;
	}
	fill_pattern(bytes, size);
	for (i = 0; i < 16; i++) {
		key[0] = (char)('a' + (int)i);
		bytes[0] = (unsigned char)i;
		asstc_put_bytes(t, asstc_bytes(key, 1), asstc_bytes(bytes, size));
	}
	asstc_apply(t, P);
	asstc_range(t, "", "", 0, 0);
	sink = asstc_scan(t, P, NULL);
	asstc_expect_equal(t, "the number of answers", asstc_count(sink), 16);
	for (i = 0; asstc_ok(t) && i < 16; i++) {
		bytes[0] = (unsigned char)i;
		asstc_expect_value(t, sink, i, asstc_bytes(bytes, size));
	}
	asst_sink_free(sink);
	free(bytes);
}

const struct asstc_check asstc_write_checks[] = {
	{ "put_overwrites", "a put of a key that is there replaces its value", put_overwrites },
	{ "put_bufs", "a buffer can be the value of several keys", put_bufs },
	{ "delete_key", "a delete takes the key away, if it is there", delete_key },
	{ "delete_range", "a range delete takes from, and what follows up to but without to",
	  delete_range },
	{ "delete_range_nothing", "a range delete without keys changes nothing",
	  delete_range_nothing },
	{ "order_put_put", "of two puts of a key in a batch the later one counts", order_put_put },
	{ "order_put_delete", "a key that a batch puts, then deletes is absent", order_put_delete },
	{ "order_delete_put", "a key that a batch deletes, then puts is there", order_delete_put },
	{ "order_range_put", "a range delete leaves what the batch puts after it",
	  order_range_put },
	{ "order_put_range", "a range delete takes what the batch put before it",
	  order_put_range },
	{ "put_sequenced", "a sequenced key is prefix, the batch's sequence, tail", put_sequenced },
	{ "put_sequenced_many", "a batch can put several sequenced keys", put_sequenced_many },
	{ "put_sequenced_order", "sequenced keys are in the order of their batches",
	  put_sequenced_order },
	{ "max_key", "keys of 1,024 bytes are taken", max_key },
	{ "max_value", "values of 1 MiB are taken", max_value },
	{ "max_sequenced", "sequenced keys of 1,024 bytes are taken", max_sequenced },
	{ "max_ops", "batches of 10,000 operations are taken", max_ops },
	{ "max_bytes", "batches of nearly 16 MiB are taken", max_bytes },
	{ NULL, NULL, NULL },
};
