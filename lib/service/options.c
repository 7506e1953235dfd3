/* SPDX-License-Identifier: MIT */
/* Options for opening a store: one table of texts and numbers by name, and the plug-ins. */
#include "service/store.h"

#include <string.h>

asst_store_opts *asst_store_opts_new(void)
{
	asst_store_opts *opts = asst__alloc_zeroed(&asst__mem_libc, sizeof(*opts));

	if (!opts)
		return NULL;
	opts->mem = asst__mem_libc;
	opts->file = asst__file_defaults;
	opts->keep_versions = 100;
	opts->keep_days = opts->trash_days = 30;
	opts->feed_days = 90;
	opts->credential_days = 365;
	asst__limits_init(&opts->limits, NULL, NULL);
	return opts;
}

static void ref(atomic_size_t *refs)
{
	if (refs)
		atomic_fetch_add_explicit(refs, 1, memory_order_relaxed);
}

static void unref(atomic_size_t **refs, void (*destroy)(void *user), void *user)
{
	if (*refs && atomic_fetch_sub_explicit(*refs, 1, memory_order_acq_rel) == 1) {
		if (destroy)
			destroy(user);
		asst__free(&asst__mem_libc, *refs, sizeof(**refs));
	}
	*refs = NULL;
}

static void drop_keyring(asst_store_opts *opts)
{
	unref(&opts->keyring_refs, opts->keyring.destroy, opts->keyring.user);
	memset(&opts->keyring, 0, sizeof(opts->keyring));
}

static void drop_catalog(asst_store_opts *opts)
{
	unref(&opts->catalog_refs, opts->catalog.destroy, opts->catalog.user);
	memset(&opts->catalog, 0, sizeof(opts->catalog));
}

void asst__plugs_ref(const asst_store_opts *opts)
{
	ref(opts->keyring_refs);
	ref(opts->catalog_refs);
}

void asst__plugs_unref(asst_store_opts *opts)
{
	drop_keyring(opts);
	drop_catalog(opts);
}

void asst_store_opts_free(asst_store_opts *opts)
{
	if (opts)
		asst__plugs_unref(opts);
	asst__free(&asst__mem_libc, opts, sizeof(*opts));
}

static int check_opts(const asst_store_opts *opts, asst_error *err)
{
	asst__error_clear(err);
	return opts ? ASST_OK : asst__fail(err, ASST_EINVAL, "needs options");
}

static int set_durability(asst_store_opts *opts, const char *value, asst_error *err)
{
	bool process = strcmp(value, "process") == 0;

	if (!process && strcmp(value, "full") != 0)
		return asst__fail(err, ASST_EINVAL, "durability is full or process");
	opts->file.process_only = process;
	return ASST_OK;
}

int asst_store_opts_set_text(asst_store_opts *opts, const char *name, const char *value,
			     asst_error *err)
{
	int status = check_opts(opts, err);

	if (status != ASST_OK)
		return status;
	if (!name || !value)
		return asst__fail(err, ASST_EINVAL, "needs the name of an option and its value");
	if (strcmp(name, "limits") == 0)
		return asst__limits_init(&opts->limits, value, err);
	if (strcmp(name, "durability") == 0)
		return set_durability(opts, value, err);
	return asst__fail(err, ASST_EINVAL, "options with text are limits and durability");
}

/* Options that are whole numbers: where they go and what they may be. */
enum target {
	KEEP_UNKNOWN,
	READ_ONLY,
	AUTO_COMPACT,
	RESIDENT,
	SEGMENT,
	FILL,
	KEEP_VERSIONS,
	KEEP_DAYS,
	TRASH_DAYS,
	FEED_DAYS,
	AUDIT_REFUSED,
	DIRECTORY,
	CREDENTIAL_DAYS
};

#define DAYS_MOST 36500

static const struct {
	const char *name;
	enum target target;
	int64_t least, most;
} numbers[] = {
	{ "keep_unknown_fields", KEEP_UNKNOWN, 0, 1 },
	{ "read_only", READ_ONLY, 0, 1 },
	{ "auto_compact", AUTO_COMPACT, 0, 1 },
	{ "resident_bytes", RESIDENT, 0, INT64_MAX },
	{ "segment_bytes", SEGMENT, 65536, 1073741824 },
	{ "fill_bytes", FILL, 0, 67108864 },
	{ "keep_versions", KEEP_VERSIONS, 0, INT32_MAX },
	{ "keep_days", KEEP_DAYS, 0, DAYS_MOST },
	{ "trash_days", TRASH_DAYS, 0, DAYS_MOST },
	{ "feed_days", FEED_DAYS, 30, DAYS_MOST },
	{ "audit_refused", AUDIT_REFUSED, 0, 1 },
	{ "directory", DIRECTORY, 0, 1 },
	{ "max_credential_days", CREDENTIAL_DAYS, 1, DAYS_MOST },
};

