/* SPDX-License-Identifier: MIT */
/* Checking and counting a log that is in use: its segments stay while this goes on. */
#include "base/buf.h"
#include "storage/file/inner.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int asst__extent_pin(struct asst__extent *extent, struct asst__file *file, asst_error *err)
{
	size_t bytes;
	int status = ASST_OK;

	pthread_mutex_lock(&file->lock);
	asst__leader_begin(file);
	pthread_mutex_unlock(&file->lock);
	if (!file->options.read_only && !file->poisoned)
		status = asst__log_sync(file, err);
	extent->file = file;
	extent->count = file->segment_count;
	bytes = extent->count * sizeof(*extent->segments);
	extent->segments = asst__alloc(&file->mem, bytes);
	if (extent->segments && bytes)
		memcpy(extent->segments, file->segments, bytes);
	else if (!extent->segments && status == ASST_OK)
		status = asst__fail_nomem(err);
	pthread_mutex_lock(&file->lock);
	file->pinned++;
	asst__leader_end(file);
	pthread_mutex_unlock(&file->lock);
	return status;
}

void asst__extent_unpin(struct asst__extent *extent)
{
	struct asst__file *file = extent->file;

	pthread_mutex_lock(&file->lock);
	file->pinned--;
	pthread_mutex_unlock(&file->lock);
	asst__free(&file->mem, extent->segments, extent->count * sizeof(*extent->segments));
}

/* Verify */

#define PIECE (1024u * 1024)

struct finding {
	struct asst__file *file;
	void (*report)(void *user, const char *what);
	asst_progress progress; /* may be NULL */
	void *user; /* of both */
	uint64_t done, told; /* bytes: what was read, and what progress knows of it */
	asst_error *err;
};

static void found(const struct finding *finding, const char *name, uint64_t offset,
		  const char *what)
{
	char text[160];

	snprintf(text, sizeof(text), "%s at offset %llu: %s", name, (unsigned long long)offset,
		 what);
	finding->report(finding->user, text);
}

static int tell(struct finding *finding)
{
	finding->told = finding->done;
	if (finding->progress && finding->progress(finding->user, finding->done, 0))
		return asst__fail(finding->err, ASST_ECANCELED, "the check was canceled");
	return ASST_OK;
}

static int count(struct finding *finding, uint64_t bytes)
{
	finding->done += bytes;
	return finding->done - finding->told < PIECE ? ASST_OK : tell(finding);
}

/* As asst__io_read_full(), but for *status, which is that of progress. */
static int read_told(struct finding *finding, const struct asst__segment *segment,
		     unsigned char *bytes, int *status)
{
	size_t at = 0, size = (size_t)segment->used, part;
	int error = 0;

	while (*status == ASST_OK && !error && at < size) {
		part = size - at < PIECE ? size - at : PIECE;
		error = asst__io_read_full(finding->file->io, segment->file, bytes + at, part, at);
		at += part;
		*status = count(finding, part);
	}
	return error;
}

/*
 * All frames of a segment, which must have consecutive serials. *serial: of the last one before
 * it; 0 where that is not known.
 */
static int verify_segment(struct finding *finding, const struct asst__segment *segment,
			  uint64_t *serial)
{
	struct asst__file *file = finding->file;
	unsigned char *bytes = asst__alloc(&file->mem, (size_t)segment->used);
	uint64_t at = ASST__SEGMENT_HEAD;
	struct asst__frame frame;
	char name[24];
	int error, status = tell(finding);

	if (!bytes)
		return asst__fail_nomem(finding->err);
	asst__segment_name(name, segment->number);
	if (*serial && segment->first != *serial + 1)
		found(finding, name, 0, "it does not follow on the one before it");
	*serial = segment->first - 1;
	error = read_told(finding, segment, bytes, &status);
	if (error)
		found(finding, name, 0, error == -EPIPE ? "it is cut short" : "it cannot be read");
	while (status == ASST_OK && !error && at < segment->used) {
		if (!asst__frame_read(&frame, file, segment, bytes + at,
				      (size_t)(segment->used - at))) {
			found(finding, name, at, "a frame is damaged");
			error = -EPIPE;
			break;
		}
		if (frame.serial != ++*serial)
			found(finding, name, at, "a frame is out of order");
		if (!asst__frame_walks(&frame))
			found(finding, name, at, "the content of a frame is damaged");
		at += frame.size;
	}
	if (error)
		*serial = 0;
	asst__free(&file->mem, bytes, (size_t)segment->used);
	return status;
}

/* Where values lie, a few at a time: nobody waits while they are read. */
#define PLACES 256
#define LOOK_MOST 4096 /* entries: most have their values in them */

