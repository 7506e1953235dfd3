/* SPDX-License-Identifier: MIT */
/* The version, the optional parts and the constants, for programs that ask at run time. */
#include "base/fail.h"
#include "base/mem.h"

#include <assistant/assistants.h>
#include <assistant/def.h>
#include <assistant/draft.h>
#include <assistant/session.h>
#include <assistant/sys/backend.h>
#include <assistant/sys/keyring.h>
#include <assistant/version.h>

#include <string.h>

#define TEXT_OF(x) #x
#define DOTTED(a, b, c) TEXT_OF(a) "." TEXT_OF(b) "." TEXT_OF(c)

void asst_version(int *major, int *minor, int *patch)
{
	if (major)
		*major = ASST_VERSION_MAJOR;
	if (minor)
		*minor = ASST_VERSION_MINOR;
	if (patch)
		*patch = ASST_VERSION_PATCH;
}

const char *asst_version_string(void)
{
	return DOTTED(ASST_VERSION_MAJOR, ASST_VERSION_MINOR, ASST_VERSION_PATCH);
}

int asst_feature_supported(const char *name)
{
#ifdef ASST_WITH_SODIUM
	if (name && strcmp(name, "sodium") == 0)
		return 1;
#endif
	return name && (strcmp(name, "memory") == 0 || strcmp(name, "file") == 0);
}

#define CONSTANT(name) { #name, (int64_t)(name) }

static const struct {
	const char *name;
	int64_t value;
} constants[] = {
	CONSTANT(ASST_VERSION_MAJOR),
	CONSTANT(ASST_VERSION_MINOR),
	CONSTANT(ASST_VERSION_PATCH),
	{ "ASST_NUL", -1 },
	{ "ASST_ANY_REVISION", -1 },
	{ "ASST_VERSION_LIVE", -1 },
	{ "ASST_VERSION_DRAFT", -2 },
	CONSTANT(ASST_OK),
	CONSTANT(ASST_EINVAL),
	CONSTANT(ASST_EVALIDATION),
	CONSTANT(ASST_EUNAUTHENTICATED),
	CONSTANT(ASST_EDENIED),
	CONSTANT(ASST_ENOTFOUND),
	CONSTANT(ASST_ECONFLICT),
	CONSTANT(ASST_EEXISTS),
	CONSTANT(ASST_EGONE),
	CONSTANT(ASST_EREVISION),
	CONSTANT(ASST_ELIMIT),
	CONSTANT(ASST_EIO),
	CONSTANT(ASST_ECORRUPT),
	CONSTANT(ASST_EFORMAT),
	CONSTANT(ASST_EABI),
	CONSTANT(ASST_ENOMEM),
	CONSTANT(ASST_EBACKEND),
	CONSTANT(ASST_EINTERNAL),
	CONSTANT(ASST_EUNSUPPORTED),
	CONSTANT(ASST_EBUSY),
	CONSTANT(ASST_EREADONLY),
	CONSTANT(ASST_EINDOUBT),
	CONSTANT(ASST_ESTATE),
	CONSTANT(ASST_ECANCELED),
	CONSTANT(ASST_LEVEL_NONE),
	CONSTANT(ASST_LEVEL_READ),
	CONSTANT(ASST_LEVEL_WRITE),
	CONSTANT(ASST_LEVEL_MANAGE),
	CONSTANT(ASST_DEF_INCOMPLETE),
	CONSTANT(ASST_CREATE_DRAFT),
	CONSTANT(ASST_OWNER_KEEP_SECRETS),
	CONSTANT(ASST_COMMIT_MERGE),
	CONSTANT(ASST_COMMIT_FORCE),
	CONSTANT(ASST_DRAFT_REPLACE),
	CONSTANT(ASST_SESSION_RUNTIME),
	CONSTANT(ASST_KEYRING_OVERHEAD),
	CONSTANT(ASST_MAX_KEY_BYTES),
	CONSTANT(ASST_MAX_VALUE_BYTES),
	CONSTANT(ASST_MAX_BATCH_OPS),
	CONSTANT(ASST_MAX_BATCH_BYTES),
	CONSTANT(ASST_MAX_RANGES),
	CONSTANT(ASST_RANGE_REVERSE),
	CONSTANT(ASST_OP_CHECK_KEY),
	CONSTANT(ASST_OP_CHECK_RANGE),
	CONSTANT(ASST_OP_PUT),
	CONSTANT(ASST_OP_PUT_SEQUENCED),
	CONSTANT(ASST_OP_DELETE),
	CONSTANT(ASST_OP_DELETE_RANGE),
};

int asst_constant(int64_t *value, const char *name, asst_error *err)
{
	size_t i;

	asst__error_clear(err);
	if (value)
		*value = 0;
	for (i = 0; name && i < ASST__COUNT(constants); i++) {
		if (strcmp(constants[i].name, name) == 0) {
			if (value)
				*value = constants[i].value;
			return ASST_OK;
		}
	}
	return asst__fail(err, ASST_EINVAL, "no constant has this name");
}