static void set_number(asst_store_opts *opts, enum target target, int64_t value)
{
	switch (target) {
	case KEEP_UNKNOWN:
		opts->keep_unknown = value == 1;
		break;
	case READ_ONLY:
		opts->file.read_only = value == 1;
		break;
	case AUTO_COMPACT:
		opts->file.no_compaction = value == 0;
		break;
	case RESIDENT:
		opts->file.resident_bytes = (uint64_t)value;
		break;
	case SEGMENT:
		opts->file.segment_bytes = (uint64_t)value;
		break;
	case FILL:
		opts->file.fill_bytes = (uint64_t)value;
		break;
	case KEEP_VERSIONS:
		opts->keep_versions = value;
		break;
	case KEEP_DAYS:
		opts->keep_days = value;
		break;
	case TRASH_DAYS:
		opts->trash_days = value;
		break;
	case FEED_DAYS:
		opts->feed_days = value;
		break;
	case AUDIT_REFUSED:
		opts->audit_refused = value == 1;
		break;
	case DIRECTORY:
		opts->directory = value == 1;
		break;
	case CREDENTIAL_DAYS:
		opts->credential_days = value;
		break;
	}
}

int asst_store_opts_set_int(asst_store_opts *opts, const char *name, int64_t value, asst_error *err)
{
	int status = check_opts(opts, err);
	size_t i;

	if (status != ASST_OK)
		return status;
	if (name && strncmp(name, "limit.", 6) == 0)
		return asst__limits_set(&opts->limits, name + 6, value, err);
	for (i = 0; name && i < ASST__COUNT(numbers); i++) {
		if (strcmp(name, numbers[i].name) != 0)
			continue;
		if (value < numbers[i].least || value > numbers[i].most)
			return asst__fail(err, ASST_EINVAL, "%s must be %lld to %lld", name,
					  (long long)numbers[i].least, (long long)numbers[i].most);
		set_number(opts, numbers[i].target, value);
		return ASST_OK;
	}
	return asst__fail(err, ASST_EINVAL, "no option with a number has this name");
}

int asst_store_opts_set_allocator(asst_store_opts *opts, const asst_allocator *allocator,
				  asst_error *err)
{
	int status = check_opts(opts, err);

	return status == ASST_OK ? asst__mem_from_allocator(&opts->mem, allocator, err) : status;
}

int asst_store_opts_set_clock(asst_store_opts *opts, int64_t (*now)(void *user), void *user,
			      asst_error *err)
{
	int status = check_opts(opts, err);

	if (status != ASST_OK)
		return status;
	opts->clock.now = now;
	opts->clock.user = user;
	return ASST_OK;
}

int asst_store_opts_set_random(asst_store_opts *opts,
			       int (*fill)(void *user, void *bytes, size_t size), void *user,
			       asst_error *err)
{
	int status = check_opts(opts, err);

	if (status != ASST_OK)
		return status;
	opts->random = fill;
	opts->random_user = user;
	return ASST_OK;
}

int asst_store_opts_set_changed(asst_store_opts *opts,
				void (*changed)(void *user, const char *workspace,
						const char *event, size_t size),
				void *user, asst_error *err)
{
	int status = check_opts(opts, err);

	if (status != ASST_OK)
		return status;
	opts->changed = changed;
	opts->changed_user = user;
	return ASST_OK;
}

int asst_store_opts_set_principals(asst_store_opts *opts,
				   int (*find)(void *user, const char *workspace, const char *id,
					       asst_buf **document, asst_error *err),
				   void *user, asst_error *err)
{
	int status = check_opts(opts, err);

	if (status != ASST_OK)
		return status;
	opts->find = find;
	opts->find_user = user;
	return ASST_OK;
}

/* The count of a plug-in that is copied from the host's table; NULL where there is none. */
static int adopt(atomic_size_t **refs, void *ours, size_t size, const void *theirs,
		 const char *what, asst_error *err)
{
	int status = theirs ? asst__copy_sized(ours, size, size, theirs, what, err) : ASST_OK;

	*refs = NULL;
	if (status != ASST_OK || !theirs)
		return status;
	*refs = asst__alloc(&asst__mem_libc, sizeof(**refs));
	if (!*refs)
		return asst__fail_nomem(err);
	atomic_init(*refs, 1);
	return ASST_OK;
}

int asst_store_opts_set_keyring(asst_store_opts *opts, const asst_keyring *keyring,
				asst_error *err)
{
	struct asst_keyring ours = { .size = 0 };
	atomic_size_t *refs;
	int status = check_opts(opts, err);

	if (status == ASST_OK)
		status = adopt(&refs, &ours, sizeof(ours), keyring, "keyring", err);
	if (status != ASST_OK)
		return status;
	if (keyring && (!ours.current || !ours.seal || !ours.open)) {
		asst__free(&asst__mem_libc, refs, sizeof(*refs));
		return asst__fail(err, ASST_EINVAL, "a keyring needs current, seal and open");
	}
	drop_keyring(opts);
	opts->keyring = ours;
	opts->keyring_refs = refs;
	return ASST_OK;
}

int asst_store_opts_set_catalog(asst_store_opts *opts, const asst_catalog *catalog,
				asst_error *err)
{
	struct asst_catalog ours = { .size = 0 };
	atomic_size_t *refs;
	int status = check_opts(opts, err);

	if (status == ASST_OK)
		status = adopt(&refs, &ours, sizeof(ours), catalog, "catalog", err);
	if (status != ASST_OK)
		return status;
	if (catalog && !ours.may_use) {
		asst__free(&asst__mem_libc, refs, sizeof(*refs));
		return asst__fail(err, ASST_EINVAL, "a catalog needs may_use");
	}
	drop_catalog(opts);
	opts->catalog = ours;
	opts->catalog_refs = refs;
	return ASST_OK;
}
