/* SPDX-License-Identifier: MIT */
/* The status table: number, name, words and HTTP code of each status, once. */
#include <assistant/error.h>

static const struct {
	int status;
	int http;
	const char *name;
	const char *text;
} statuses[] = {
	{ ASST_OK, 200, "OK", "success" },
	{ ASST_EINVAL, 400, "EINVAL", "the call is wrong" },
	{ ASST_EVALIDATION, 400, "EVALIDATION", "the document has faults" },
	{ ASST_EUNAUTHENTICATED, 401, "EUNAUTHENTICATED", "no or bad credential" },
	{ ASST_EDENIED, 403, "EDENIED", "not allowed" },
	{ ASST_ENOTFOUND, 404, "ENOTFOUND", "not found" },
	{ ASST_ECONFLICT, 409, "ECONFLICT", "the present state does not allow it" },
	{ ASST_EEXISTS, 409, "EEXISTS", "the name is taken" },
	{ ASST_EGONE, 410, "EGONE", "no longer kept" },
	{ ASST_EREVISION, 412, "EREVISION", "the revision is not the present one" },
	{ ASST_ELIMIT, 413, "ELIMIT", "over a limit" },
	{ ASST_EIO, 500, "EIO", "reading or writing failed" },
	{ ASST_ECORRUPT, 500, "ECORRUPT", "stored data is damaged" },
	{ ASST_EFORMAT, 500, "EFORMAT", "stored in an unknown format" },
	{ ASST_EABI, 500, "EABI", "a table does not fit this library" },
	{ ASST_ENOMEM, 500, "ENOMEM", "out of memory" },
	{ ASST_EBACKEND, 500, "EBACKEND", "the backend broke its contract" },
	{ ASST_EINTERNAL, 500, "EINTERNAL", "a fault in the library" },
	{ ASST_EUNSUPPORTED, 501, "EUNSUPPORTED", "not supported here" },
	{ ASST_EBUSY, 503, "EBUSY", "busy" },
	{ ASST_EREADONLY, 503, "EREADONLY", "open for reading only" },
	{ ASST_EINDOUBT, 503, "EINDOUBT", "handed over, but the answer was lost" },
	{ ASST_ESTATE, 503, "ESTATE", "the handle cannot be used" },
	{ ASST_ECANCELED, 503, "ECANCELED", "canceled" },
};

static size_t find(int status)
{
	size_t i, count = sizeof(statuses) / sizeof(statuses[0]);

	for (i = 0; i < count && statuses[i].status != status; i++)
		;
	return i < count ? i : SIZE_MAX;
}

const char *asst_status_name(int status)
{
	size_t i = find(status);

	return i == SIZE_MAX ? "unknown" : statuses[i].name;
}

const char *asst_status_text(int status)
{
	size_t i = find(status);

	return i == SIZE_MAX ? "unknown status" : statuses[i].text;
}

int asst_status_http(int status)
{
	size_t i = find(status);

	return i == SIZE_MAX ? 500 : statuses[i].http;
}
