/* SPDX-License-Identifier: MIT */
/* How the reference backend applies a batch: check, change a copy, put it in place. */
#include <string.h>

#include "reference_content.h"

static struct slice key_of(const asst_batch *batch, size_t i)
{
	struct slice key;

	key.data = asst_batch_key(batch, i, &key.size);
	return key;
}

static struct slice end_of(const asst_batch *batch, size_t i)
{
	struct slice end;

	end.data = asst_batch_end(batch, i, &end.size);
	return end;
}

static int is_check(int kind)
{
	return kind == ASST_OP_CHECK_KEY || kind == ASST_OP_CHECK_RANGE;
}

static int is_put(int kind)
{
	return kind == ASST_OP_PUT || kind == ASST_OP_PUT_SEQUENCED;
}

static int key_passes(const struct table *table, const asst_batch *batch, size_t i)
{
	const struct entry *entry = table_find(table, key_of(batch, i));
	uint64_t has = entry ? entry->sequence : 0, wanted = asst_batch_sequence(batch, i);

	if (table->fault == FAULT_CHECK_ABSENT_PASSES && !entry)
		return 1;
	if (table->fault == FAULT_CHECK_ZERO_PASSES && wanted == 0)
		return 1;
	if (table->fault == FAULT_CHECK_OLDER_PASSES && wanted && wanted < has)
		return 1;
	if (table->fault == FAULT_CHECK_NEWER_PASSES && has && wanted > has)
		return 1;
	return has == wanted;
}

static int range_passes(const struct partition *part, const struct table *table,
			const asst_batch *batch, size_t i)
{
	struct slice from = key_of(batch, i), to = end_of(batch, i);
	uint64_t wanted = asst_batch_sequence(batch, i);
	size_t at;

	if (table->fault == FAULT_RANGE_CHECK_PASSES)
		return 1;
	if (table->fault == FAULT_RANGE_CHECK_NO_END && to.size == 0)
		return 1;
	if (table->fault == FAULT_RANGE_CHECK_COUNTS_DELETES && part->deleted > wanted)
		return 0;
	for (at = 0; at < table->count; at++) {
		const struct entry *entry = &table->entries[at];
		uint64_t has = entry->sequence;

		if (!table_is_inside(table, slice_of(entry->key), from, to,
				     table->fault == FAULT_RANGE_CHECK_TO_INSIDE,
				     table->fault == FAULT_RANGE_CHECK_FROM_OUTSIDE))
			continue;
		if (has > wanted)
			return 0;
		if (table->fault == FAULT_RANGE_CHECK_AT_SEQUENCE && has == wanted)
			return 0;
		if (table->fault == FAULT_RANGE_CHECK_FIRST_KEY)
			return 1;
	}
	return 1;
}

/* Make the checks of a batch; SIZE_MAX when all pass, else which one fails. */
static size_t failing_check(const struct partition *part, const struct table *table,
			    const asst_batch *batch)
{
	size_t checks = 0, i;

	for (i = 0; i < asst_batch_count(batch); i++) {
		int kind = asst_batch_kind(batch, i), passes = 1;

		if (kind == ASST_OP_CHECK_KEY)
			passes = key_passes(table, batch, i);
		else if (kind == ASST_OP_CHECK_RANGE)
			passes = range_passes(part, table, batch, i);
		else if (table->fault == FAULT_CHECKS_ONLY_BEFORE_PUTS)
			break;
		if (!passes && table->fault == FAULT_FAILED_INDEX_OF_CHECK)
			return checks;
		if (!passes)
			return table->fault == FAULT_FAILED_INDEX_ZERO ? 0 : i;
		checks += is_check(kind) ? 1 : 0;
	}
	return SIZE_MAX;
}