struct places {
	struct asst__place items[PLACES];
	size_t count;
	unsigned char from[ASST_MAX_KEY_BYTES + 1]; /* the least key that was not looked at */
	size_t from_size;
};

/* False: there are no more keys. */
static bool next_places(struct places *places, struct asst__partition *partition)
{
	size_t stripe = asst__rwlock_read(&partition->lock);
	struct asst__cursor cursor;
	const struct asst__entry *entry;
	size_t looked = 0;

	places->count = 0;
	entry = asst__tree_first(&partition->index.tree, places->from, places->from_size, &cursor);
	for (; entry && places->count < PLACES && looked < LOOK_MOST; looked++) {
		if (entry->flags & ASST__ENTRY_PLACE)
			places->items[places->count++] = asst__entry_placed(entry).place;
		memcpy(places->from, asst__entry_key(entry), entry->key_size);
		places->from[entry->key_size] = 0;
		places->from_size = entry->key_size + (size_t)1;
		entry = asst__cursor_next(&cursor);
	}
	asst__rwlock_read_unlock(&partition->lock, stripe);
	return looked > 0;
}

static int verify_value(struct finding *finding, const struct asst__place *place)
{
	asst_buf *value;
	char name[24];
	int status = asst__file_read_value(finding->file, place, NULL, &value, NULL);

	asst_buf_free(value);
	if (status == ASST_ENOMEM)
		return asst__fail_nomem(finding->err);
	asst__segment_name(name, place->segment);
	if (status != ASST_OK)
		found(finding, name, place->offset,
		      status == ASST_EIO ? "the value of a key cannot be read" :
					   "the value of a key is damaged");
	return count(finding, place->size);
}

/* Every key whose value lies in the log must find it there. */
static int verify_partition(struct finding *finding, struct asst__partition *partition)
{
	struct places *places = asst__alloc(&finding->file->mem, sizeof(*places));
	int status = ASST_OK;

	if (!places)
		return asst__fail_nomem(finding->err);
	places->from_size = 0;
	while (status == ASST_OK && next_places(places, partition)) {
		for (size_t i = 0; i < places->count && status == ASST_OK; i++)
			status = verify_value(finding, &places->items[i]);
		if (status == ASST_OK)
			status = tell(finding);
	}
	asst__free(&finding->file->mem, places, sizeof(*places));
	return status;
}

int asst__file_verify(void *self, void (*report)(void *user, const char *what),
		      asst_progress progress, void *user, asst_error *err)
{
	struct asst__file *file = self;
	struct finding finding = { .file = file, .report = report, .progress = progress,
				   .user = user, .err = err };
	struct asst__extent extent;
	uint64_t serial = 0;
	int status = asst__file_usable(file, false, err);

	if (status != ASST_OK)
		return status;
	/* While it is pinned no segment goes, and every place that an entry once had can be read. */
	status = asst__extent_pin(&extent, file, err);
	if (status == ASST_OK && extent.count)
		serial = extent.segments[0].first - 1;
	for (size_t i = 0; i < extent.count && status == ASST_OK; i++)
		status = verify_segment(&finding, &extent.segments[i], &serial);
	for (size_t i = 0; status == ASST_OK && i < asst__partition_count(&file->partitions); i++)
		status = verify_partition(&finding, asst__partition_at(&file->partitions, i));
	asst__extent_unpin(&extent);
	return status;
}

void asst__file_stats(void *self, struct asst__file_stats *stats)
{
	struct asst__file *file = self;

	memset(stats, 0, sizeof(*stats));
	pthread_mutex_lock(&file->lock);
	asst__leader_begin(file);
	for (size_t i = 0; i < asst__partition_count(&file->partitions); i++)
		stats->keys += asst__index_count(&asst__partition_at(&file->partitions, i)->index);
	stats->live_bytes = file->live;
	stats->log_bytes = asst__log_bytes(file);
	stats->resident_bytes = file->resident;
	stats->segments = file->segment_count;
	stats->frames = file->frames;
	stats->syncs = file->syncs;
	asst__leader_end(file);
	pthread_mutex_unlock(&file->lock);
}

int asst__file_each_stat(void *self, void (*each)(void *user, const char *name, uint64_t value),
			 void *user, asst_error *err)
{
	struct asst__file *file = self;
	struct asst__file_stats stats;
	int status = asst__file_usable(file, false, err);

	if (status != ASST_OK)
		return status;
	asst__file_stats(self, &stats);
	each(user, "keys", stats.keys);
	each(user, "live_bytes", stats.live_bytes);
	each(user, "log_bytes", stats.log_bytes);
	each(user, "resident_bytes", stats.resident_bytes);
	each(user, "segments", stats.segments);
	each(user, "frames", stats.frames);
	each(user, "syncs", stats.syncs);
	return ASST_OK;
}
