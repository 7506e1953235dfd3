/* SPDX-License-Identifier: MIT */
/*
 * The directory of workspaces, in the store's own partition: each workspace has a random
 * 64-bit tag, both ways, before its first record is written.
 */
#include "service/store.h"

#include <string.h>

#define DIRECTORY "$store"
#define TAG_BYTES 8

/* Where a workspace stands among the known ones, or where it belongs; they are sorted. */
static size_t position(const asst_store *store, const char *workspace, bool *there)
{
	size_t low = 0, high = store->workspace_count, middle;
	int order;

	*there = false;
	while (low < high) {
		middle = low + (high - low) / 2;
		order = strcmp(store->workspaces[middle], workspace);
		if (order == 0) {
			*there = true;
			return middle;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool known(asst_store *store, const char *workspace)
{
	bool there;

	pthread_mutex_lock(&store->workspaces_lock);
	position(store, workspace, &there);
	pthread_mutex_unlock(&store->workspaces_lock);
	return there;
}

static int remember(asst_store *store, const char *workspace, asst_error *err)
{
	char *copy = asst__copy_text(&store->mem, workspace, strlen(workspace));
	bool there, room = false;
	size_t i;

	if (!copy)
		return asst__fail_nomem(err);
	pthread_mutex_lock(&store->workspaces_lock);
	i = position(store, workspace, &there);
	if (!there)
		room = asst__grow(&store->mem, &store->workspaces, store->workspace_count,
				  &store->workspace_room, sizeof(*store->workspaces));
	if (room) {
		memmove(store->workspaces + i + 1, store->workspaces + i,
			(store->workspace_count - i) * sizeof(*store->workspaces));
		store->workspaces[i] = copy;
		store->workspace_count++;
	}
	pthread_mutex_unlock(&store->workspaces_lock);
	if (!room)
		asst__free_text(&store->mem, copy);
	return room || there ? ASST_OK : asst__fail_nomem(err);
}

static size_t key_of(char *key, char type, const void *bytes, size_t size)
{
	key[0] = type;
	memcpy(key + 1, bytes, size);
	return size + 1;
}

static int find(asst_store *store, const char *key, size_t size, bool *there, asst_error *err)
{
	struct asst_keys keys;
	struct asst_sink sink;
	uint64_t sequence;
	int status;

	asst__keys_init(&keys, &store->mem);
	asst__sink_init(&sink, &store->mem);
	status = asst_keys_add(&keys, key, size, err);
	if (status == ASST_OK)
		status =
			asst__backend_get(&store->backend, DIRECTORY, &keys, &sink, &sequence, err);
	*there = status == ASST_OK && asst__sink_find(&sink, 0);
	asst__sink_dispose(&sink);
	asst__keys_dispose(&keys);
	return status;
}

/* ASST_ECONFLICT: another store was faster, or the tag is taken; look again. */
static int enter(asst_store *store, const char *key, size_t size, asst_error *err)
{
	unsigned char tag[TAG_BYTES];
	char back[1 + TAG_BYTES];
	struct asst_batch batch;
	uint64_t sequence;
	size_t failed, back_size;
	int status = asst__uuid_maker_bytes(&store->ids, tag, sizeof(tag), err);

	if (status != ASST_OK)
		return status;
	back_size = key_of(back, 'T', tag, sizeof(tag));
	asst__batch_init(&batch, &store->mem);
	status = asst_batch_check_key(&batch, key, size, 0, err);
	if (status == ASST_OK)
		status = asst_batch_check_key(&batch, back, back_size, 0, err);
	if (status == ASST_OK)
		status = asst_batch_put(&batch, key, size, tag, sizeof(tag), err);
	if (status == ASST_OK)
		status = asst_batch_put(&batch, back, back_size, key + 1, size - 1, err);
	if (status == ASST_OK)
		status = asst__backend_apply(&store->backend, DIRECTORY, &batch, &sequence, &failed,
					     err);
	asst__batch_dispose(&batch);
	return status;
}

int asst__workspace_ensure(asst_store *store, const char *workspace, asst_error *err)
{
	char key[160];
	size_t size = key_of(key, 'W', workspace, strlen(workspace));
	bool there = false;
	int status = ASST_OK, tries;

	if (known(store, workspace))
		return ASST_OK;
	for (tries = 0; !there && tries < 32; tries++) {
		asst__error_clear(err);
		status = find(store, key, size, &there, err);
		if (status != ASST_OK)
			return status;
		if (there)
			break;
		status = enter(store, key, size, err);
		if (status != ASST_OK && status != ASST_ECONFLICT)
			return status;
		there = status == ASST_OK;
	}
	if (!there)
		return asst__fail(err, ASST_EBUSY, "the directory of workspaces is busy");
	return remember(store, workspace, err);
}

/* The value of a key of the directory; *value is owned, NULL where there is none. */
static int look_up(asst_buf **value, asst_store *store, const char *key, size_t size,
		   asst_error *err)
{
	struct asst_keys keys;
	struct asst_sink sink;
	uint64_t sequence;
	int status;

	*value = NULL;
	asst__keys_init(&keys, &store->mem);
	asst__sink_init(&sink, &store->mem);
	status = asst_keys_add(&keys, key, size, err);
	if (status == ASST_OK)
		status =
			asst__backend_get(&store->backend, DIRECTORY, &keys, &sink, &sequence, err);
	if (status == ASST_OK && asst__sink_find(&sink, 0))
		*value = asst_buf_ref(asst__sink_find(&sink, 0)->value);
	asst__sink_dispose(&sink);
	asst__keys_dispose(&keys);
	return status;
}

int asst__workspace_tag(uint64_t *tag, asst_store *store, const char *workspace, asst_error *err)
{
	char key[160];
	asst_buf *value;
	int status = look_up(&value, store, key,
			     key_of(key, 'W', workspace, strlen(workspace)), err);

	if (status == ASST_OK && asst_buf_size(value) != TAG_BYTES)
		status = asst__fail(err, ASST_ECORRUPT, "the directory of workspaces is damaged");
	if (status == ASST_OK)
		*tag = asst__big_endian((const unsigned char *)asst_buf_data(value));
	asst_buf_free(value);
	return status;
}

int asst__workspace_find(char **workspace, asst_store *store, uint64_t tag, asst_error *err)
{
	unsigned char bytes[TAG_BYTES];
	char key[1 + TAG_BYTES];
	asst_buf *value;
	int status, i;

	*workspace = NULL;
	for (i = 0; i < TAG_BYTES; i++)
		bytes[i] = (unsigned char)(tag >> (56 - 8 * i) & 0xff);
	status = look_up(&value, store, key, key_of(key, 'T', bytes, sizeof(bytes)), err);
	if (status == ASST_OK && value) {
		*workspace = asst__copy_text(&store->mem, asst_buf_data(value),
					     asst_buf_size(value));
		status = *workspace ? ASST_OK : asst__fail_nomem(err);
	}
	asst_buf_free(value);
	return status;
}