static int put_sequenced(struct table *table, const asst_batch *batch, size_t i,
			 uint64_t sequence, asst_error *err)
{
	struct slice prefix = key_of(batch, i), tail = end_of(batch, i), key;
	unsigned char bytes[ASST_MAX_KEY_BYTES];
	uint64_t shown = sequence;
	int at;

	if (table->fault == FAULT_SEQUENCED_OLD_SEQUENCE)
		shown--;
	if (table->fault == FAULT_SEQUENCED_4_BYTES)
		shown = (uint32_t)shown;
	if (table->fault == FAULT_SEQUENCED_NO_TAIL)
		tail.size = 0;
	memcpy(bytes, prefix.data, prefix.size);
	for (at = 0; at < 8; at++) {
		int shift = table->fault == FAULT_SEQUENCED_LITTLE_ENDIAN ? 8 * at : 56 - 8 * at;

		bytes[prefix.size + (size_t)at] = (unsigned char)(shown >> shift);
	}
	if (tail.size)
		memcpy(bytes + prefix.size + 8, tail.data, tail.size);
	key.data = bytes;
	key.size = prefix.size + 8 + tail.size;
	return table_put(table, key, asst_batch_value(batch, i), sequence, err);
}

static int put(struct table *table, const asst_batch *batch, size_t i, uint64_t sequence,
	       asst_error *err)
{
	asst_buf *value = asst_batch_value(batch, i), *copy;
	size_t size = asst_buf_size(value);
	int status;

	if (table->fault == FAULT_VALUE_64K && size > 65536)
		size = 65536;
	if (table->fault == FAULT_VALUE_STOPS_AT_NUL)
		size = strlen(asst_buf_data(value));
	if (size == asst_buf_size(value))
		return table_put(table, key_of(batch, i), value, sequence, err);
	status = asst_buf_new(&copy, asst_buf_data(value), size, err);
	if (status)
		return status;
	status = table_put(table, key_of(batch, i), copy, sequence, err);
	asst_buf_free(copy);
	return status;
}

static int change_one(struct partition *part, struct table *table, const asst_batch *batch,
		      size_t i, uint64_t sequence, asst_error *err)
{
	int deleted = 0, status = ASST_OK;

	switch (asst_batch_kind(batch, i)) {
	case ASST_OP_PUT:
		status = put(table, batch, i, sequence, err);
		break;
	case ASST_OP_PUT_SEQUENCED:
		status = put_sequenced(table, batch, i, sequence, err);
		break;
	case ASST_OP_DELETE:
		deleted = table_delete(table, key_of(batch, i));
		break;
	case ASST_OP_DELETE_RANGE:
		deleted = table_delete_range(table, key_of(batch, i), end_of(batch, i));
		break;
	}
	if (deleted)
		part->deleted = sequence;
	return status;
}

/* Whether an operation is left for the second pass, or left out; only faults have one. */
static int is_later(const struct table *table, const asst_batch *batch, size_t i)
{
	int kind = asst_batch_kind(batch, i);

	if (table->fault == FAULT_DELETES_LAST)
		return !is_check(kind) && !is_put(kind);
	return table->fault == FAULT_PUTS_LAST && is_put(kind);
}

/* Make the changes of the operations from first up to, without, end. */
static int change(struct partition *part, struct table *table, const asst_batch *batch,
		  size_t first, size_t end, uint64_t sequence, asst_error *err)
{
	int pass, sequenced = 0, status = ASST_OK;
	size_t i;

	if (table->fault == FAULT_BATCH_OF_4096 && end > 4096)
		end = 4096;
	for (pass = 0; pass < 2; pass++) {
		for (i = first; status == ASST_OK && i < end; i++) {
			if (is_later(table, batch, i) != pass)
				continue;
			if (asst_batch_kind(batch, i) == ASST_OP_PUT_SEQUENCED && sequenced++ &&
			    table->fault == FAULT_SEQUENCED_ONE)
				continue;
			status = change_one(part, table, batch, i, sequence, err);
		}
	}
	return status;
}

/* The copy takes the place of what it was made from. */
static void install(struct reference *r, struct partition *part, struct table *table,
		    uint64_t sequence)
{
	table_clear(&part->last);
	part->last = part->now;
	part->now = *table;
	part->now.sequence = sequence;
	part->applier = pthread_self();
	part->is_hidden = 1;
	if (sequence > r->shared)
		r->shared = sequence;
}

static int count_kinds(const asst_batch *batch, int (*is_kind)(int kind))
{
	int count = 0;
	size_t i;

	for (i = 0; i < asst_batch_count(batch); i++)
		count += is_kind(asst_batch_kind(batch, i));
	return count;
}

