/* SPDX-License-Identifier: MIT */
/* Looking after a store: sync, compaction, backup, what can be counted. */
#include "service/store.h"

#include <string.h>

/* A call on the store itself, which has no session. */
static int begin(asst_store *store, size_t *stripe, uint32_t flags, asst_error *err)
{
	asst__error_clear(err);
	if (!store)
		return asst__fail(err, ASST_EINVAL, "needs a store");
	if (!asst__gate_enter(&store->gate, stripe))
		return asst__fail(err, ASST_ESTATE, "the store is closed");
	if (asst__flags_check(flags, 0, err) == ASST_OK)
		return ASST_OK;
	asst__gate_leave(&store->gate, *stripe);
	return ASST_EINVAL;
}

int asst_store_sync(asst_store *store, asst_error *err)
{
	size_t stripe;
	int status = begin(store, &stripe, 0, err);

	if (status != ASST_OK)
		return status;
	if (store->backend.sync)
		status = store->backend.sync(store->backend.self, err);
	asst__gate_leave(&store->gate, stripe);
	return status;
}

int asst_store_compact(asst_store *store, asst_progress progress, void *user, uint32_t flags,
		       asst_error *err)
{
	size_t stripe;
	int status = begin(store, &stripe, flags, err);

	if (status != ASST_OK)
		return status;
	if (store->backend.compact)
		status = store->backend.compact(store->backend.self, progress, user, err);
	asst__gate_leave(&store->gate, stripe);
	return status;
}

int asst_store_backup(asst_store *store, const char *directory, asst_progress progress, void *user,
		      uint32_t flags, asst_error *err)
{
	size_t stripe;
	int status = begin(store, &stripe, flags, err);

	if (status != ASST_OK)
		return status;
	if (!directory)
		status = asst__fail(err, ASST_EINVAL, "needs a directory");
	else if (!store->backend.backup)
		status = asst__fail(err, ASST_EUNSUPPORTED, "the backend has no backup");
	else
		status = store->backend.backup(store->backend.self, directory, progress, user, err);
	asst__gate_leave(&store->gate, stripe);
	return status;
}

int asst_store_backup_fd(asst_store *store, int descriptor, asst_progress progress, void *user,
			 uint32_t flags, asst_error *err)
{
	size_t stripe;
	int status = begin(store, &stripe, flags, err);

	if (status != ASST_OK)
		return status;
	if (descriptor < 0)
		status = asst__fail(err, ASST_EINVAL, "needs a descriptor");
	else if (!store->backend.backup_fd)
		status = asst__fail(err, ASST_EUNSUPPORTED, "the backend has no backup");
	else
		status = store->backend.backup_fd(store->backend.self, descriptor, progress, user,
						  err);
	asst__gate_leave(&store->gate, stripe);
	return status;
}

static void add_stat(void *user, const char *name, uint64_t value)
{
	struct asst__text *out = user;

	if (out->size > 1)
		asst__text_add_char(out, ',');
	asst__json_write_string(out, name, strlen(name));
	asst__text_add_format(out, ":%llu", (unsigned long long)value);
}

int asst_store_stats(asst_buf **out, asst_store *store, asst_error *err)
{
	struct asst__text text;
	size_t stripe;
	int status;

	if (out)
		*out = NULL;
	status = begin(store, &stripe, 0, err);
	if (status != ASST_OK)
		return status;
	asst__text_init(&text, &store->mem, SIZE_MAX / 2);
	asst__text_add_char(&text, '{');
	if (store->backend.stats)
		status = store->backend.stats(store->backend.self, add_stat, &text, err);
	asst__text_add_char(&text, '}');
	if (status == ASST_OK && out)
		status = asst__text_to_buf(out, &text, err);
	asst__text_free(&text);
	asst__gate_leave(&store->gate, stripe);
	return status;
}
