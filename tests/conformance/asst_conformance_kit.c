/* SPDX-License-Identifier: MIT */
/* What the checks are written with: outcome, filling, applying, asking. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "asst_conformance_kit.h"

void asstc_fail(struct asstc *t, const char *format, ...)
{
	va_list arguments;

	if (t->failed)
		return;
	t->failed = 1;
	va_start(arguments, format);
	(void)vsnprintf(t->detail, sizeof(t->detail), format, arguments);
	va_end(arguments);
}

int asstc_ok(const struct asstc *t)
{
	return !t->failed && !t->skipped;
}

int asstc_expect_ok(struct asstc *t, const char *what, int status)
{
	const char *message = "";

	if (status == ASST_OK)
		return asstc_ok(t);
	if (asst_error_status(t->err) == status)
		message = asst_error_message(t->err);
	asstc_fail(t, "%s answered %s (%d) %s", what, asst_status_name(status), status, message);
	return 0;
}

void asstc_expect_equal(struct asstc *t, const char *what, uint64_t got, uint64_t wanted)
{
	if (got != wanted)
		asstc_fail(t, "%s is %llu, should be %llu", what, (unsigned long long)got,
			   (unsigned long long)wanted);
}

void asstc_expect_above(struct asstc *t, const char *what, uint64_t got, uint64_t floor)
{
	if (got <= floor)
		asstc_fail(t, "%s is %llu, should be above %llu", what, (unsigned long long)got,
			   (unsigned long long)floor);
}

size_t asstc_effort(const struct asstc *t, size_t usual)
{
	size_t wanted = (size_t)((uint64_t)usual * t->effort / 100);

	return wanted ? wanted : 1;
}

void asstc_clear(struct asstc *t)
{
	asst_batch_free(t->batch);
	asst_keys_free(t->keys);
	asst_ranges_free(t->ranges);
	t->batch = NULL;
	t->keys = NULL;
	t->ranges = NULL;
}

void asstc_part_begin(struct asstc *part, const struct asstc *whole)
{
	memset(part, 0, sizeof(*part));
	part->target = whole->target;
	part->backend = whole->backend;
	part->seed = whole->seed;
	part->effort = whole->effort;
	part->err = asst_error_new();
}

void asstc_part_end(struct asstc *part, struct asstc *whole)
{
	asstc_clear(part);
	asst_error_free(part->err);
	part->err = NULL;
	if (part->failed)
		asstc_fail(whole, "%s", part->detail);
}

int asstc_reopen(struct asstc *t)
{
	int status;

	if (!asstc_ok(t))
		return 0;
	t->is_open = 0;
	if (!asstc_expect_ok(t, "destroy", t->backend->destroy(t->backend->self, t->err)))
		return 0;
	if (!asstc_expect_ok(t, "asst_backend_init",
			     asst_backend_init(t->backend, sizeof(*t->backend), t->err)))
		return 0;
	status = t->target->reopen(t->target->user, t->backend, t->err);
	if (!asstc_expect_ok(t, "reopen", status))
		return 0;
	t->is_open = 1;
	return 1;
}

struct asstc_bytes asstc_bytes(const void *data, size_t size)
{
	struct asstc_bytes bytes;

	bytes.data = data;
	bytes.size = size;
	return bytes;
}

asst_batch *asstc_batch(struct asstc *t)
{
	if (asstc_ok(t) && !t->batch)
		(void)asstc_expect_ok(t, "asst_batch_new", asst_batch_new(&t->batch, t->err));
	return asstc_ok(t) ? t->batch : NULL;
}

void asstc_put_bytes(struct asstc *t, struct asstc_bytes key, struct asstc_bytes value)
{
	asst_batch *batch = asstc_batch(t);

	if (batch)
		(void)asstc_expect_ok(t, "asst_batch_put",
				      asst_batch_put(batch, key.data, key.size, value.data,
						     value.size, t->err));
}

void asstc_put(struct asstc *t, const char *key, const char *value)
{
	asstc_put_bytes(t, asstc_bytes(key, strlen(key)), asstc_bytes(value, strlen(value)));
}

void asstc_put_sequenced(struct asstc *t, const char *prefix, const char *tail, const char *value)
{
	asst_batch *batch = asstc_batch(t);

	if (batch)
		(void)asstc_expect_ok(t, "asst_batch_put_sequenced",
				      asst_batch_put_sequenced(batch, prefix, strlen(prefix), tail,
							       strlen(tail), value, strlen(value),
							       t->err));
}

void asstc_delete(struct asstc *t, const char *key)
{
	asst_batch *batch = asstc_batch(t);

	if (batch)
		(void)asstc_expect_ok(t, "asst_batch_delete",
				      asst_batch_delete(batch, key, strlen(key), t->err));
}

void asstc_delete_range(struct asstc *t, const char *from, const char *to)
{
	asst_batch *batch = asstc_batch(t);

	if (batch)
		(void)asstc_expect_ok(t, "asst_batch_delete_range",
				      asst_batch_delete_range(batch, from, strlen(from), to,
							      strlen(to), t->err));
}

void asstc_check_key(struct asstc *t, const char *key, uint64_t sequence)
{
	asst_batch *batch = asstc_batch(t);

	if (batch)
		(void)asstc_expect_ok(t, "asst_batch_check_key",
				      asst_batch_check_key(batch, key, strlen(key), sequence,
							   t->err));
}

void asstc_check_range(struct asstc *t, const char *from, const char *to, uint64_t sequence)
{
	asst_batch *batch = asstc_batch(t);

	if (batch)
		(void)asstc_expect_ok(t, "asst_batch_check_range",
				      asst_batch_check_range(batch, from, strlen(from), to,
							     strlen(to), sequence, t->err));
}

void asstc_floor(struct asstc *t, uint64_t sequence)
{
	asst_batch *batch = asstc_batch(t);

	if (batch)
		asst_batch_set_floor(batch, sequence);
}

int asstc_try(struct asstc *t, const char *partition, uint64_t *sequence, size_t *failed)
{
	asst_batch *batch = asstc_batch(t);
	int status;

	*sequence = 0;
	*failed = SIZE_MAX;
	if (!batch)
		return ASST_EINTERNAL;
	status = t->backend->apply(t->backend->self, partition, batch, sequence, failed, t->err);
	asst_batch_free(batch);
	t->batch = NULL;
	return status;
}

uint64_t asstc_apply(struct asstc *t, const char *partition)
{
	uint64_t sequence;
	size_t failed;
	int status = asstc_try(t, partition, &sequence, &failed);

	if (!asstc_expect_ok(t, "apply", status))
		return 0;
	if (t->applied < ASSTC_HISTORY)
		t->history[t->applied++] = sequence;
	return sequence;
}

void asstc_conflict(struct asstc *t, const char *partition, size_t failed)
{
	uint64_t sequence;
	size_t got;
	int status = asstc_try(t, partition, &sequence, &got);

	if (status != ASST_ECONFLICT)
		asstc_fail(t, "apply answered %s, should be ECONFLICT as operation %lu fails",
			   asst_status_name(status), (unsigned long)failed);
	else
		asstc_expect_equal(t, "the index of the failed check", got, failed);
}

uint64_t asstc_put_one(struct asstc *t, const char *partition, const char *key, const char *value)
{
	asstc_put(t, key, value);
	return asstc_apply(t, partition);
}

uint64_t asstc_put_all(struct asstc *t, const char *partition, const char *pairs)
{
	while (*pairs) {
		size_t size = strcspn(pairs, " ");
		const char *equals = memchr(pairs, '=', size);
		size_t key = equals ? (size_t)(equals - pairs) : size;

		if (!equals)
			equals = pairs + size - 1;
		asstc_put_bytes(t, asstc_bytes(pairs, key),
				asstc_bytes(equals + 1, (size_t)(pairs + size - equals - 1)));
		pairs += size;
		pairs += *pairs == ' ';
	}
	return asstc_apply(t, partition);
}

void asstc_key_bytes(struct asstc *t, struct asstc_bytes key)
{
	if (asstc_ok(t) && !t->keys)
		(void)asstc_expect_ok(t, "asst_keys_new", asst_keys_new(&t->keys, t->err));
	if (asstc_ok(t))
		(void)asstc_expect_ok(t, "asst_keys_add",
				      asst_keys_add(t->keys, key.data, key.size, t->err));
}

void asstc_key(struct asstc *t, const char *key)
{
	asstc_key_bytes(t, asstc_bytes(key, strlen(key)));
}

static asst_ranges *ranges_of(struct asstc *t, int keys_only)
{
	if (asstc_ok(t) && !t->ranges)
		(void)asstc_expect_ok(t, "asst_ranges_new",
				      asst_ranges_new(&t->ranges, keys_only, t->err));
	return asstc_ok(t) ? t->ranges : NULL;
}

void asstc_range_bytes(struct asstc *t, struct asstc_bytes from, struct asstc_bytes to,
		       size_t limit, uint32_t flags)
{
	asst_ranges *ranges = ranges_of(t, 0);

	if (ranges)
		(void)asstc_expect_ok(t, "asst_ranges_add",
				      asst_ranges_add(ranges, from.data, from.size, to.data,
						      to.size, limit, flags, t->err));
}

void asstc_range(struct asstc *t, const char *from, const char *to, size_t limit, uint32_t flags)
{
	asstc_range_bytes(t, asstc_bytes(from, strlen(from)), asstc_bytes(to, strlen(to)), limit,
			  flags);
}

/* Must come before the first range of a scan. */
void asstc_keys_only(struct asstc *t)
{
	(void)ranges_of(t, 1);
}