static uint64_t next_sequence(const struct reference *r, const struct partition *part,
			      const asst_batch *batch)
{
	uint64_t last = part->now.sequence, floor = asst_batch_floor(batch);

	switch (r->fault) {
	case FAULT_PARTITIONS_SHARE_SEQUENCE:
		last = r->shared;
		break;
	case FAULT_SEQUENCE_FROM_KEYS:
		last = table_highest(&part->now);
		break;
	case FAULT_DELETE_TAKES_NO_SEQUENCE:
		if (!count_kinds(batch, is_put))
			return last;
		break;
	case FAULT_FLOOR_IGNORED:
		floor = 0;
		break;
	case FAULT_FLOOR_EQUAL:
		floor -= floor > 0;
		break;
	case FAULT_FLOOR_LOWERS:
		last = floor ? 0 : last;
		break;
	case FAULT_FLOOR_32_BITS:
		floor = (uint32_t)floor;
		break;
	}
	return (floor > last ? floor : last) + 1;
}

/* Make all changes of a batch on a copy, and let the copy take the partition's place. */
static int change_partition(struct reference *r, struct partition *part, const asst_batch *batch,
			    size_t first, size_t end, uint64_t sequence, asst_error *err)
{
	struct table copy;
	int status = table_copy(&copy, &part->now, err);

	if (status)
		return status;
	status = change(part, &copy, batch, first, end, sequence, err);
	if (status)
		table_clear(&copy);
	else
		install(r, part, &copy, sequence);
	return status;
}

static int lose(struct reference *r, struct partition *part, const asst_batch *batch, size_t loser,
		size_t *failed, asst_error *err)
{
	*failed = loser;
	if (r->fault == FAULT_FAILED_LEAVES_PUTS)
		(void)change_partition(r, part, batch, 0, asst_batch_count(batch),
				       part->now.sequence, err);
	if (r->fault == FAULT_FAILED_TAKES_SEQUENCE)
		part->now.sequence++;
	return asst_error_set(err, ASST_ECONFLICT, 0, "a check failed");
}

/* A fault: the checks of a batch are made on what its own changes leave. */
static size_t failing_afterwards(struct partition *part, const asst_batch *batch)
{
	size_t loser = SIZE_MAX;
	struct table copy;

	if (table_copy(&copy, &part->now, NULL))
		return loser;
	if (change(part, &copy, batch, 0, asst_batch_count(batch), part->now.sequence + 1, NULL) ==
	    ASST_OK)
		loser = failing_check(part, &copy, batch);
	table_clear(&copy);
	return loser;
}

static int apply_locked(struct reference *r, struct partition *part, const asst_batch *batch,
			uint64_t *sequence, size_t *failed, asst_error *err)
{
	size_t count = asst_batch_count(batch), first = 0, loser;
	int status;

	if (r->fault == FAULT_CHECKS_AFTER_PUTS)
		loser = failing_afterwards(part, batch);
	else
		loser = failing_check(part, &part->now, batch);
	if (loser != SIZE_MAX)
		return lose(r, part, batch, loser, failed, err);
	if (r->fault == FAULT_CHECK_THEN_ACT)
		reference_let_go(r);
	*sequence = part->now.sequence;
	if (count_kinds(batch, is_check) == (int)count) {
		*sequence += r->fault == FAULT_CHECKS_ALONE_UNKNOWN;
		return ASST_OK;
	}
	*sequence = next_sequence(r, part, batch);
	if (r->fault == FAULT_SEQUENCE_TAKEN_EARLY)
		reference_let_go(r);
	if (r->fault == FAULT_TWO_STEPS) {
		first = count / 2;
		status = change_partition(r, part, batch, 0, first, *sequence, err);
		if (status)
			return status;
		reference_let_go(r);
	}
	return change_partition(r, part, batch, first, count, *sequence, err);
}

int reference_apply(void *self, const char *partition, const asst_batch *batch,
		    uint64_t *sequence, size_t *failed, asst_error *err)
{
	struct reference *r = self;
	struct partition *part;
	int status;

	pthread_mutex_lock(&r->lock);
	part = reference_make_partition(r, partition);
	if (part)
		status = apply_locked(r, part, batch, sequence, failed, err);
	else
		status = asst_error_set(err, ASST_ENOMEM, 0, "no memory");
	pthread_mutex_unlock(&r->lock);
	return status;
}
