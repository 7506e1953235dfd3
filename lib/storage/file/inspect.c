/* SPDX-License-Identifier: MIT */
/* A log that is in use: let its segments stay while it is read, and count what there is. */
#include "storage/file/inner.h"

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
