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
	asst__limits_init(&opts->limits, NULL, NULL);
	memcpy(opts->default_model, "default", sizeof("default"));
	return opts;
}

void asst_store_opts_free(asst_store_opts *opts)
{
	asst__free(&asst__mem_libc, opts, sizeof(*opts));
}

static int check_opts(const asst_store_opts *opts, asst_error *err)
{
	asst__error_clear(err);
	return opts ? ASST_OK : asst__fail(err, ASST_EINVAL, "needs options");
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
	if (strcmp(name, "default_model") == 0) {
		if (!value[0] || strlen(value) >= sizeof(opts->default_model))
			return asst__fail(err, ASST_EINVAL, "default_model must have 1 to %zu bytes",
					  sizeof(opts->default_model) - 1);
		memcpy(opts->default_model, value, strlen(value) + 1);
		return ASST_OK;
	}
	return asst__fail(err, ASST_EINVAL, "options with text are limits and default_model");
}

int asst_store_opts_set_int(asst_store_opts *opts, const char *name, int64_t value, asst_error *err)
{
	int status = check_opts(opts, err);

	if (status != ASST_OK)
		return status;
	if (name && strncmp(name, "limit.", 6) == 0)
		return asst__limits_set(&opts->limits, name + 6, value, err);
	if (name && strcmp(name, "keep_unknown_fields") == 0) {
		if (value != 0 && value != 1)
			return asst__fail(err, ASST_EINVAL, "keep_unknown_fields is 0 or 1");
		opts->keep_unknown = value == 1;
		return ASST_OK;
	}
	return asst__fail(err, ASST_EINVAL, "options with numbers are keep_unknown_fields and limit.NAME");
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