asst_sink *asstc_get(struct asstc *t, const char *partition, uint64_t *sequence)
{
	asst_sink *sink = NULL;
	uint64_t ignored;
	int status;

	if (!sequence)
		sequence = &ignored;
	*sequence = 0;
	if (asstc_ok(t) && !t->keys)
		(void)asstc_expect_ok(t, "asst_keys_new", asst_keys_new(&t->keys, t->err));
	if (!asstc_ok(t) || !asstc_expect_ok(t, "asst_sink_new", asst_sink_new(&sink, t->err)))
		return NULL;
	status = t->backend->get(t->backend->self, partition, t->keys, sink, sequence, t->err);
	asst_keys_free(t->keys);
	t->keys = NULL;
	if (!asstc_expect_ok(t, "get", status)) {
		asst_sink_free(sink);
		return NULL;
	}
	return sink;
}

asst_sink *asstc_scan(struct asstc *t, const char *partition, uint64_t *sequence)
{
	asst_ranges *ranges = ranges_of(t, 0);
	asst_sink *sink = NULL;
	uint64_t ignored;
	int status;

	if (!sequence)
		sequence = &ignored;
	*sequence = 0;
	if (!ranges || !asstc_expect_ok(t, "asst_sink_new", asst_sink_new(&sink, t->err)))
		return NULL;
	status = t->backend->scan(t->backend->self, partition, ranges, sink, sequence, t->err);
	asst_ranges_free(ranges);
	t->ranges = NULL;
	if (!asstc_expect_ok(t, "scan", status)) {
		asst_sink_free(sink);
		return NULL;
	}
	return sink;
}

size_t asstc_count(const asst_sink *sink)
{
	return sink ? asst_sink_count(sink) : 0;
}
