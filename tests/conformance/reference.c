/* SPDX-License-Identifier: MIT */
/*
 * The reference backend: one mutex around everything; a batch changes a copy of its
 * partition, which then takes the partition's place. "fault" makes it wrong in one way.
 */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "reference.h"

#include <ctype.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "reference_content.h"

struct reference *reference_new(int fault)
{
	struct reference *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->fault = fault;
	(void)pthread_mutex_init(&r->lock, NULL);
	return r;
}

void reference_free(struct reference *r)
{
	if (!r)
		return;
	while (r->partitions) {
		struct partition *part = r->partitions;

		r->partitions = part->next;
		table_clear(&part->now);
		table_clear(&part->last);
		free(part);
	}
	(void)pthread_mutex_destroy(&r->lock);
	free(r);
}

void reference_let_go(struct reference *r)
{
	static const struct timespec pause = { 0, 20000 };

	pthread_mutex_unlock(&r->lock);
	nanosleep(&pause, NULL);
	pthread_mutex_lock(&r->lock);
}

static void set_name(const struct reference *r, char *to, const char *name)
{
	size_t room = r->fault == FAULT_PARTITION_NAME_CUT ? 64 : 128, i;

	for (i = 0; i < room && name[i]; i++)
		to[i] = r->fault == FAULT_PARTITIONS_NO_CASE ?
				(char)tolower((unsigned char)name[i]) : name[i];
	to[i] = '\0';
}

static struct partition *find_partition(struct reference *r, const char *name)
{
	struct partition *part;
	char own[129];

	set_name(r, own, name);
	for (part = r->partitions; part; part = part->next)
		if (strcmp(part->name, own) == 0)
			break;
	return part;
}

struct partition *reference_make_partition(struct reference *r, const char *name)
{
	struct partition *part = find_partition(r, name);

	if (part)
		return part;
	part = calloc(1, sizeof(*part));
	if (!part)
		return NULL;
	set_name(r, part->name, name);
	part->now.fault = part->last.fault = r->fault;
	part->next = r->partitions;
	r->partitions = part;
	return part;
}

/* What get and scan see and report; NULL for a partition in which nothing was applied. */
static const struct table *table_seen(const struct reference *r, const struct partition *part)
{
	if (!part)
		return NULL;
	if (r->fault == FAULT_VISIBLE_TO_OWN_THREAD && part->is_hidden &&
	    !pthread_equal(part->applier, pthread_self()))
		return &part->last;
	return r->fault == FAULT_VISIBLE_LATE ? &part->last : &part->now;
}

static uint64_t sequence_seen(const struct reference *r, const struct partition *part,
			      int stale_fault)
{
	if (r->fault == FAULT_PARTITIONS_SHARE_SEQUENCE)
		return r->shared;
	if (!part)
		return r->fault == FAULT_PARTITION_STARTS_AT_ONE;
	if (r->fault == FAULT_SEQUENCE_FROM_KEYS)
		return table_highest(&part->now);
	return r->fault == stale_fault ? part->last.sequence : table_seen(r, part)->sequence;
}

static int answer(const struct reference *r, asst_sink *sink, size_t index,
		  const struct entry *entry, int with_value, asst_error *err)
{
	struct slice key = slice_of(entry->key);

	if (r->fault == FAULT_VALUE_LEFT_OUT && asst_buf_size(entry->value) == 0)
		with_value = 0;
	return asst_sink_put(sink, index, key.data, key.size, entry->sequence,
			     with_value ? entry->value : NULL, err);
}

static struct slice key_at(const asst_keys *keys, size_t i)
{
	struct slice key;

	key.data = asst_keys_at(keys, i, &key.size);
	return key;
}

static int is_repeated(const asst_keys *keys, size_t i)
{
	struct slice key = key_at(keys, i);
	size_t j;

	for (j = 0; j < i; j++) {
		struct slice other = key_at(keys, j);

		if (other.size == key.size && memcmp(other.data, key.data, key.size) == 0)
			return 1;
	}
	return 0;
}

static int reference_get(void *self, const char *partition, const asst_keys *keys, asst_sink *sink,
			 uint64_t *sequence, asst_error *err)
{
	struct reference *r = self;
	const struct table *table;
	int status = ASST_OK;
	size_t i;

	pthread_mutex_lock(&r->lock);
	*sequence = sequence_seen(r, find_partition(r, partition), FAULT_GET_STALE);
	for (i = 0; status == ASST_OK && i < asst_keys_count(keys); i++) {
		const struct entry *entry;
		size_t index = i;

		if (r->fault == FAULT_GET_PAIR_TORN)
			reference_let_go(r);
		table = table_seen(r, find_partition(r, partition));
		entry = table ? table_find(table, key_at(keys, i)) : NULL;
		if (!entry)
			continue;
		if (r->fault == FAULT_GET_ONCE && is_repeated(keys, i))
			continue;
		if (r->fault == FAULT_EMPTY_IS_ABSENT && asst_buf_size(entry->value) == 0)
			continue;
		if (r->fault == FAULT_GET_INDEX_OF_ANSWER)
			index = asst_sink_count(sink);
		if (r->fault == FAULT_GET_PREFIX)
			status = asst_sink_put(sink, index, NULL, 0, entry->sequence, entry->value,
					       err);
		else
			status = answer(r, sink, index, entry, 1, err);
	}
	if (find_partition(r, partition))
		find_partition(r, partition)->is_hidden = 0;
	pthread_mutex_unlock(&r->lock);
	return status;
}

