/* SPDX-License-Identifier: MIT */
/* The status table: number, name, words, HTTP code of each status, and who may say it, once. */
#include "base/fail.h"

/*
 * What code of the host's may answer. A decision on a session or a document is the library's
 * alone: from a plug-in it would reach a person as the answer to his own call.
 */
enum said_by {
	LIBRARY, /* nobody else */
	STORAGE, /* backends too: the state of the storage, a lost race, a limit of theirs */
	ANY      /* all plug-ins: what went wrong while they worked */
};

static const struct {
	int status;
	int http;
	enum said_by by;
	const char *name;
	const char *text;
} statuses[] = {
	{ ASST_OK, 200, ANY, "OK", "success" },
	{ ASST_EINVAL, 400, STORAGE, "EINVAL", "the call is wrong" },
	{ ASST_EVALIDATION, 400, LIBRARY, "EVALIDATION", "the document has faults" },
	{ ASST_EUNAUTHENTICATED, 401, LIBRARY, "EUNAUTHENTICATED", "no or bad credential" },
	{ ASST_EDENIED, 403, LIBRARY, "EDENIED", "not allowed" },
	{ ASST_ENOTFOUND, 404, LIBRARY, "ENOTFOUND", "not found" },
	{ ASST_ECONFLICT, 409, STORAGE, "ECONFLICT", "the present state does not allow it" },
	{ ASST_EEXISTS, 409, LIBRARY, "EEXISTS", "the name is taken" },
	{ ASST_EGONE, 410, STORAGE, "EGONE", "no longer kept" },
	{ ASST_EREVISION, 412, LIBRARY, "EREVISION", "the revision is not the present one" },
	{ ASST_ELIMIT, 413, STORAGE, "ELIMIT", "over a limit" },
	{ ASST_EIO, 500, ANY, "EIO", "reading or writing failed" },
	{ ASST_ECORRUPT, 500, ANY, "ECORRUPT", "stored data is damaged" },
	{ ASST_EFORMAT, 500, ANY, "EFORMAT", "stored in an unknown format" },
	{ ASST_EABI, 500, STORAGE, "EABI", "a table does not fit this library" },
	{ ASST_ENOMEM, 500, ANY, "ENOMEM", "out of memory" },
	{ ASST_EBACKEND, 500, ANY, "EBACKEND", "the backend broke its contract" },
	{ ASST_EINTERNAL, 500, ANY, "EINTERNAL", "a fault in the library" },
	{ ASST_EUNSUPPORTED, 501, ANY, "EUNSUPPORTED", "not supported here" },
	{ ASST_EBUSY, 503, ANY, "EBUSY", "busy" },
	{ ASST_EREADONLY, 503, STORAGE, "EREADONLY", "open for reading only" },
	{ ASST_EINDOUBT, 503, STORAGE, "EINDOUBT", "handed over, but the answer was lost" },
	{ ASST_ESTATE, 503, STORAGE, "ESTATE", "the handle cannot be used" },
	{ ASST_ECANCELED, 503, ANY, "ECANCELED", "canceled" },
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

static int said(int status, enum said_by least)
{
	size_t i = find(status);

	return i != SIZE_MAX && statuses[i].by >= least ? status : ASST_EBACKEND;
}

int asst__host_status(int status)
{
	return said(status, ANY);
}

int asst__storage_status(int status)
{
	return said(status, STORAGE);
}
