/* SPDX-License-Identifier: MIT */
/* Keys in order, in an array: looked up, put and deleted in the simplest way. */
#include "reference_table.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct slice slice_of(const asst_buf *buf)
{
	struct slice slice;

	slice.data = asst_buf_data(buf);
	slice.size = asst_buf_size(buf);
	return slice;
}

static size_t size_of_key(const struct table *table, struct slice key)
{
	const char *nul = key.size ? memchr(key.data, 0, key.size) : NULL;

	if (table->fault == FAULT_COMPARE_STOPS_AT_NUL && nul)
		return (size_t)(nul - (const char *)key.data);
	if (table->fault == FAULT_KEY_255 && key.size > 255)
		return 255;
	return key.size;
}

static int value_of_byte(const struct table *table, unsigned char byte)
{
	if (table->fault == FAULT_COMPARE_SIGNED)
		return byte < 128 ? byte : byte - 256;
	if (table->fault == FAULT_COMPARE_NO_CASE)
		return tolower(byte);
	return byte;
}

static int compare(const struct table *table, struct slice a, struct slice b)
{
	const unsigned char *x = a.data, *y = b.data;
	size_t m = size_of_key(table, a), n = size_of_key(table, b), i;

	for (i = 0; i < m && i < n; i++) {
		int order = value_of_byte(table, x[i]) - value_of_byte(table, y[i]);

		if (order)
			return order;
	}
	if (table->fault == FAULT_COMPARE_LONGER_FIRST)
		return (m < n) - (m > n);
	return (m > n) - (m < n);
}

int table_is_inside(const struct table *table, struct slice key, struct slice from,
		    struct slice to, int to_inside, int from_outside)
{
	if (from.size && compare(table, key, from) < (from_outside ? 1 : 0))
		return 0;
	return !to.size || compare(table, key, to) < (to_inside ? 1 : 0);
}

void table_clear(struct table *table)
{
	size_t i;

	for (i = 0; i < table->count; i++) {
		asst_buf_free(table->entries[i].key);
		asst_buf_free(table->entries[i].value);
	}
	free(table->entries);
	table->entries = NULL;
	table->count = 0;
	table->room = 0;
}

int table_copy(struct table *to, const struct table *from, asst_error *err)
{
	size_t i;

	to->fault = from->fault;
	to->sequence = from->sequence;
	to->count = 0;
	to->room = from->count + 8;
	to->entries = malloc(to->room * sizeof(*to->entries));
	if (!to->entries)
		return asst_error_set(err, ASST_ENOMEM, 0, "no memory");
	for (i = 0; i < from->count; i++) {
		to->entries[i] = from->entries[i];
		asst_buf_ref(to->entries[i].key);
		asst_buf_ref(to->entries[i].value);
	}
	to->count = from->count;
	return ASST_OK;
}

uint64_t table_highest(const struct table *table)
{
	uint64_t highest = 0;
	size_t i;

	for (i = 0; i < table->count; i++)
		if (table->entries[i].sequence > highest)
			highest = table->entries[i].sequence;
	return highest;
}

/* Where a key is or would be: the first place whose key is not below it. */
static size_t place_of(const struct table *table, struct slice key)
{
	size_t low = 0, high = table->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(table, slice_of(table->entries[middle].key), key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int is_at(const struct table *table, size_t i, struct slice key)
{
	return i < table->count && compare(table, slice_of(table->entries[i].key), key) == 0;
}

const struct entry *table_find(const struct table *table, struct slice key)
{
	size_t i = place_of(table, key);
	struct slice found;

	if (is_at(table, i, key))
		return &table->entries[i];
	if (table->fault == FAULT_GET_PREFIX && i < table->count) {
		found = slice_of(table->entries[i].key);
		if (found.size > key.size && memcmp(found.data, key.data, key.size) == 0)
			return &table->entries[i];
	}
	return NULL;
}

static int is_same(const asst_buf *a, const asst_buf *b)
{
	return asst_buf_size(a) == asst_buf_size(b) &&
	       memcmp(asst_buf_data(a), asst_buf_data(b), asst_buf_size(a)) == 0;
}

/* A fault: the bytes of a buffer that others may hold are written to. */
static void write_into(const asst_buf *to, const asst_buf *from)
{
	const char *fixed = asst_buf_data(to);
	char *bytes;

	memcpy(&bytes, &fixed, sizeof(bytes));
	memcpy(bytes, asst_buf_data(from), asst_buf_size(to));
}

static int replace(struct table *table, struct entry *entry, asst_buf *value, uint64_t sequence)
{
	if (table->fault == FAULT_SAME_VALUE_KEEPS_SEQUENCE && is_same(entry->value, value))
		return ASST_OK;
	if (table->fault == FAULT_PUT_KEEPS_FIRST && entry->sequence == sequence)
		return ASST_OK;
	if (table->fault == FAULT_OVERWRITES_IN_PLACE &&
	    asst_buf_size(entry->value) == asst_buf_size(value))
		write_into(entry->value, value);
	asst_buf_free(entry->value);
	entry->value = asst_buf_ref(value);
	if (table->fault != FAULT_OVERWRITE_KEEPS_SEQUENCE)
		entry->sequence = sequence;
	return ASST_OK;
}

int table_put(struct table *table, struct slice key, asst_buf *value, uint64_t sequence,
	      asst_error *err)
{
	size_t i = place_of(table, key);
	asst_buf *copy;
	int status;

	if (is_at(table, i, key))
		return replace(table, &table->entries[i], value, sequence);
	if (table->count == table->room) {
		size_t room = 2 * table->room;
		struct entry *entries = realloc(table->entries, room * sizeof(*entries));

		if (!entries)
			return asst_error_set(err, ASST_ENOMEM, 0, "no memory");
		table->entries = entries;
		table->room = room;
	}
	status = asst_buf_new(&copy, key.data, key.size, err);
	if (status)
		return status;
	memmove(&table->entries[i + 1], &table->entries[i],
		(table->count - i) * sizeof(*table->entries));
	table->entries[i].key = copy;
	table->entries[i].value = asst_buf_ref(value);
	table->entries[i].sequence = sequence;
	table->count++;
	return ASST_OK;
}

static void delete_at(struct table *table, size_t i)
{
	asst_buf_free(table->entries[i].key);
	asst_buf_free(table->entries[i].value);
	table->count--;
	memmove(&table->entries[i], &table->entries[i + 1],
		(table->count - i) * sizeof(*table->entries));
}

int table_delete(struct table *table, struct slice key)
{
	size_t i = place_of(table, key);

	if (!is_at(table, i, key))
		return 0;
	delete_at(table, i);
	return 1;
}

int table_delete_range(struct table *table, struct slice from, struct slice to)
{
	int to_inside = table->fault == FAULT_DELETE_RANGE_TO_INSIDE, deleted = 0;
	size_t i = table->count;

	if (table->fault == FAULT_DELETE_RANGE_NO_END && to.size == 0)
		return 0;
	while (i-- > 0) {
		if (table_is_inside(table, slice_of(table->entries[i].key), from, to, to_inside,
				    0)) {
			delete_at(table, i);
			deleted = 1;
		}
	}
	return deleted;
}