static int in_range(const struct reference *r, const struct table *table,
		    const asst_ranges *ranges, size_t index, const struct entry *entry)
{
	struct slice from, to;

	from.data = asst_ranges_from(ranges, index, &from.size);
	to.data = asst_ranges_to(ranges, index, &to.size);
	if (r->fault == FAULT_SCAN_NO_END_EMPTY && to.size == 0)
		return 0;
	if (r->fault == FAULT_SCAN_EQUAL_IS_ONE && from.size && from.size == to.size &&
	    memcmp(from.data, to.data, to.size) == 0)
		return table_find(table, from) == entry;
	return table_is_inside(table, slice_of(entry->key), from, to,
			       r->fault == FAULT_SCAN_TO_INSIDE,
			       r->fault == FAULT_SCAN_FROM_OUTSIDE);
}

/* How many keys a reverse range leaves out at its end; a right backend none. */
static size_t left_out(const struct reference *r, const struct table *table,
		       const asst_ranges *ranges, size_t index)
{
	size_t limit = asst_ranges_limit(ranges, index), inside = 0, i;

	if (r->fault != FAULT_REVERSE_LIMITS_FIRST || !limit)
		return 0;
	for (i = 0; i < table->count; i++)
		inside += in_range(r, table, ranges, index, &table->entries[i]) != 0;
	return inside > limit ? inside - limit : 0;
}

static int scan_range(const struct reference *r, const struct table *table,
		      const asst_ranges *ranges, size_t index, asst_sink *sink, asst_error *err)
{
	int reverse = (asst_ranges_flags(ranges, index) & ASST_RANGE_REVERSE) != 0;
	size_t limit = asst_ranges_limit(ranges, index);
	size_t skip = reverse ? left_out(r, table, ranges, index) : 0, given = 0, step;

	if (r->fault == FAULT_SCAN_IGNORES_REVERSE)
		reverse = 0;
	if (r->fault == FAULT_REVERSE_IGNORES_LIMIT && reverse)
		limit = 0;
	if (r->fault == FAULT_LIMIT_OVER_RANGES)
		given = asst_sink_count(sink);
	for (step = 0; step < table->count && (!limit || given < limit); step++) {
		size_t i = reverse ? table->count - 1 - step : step;
		const struct entry *entry = &table->entries[i];
		int status;

		if (!in_range(r, table, ranges, index, entry))
			continue;
		if (skip) {
			skip--;
			continue;
		}
		status = answer(r, sink, index, entry, !asst_ranges_keys_only(ranges), err);
		if (status)
			return status;
		given++;
	}
	return ASST_OK;
}

static int reference_scan(void *self, const char *partition, const asst_ranges *ranges,
			  asst_sink *sink, uint64_t *sequence, asst_error *err)
{
	struct reference *r = self;
	size_t count = asst_ranges_count(ranges), i;
	int status = ASST_OK;

	pthread_mutex_lock(&r->lock);
	*sequence = sequence_seen(r, find_partition(r, partition), FAULT_SCAN_STALE);
	if (r->fault == FAULT_SCAN_256_RANGES && count > 256)
		count = 256;
	for (i = 0; status == ASST_OK && i < count; i++) {
		size_t index = r->fault == FAULT_SCAN_SORTS_RANGES ? count - 1 - i : i;
		const struct table *table;

		if (r->fault == FAULT_SCAN_PAIR_TORN)
			reference_let_go(r);
		table = table_seen(r, find_partition(r, partition));
		if (table)
			status = scan_range(r, table, ranges, index, sink, err);
	}
	pthread_mutex_unlock(&r->lock);
	return status;
}

/* Closing keeps the content; what a reopened backend has wrong goes wrong here. */
static int reference_destroy(void *self, asst_error *err)
{
	struct reference *r = self;
	struct partition *part;
	size_t i;

	(void)err;
	for (part = r->partitions; part; part = part->next) {
		if (r->fault == FAULT_REOPEN_LOSES_LAST) {
			struct table lost = part->now;

			part->now = part->last;
			part->last = lost;
		}
		if (r->fault == FAULT_REOPEN_SEQUENCE_FROM_KEYS)
			part->now.sequence = table_highest(&part->now);
		if (r->fault == FAULT_REOPEN_KEY_SEQUENCES)
			for (i = 0; i < part->now.count; i++)
				part->now.entries[i].sequence = part->now.sequence;
	}
	return ASST_OK;
}

int reference_attach(struct reference *r, asst_backend *backend, asst_error *err)
{
	if (!r)
		return asst_error_set(err, ASST_ENOMEM, 0, "no memory");
	backend->self = r;
	backend->get = reference_get;
	backend->scan = reference_scan;
	backend->apply = reference_apply;
	backend->destroy = reference_destroy;
	return ASST_OK;
}
