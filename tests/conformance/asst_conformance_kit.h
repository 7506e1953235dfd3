/* SPDX-License-Identifier: MIT */
/*
 * What the checks of the suite are written with; private to the suite.
 *
 * A check gets a struct asstc: the backend under test and the first failure. After a
 * failure every function here does nothing and returns 0 or NULL, so that a check can be
 * written as a plain list of steps; loops ask asstc_ok() where going on would not end.
 *
 * Answers are compared as text: "0:a=1 0:b=2" is two answers for index 0. Bytes that
 * are not printable ASCII or have a meaning in this text show as %HH. "a=1@2" means
 * that the key has the sequence of the third batch that the check applied.
 */
#ifndef ASST_CONFORMANCE_KIT_H
#define ASST_CONFORMANCE_KIT_H

#include <assistant/buf.h>
#include <assistant/error.h>
#include <assistant/sys/backend.h>

#include "asst_conformance.h"

#if defined(__GNUC__)
#define ASSTC_PRINTF(at, first) __attribute__((format(printf, at, first)))
#else
#define ASSTC_PRINTF(at, first)
#endif

#define ASSTC_HISTORY 64

/* Bytes that may hold NULs. */
struct asstc_bytes {
	const void *data;
	size_t size;
};

/* A string literal with the NULs in it, as bytes. */
#define ASSTC_LIT(text) asstc_bytes((text), sizeof(text) - 1)

/* How answers are shown. */
#define ASSTC_INDEX 1u    /* with the index */
#define ASSTC_SEQUENCE 2u /* with the number of the batch that put the key */
#define ASSTC_NO_VALUE 4u /* without the value */

/* A check in progress, as one thread sees it. */
struct asstc {
	const struct asst_conformance_target *target;
	asst_backend *backend; /* shared by the threads of a check */
	int is_open;
	asst_error *err;
	asst_batch *batch;   /* being filled, for the next apply */
	asst_keys *keys;     /* for the next get */
	asst_ranges *ranges; /* for the next scan */
	uint64_t history[ASSTC_HISTORY];
	size_t applied; /* how many sequences history holds */
	uint64_t seed;
	uint32_t effort;
	int failed;
	int skipped;
	char detail[512];
};

struct asstc_check {
	const char *name;
	const char *sentence;
	void (*run)(struct asstc *t);
};

/* The checks, by topic; each table ends with a NULL name. */
extern const struct asstc_check asstc_read_checks[];
extern const struct asstc_check asstc_write_checks[];
extern const struct asstc_check asstc_order_checks[];
extern const struct asstc_check asstc_thread_checks[];
extern const struct asstc_check asstc_random_checks[];

/* Outcome */
void asstc_fail(struct asstc *t, const char *format, ...) ASSTC_PRINTF(2, 3);
int asstc_ok(const struct asstc *t);
int asstc_expect_ok(struct asstc *t, const char *what, int status);
void asstc_expect_equal(struct asstc *t, const char *what, uint64_t got, uint64_t wanted);
void asstc_expect_above(struct asstc *t, const char *what, uint64_t got, uint64_t floor);
size_t asstc_effort(const struct asstc *t, size_t usual);

/* Life: a part belongs to one thread and shares the backend of its whole. */
void asstc_part_begin(struct asstc *part, const struct asstc *whole);
void asstc_part_end(struct asstc *part, struct asstc *whole);
int asstc_reopen(struct asstc *t);
void asstc_clear(struct asstc *t);

/* Filling the next batch; text without NULs except where bytes are taken. */
struct asstc_bytes asstc_bytes(const void *data, size_t size);
asst_batch *asstc_batch(struct asstc *t);
void asstc_put(struct asstc *t, const char *key, const char *value);
void asstc_put_bytes(struct asstc *t, struct asstc_bytes key, struct asstc_bytes value);
void asstc_put_sequenced(struct asstc *t, const char *prefix, const char *tail, const char *value);
void asstc_delete(struct asstc *t, const char *key);
void asstc_delete_range(struct asstc *t, const char *from, const char *to);
void asstc_check_key(struct asstc *t, const char *key, uint64_t sequence);
void asstc_check_range(struct asstc *t, const char *from, const char *to, uint64_t sequence);
void asstc_floor(struct asstc *t, uint64_t sequence);

/* Applying it. try returns the backend's status; the others fail the check. */
int asstc_try(struct asstc *t, const char *partition, uint64_t *sequence, size_t *failed);
uint64_t asstc_apply(struct asstc *t, const char *partition);
void asstc_conflict(struct asstc *t, const char *partition, size_t failed);
uint64_t asstc_put_one(struct asstc *t, const char *partition, const char *key, const char *value);
/* Puts of "a=1 b=2" as one batch. */
uint64_t asstc_put_all(struct asstc *t, const char *partition, const char *pairs);

/* Asking; a sink is to be freed by the caller. */
void asstc_key(struct asstc *t, const char *key);
void asstc_key_bytes(struct asstc *t, struct asstc_bytes key);
void asstc_range(struct asstc *t, const char *from, const char *to, size_t limit, uint32_t flags);
void asstc_range_bytes(struct asstc *t, struct asstc_bytes from, struct asstc_bytes to,
		       size_t limit, uint32_t flags);
void asstc_keys_only(struct asstc *t);
asst_sink *asstc_get(struct asstc *t, const char *partition, uint64_t *sequence);
asst_sink *asstc_scan(struct asstc *t, const char *partition, uint64_t *sequence);
/* How many answers there are; 0 for NULL, which is what a failed check has. */
size_t asstc_count(const asst_sink *sink);

/* Asking and comparing. */
void asstc_expect_get(struct asstc *t, const char *partition, uint32_t show, const char *wanted);
void asstc_expect_scan(struct asstc *t, const char *partition, uint32_t show, const char *wanted);
void asstc_expect_all(struct asstc *t, const char *partition, const char *wanted);
void asstc_expect_key(struct asstc *t, const char *partition, const char *key, const char *value);
uint64_t asstc_sequence(struct asstc *t, const char *partition);
/* The value and sequence of one answer, compared with bytes. */
void asstc_expect_value(struct asstc *t, const asst_sink *sink, size_t i,
			struct asstc_bytes wanted);

#endif
