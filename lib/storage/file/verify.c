/* SPDX-License-Identifier: MIT */
/* Checking a store as the next open would find it: names, frames, and where values lie. */
#include "storage/file/verify.h"

#include "base/buf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void asst__check_found(const struct asst__check *check, const char *name, uint64_t offset,
		       const char *format, ...)
{
	char text[200];
	va_list args;
	int size = snprintf(text, sizeof(text), "%.32s at offset %llu: ", name,
			    (unsigned long long)offset);

	va_start(args, format);
	vsnprintf(text + size, sizeof(text) - (size_t)size, format, args);
	va_end(args);
	check->report(check->user, text);
}

int asst__check_tell(struct asst__check *check)
{
	check->told = check->done;
	if (check->progress && check->progress(check->user, check->done, 0))
		return asst__fail(check->err, ASST_ECANCELED, "the check was canceled");
	return ASST_OK;
}

int asst__check_count(struct asst__check *check, uint64_t bytes)
{
	check->done += bytes;
	return check->done - check->told < ASST__CHECK_PIECE ? ASST_OK : asst__check_tell(check);
}

int asst__check_room(struct asst__check *check, size_t size)
{
	unsigned char *bytes;

	if (size <= check->room)
		return ASST_OK;
	bytes = asst__realloc(&check->file->mem, check->bytes, check->room, size);
	if (!bytes)
		return asst__fail_nomem(check->err);
	check->bytes = bytes;
	check->room = size;
	return ASST_OK;
}

int asst__check_opened(const struct asst__check *check, const char *name, int error)
{
	/* These say nothing about the store. */
	if (error == -ENOMEM || error == -EMFILE || error == -ENFILE)
		return asst__file_fail(check->file, check->err, error, "open", name);
	if (error == -ENOENT)
		asst__check_found(check, name, 0, "it is missing");
	else if (asst__is_no_file(error))
		asst__check_found(check, name, 0, "something else stands in its place");
	else if (error)
		asst__check_found(check, name, 0, "it cannot be opened (error %d)", -error);
	return ASST_OK;
}

int asst__check_open(const struct asst__check *check, const char *name, int *handle)
{
	const struct asst__io *io = check->file->io;
	int error = io->open(io->self, check->file->dir, name, 0, handle);

	if (error)
		*handle = -1;
	return asst__check_opened(check, name, error);
}

/* Where values lie, a few at a time: nobody waits while they are read. */
#define VALUES 64
#define LOOK_MOST 4096 /* entries: most have their values in them */

struct value {
	struct asst__place place;
	size_t key_size;
	unsigned char key[ASST_MAX_KEY_BYTES];
};

struct values {
	struct value items[VALUES];
	size_t count;
	unsigned char from[ASST_MAX_KEY_BYTES + 1]; /* the least key that was not looked at */
	size_t from_size;
};

/* False: there are no more keys. */
static bool next_values(struct values *values, struct asst__partition *partition)
{
	size_t stripe = asst__rwlock_read(&partition->lock);
	struct asst__cursor cursor;
	const struct asst__entry *entry;
	size_t looked = 0;

	values->count = 0;
	entry = asst__tree_first(&partition->index.tree, values->from, values->from_size, &cursor);
	for (; entry && values->count < VALUES && looked < LOOK_MOST; looked++) {
		memcpy(values->from, asst__entry_key(entry), entry->key_size);
		values->from[entry->key_size] = 0;
		values->from_size = entry->key_size + (size_t)1;
		if (entry->flags & ASST__ENTRY_PLACE) {
			struct value *value = &values->items[values->count++];

			value->place = asst__entry_placed(entry).place;
			value->key_size = entry->key_size;
			memcpy(value->key, values->from, entry->key_size);
		}
		entry = asst__cursor_next(&cursor);
	}
	asst__rwlock_read_unlock(&partition->lock, stripe);
	return looked > 0;
}

static int found_value(const struct asst__check *check, const char *partition,
		       const struct value *value, const char *what)
{
	struct asst__text text;
	char name[24];
	int status = ASST_OK;

	asst__text_init(&text, &check->file->mem, 8192);
	asst__segment_name(name, value->place.segment);
	asst__text_add_format(&text, "%s at offset %lu: %s: key ", name,
			      (unsigned long)value->place.offset, partition);
	for (size_t i = 0; i < value->key_size; i++)
		asst__text_add_format(&text, "%02x", value->key[i]);
	asst__text_add_format(&text, ": %s", what);
	if (text.failed)
		status = asst__fail_nomem(check->err);
	else
		check->report(check->user, text.data);
	asst__text_free(&text);
	return status;
}

static int verify_value(struct asst__check *check, const char *partition, const struct value *value)
{
	asst_buf *bytes;
	int status = asst__file_read_value(check->file, &value->place, NULL, &bytes, NULL);

	asst_buf_free(bytes);
	if (status == ASST_ENOMEM)
		return asst__fail_nomem(check->err);
	if (status != ASST_OK)
		status = found_value(check, partition, value,
				     status == ASST_EIO ? "its value cannot be read" :
							  "its value is damaged");
	return status == ASST_OK ? asst__check_count(check, value->place.size) : status;
}

/* Every key whose value lies in the log must find it there. */
static int verify_partition(struct asst__check *check, struct asst__partition *partition)
{
	struct values *values = asst__alloc(&check->file->mem, sizeof(*values));
	int status = ASST_OK;

	if (!values)
		return asst__fail_nomem(check->err);
	values->from_size = 0;
	while (status == ASST_OK && next_values(values, partition)) {
		for (size_t i = 0; i < values->count && status == ASST_OK; i++)
			status = verify_value(check, partition->name, &values->items[i]);
		if (status == ASST_OK)
			status = asst__check_tell(check);
	}
	asst__free(&check->file->mem, values, sizeof(*values));
	return status;
}

int asst__file_verify(void *self, void (*report)(void *user, const char *what),
		      asst_progress progress, void *user, asst_error *err)
{
	struct asst__file *file = self;
	struct asst__check check = {
		.file = file, .report = report, .progress = progress, .user = user, .err = err
	};
	struct asst__extent extent;
	int status = asst__file_usable(file, false, err);

	if (status != ASST_OK)
		return status;
	/* While it is pinned no segment goes, and every place that an entry once had can be read. */
	status = asst__extent_pin(&extent, file, err);
	if (status == ASST_OK)
		status = asst__check_names(&check);
	for (size_t i = 0; i < extent.count && status == ASST_OK; i++)
		status = asst__check_segment(&check, &extent.segments[i]);
	for (size_t i = 0; status == ASST_OK && i < asst__partition_count(&file->partitions); i++)
		status = verify_partition(&check, asst__partition_at(&file->partitions, i));
	asst__extent_unpin(&extent);
	asst__free(&file->mem, check.bytes, check.room);
	return status;
}
