/* SPDX-License-Identifier: MIT */
/* Asking the host's catalog what a definition may name. */
#include "service/catalog.h"
#include "base/fail.h"

/* The catalog could not tell, which is no fault of the document. */
static int failed(const struct asst__call *call, int status, asst_error *theirs)
{
	asst__error_clear(call->err);
	if (asst__host_status(status) != status) {
		asst__error_set_raw(call->err, status);
		return asst__fail(call->err, ASST_EBACKEND,
				  "the catalog returned the status %d, which is none of a catalog",
				  status);
	}
	if (asst_error_status(theirs) != status)
		return asst__fail(call->err, status, "the catalog failed");
	asst__error_move(call->err, theirs);
	return status;
}

int asst__catalog_judge(struct asst__check *check, const struct asst__call *call,
			const struct asst__reference *reference)
{
	const struct asst_catalog *catalog = &call->store->opts.catalog;
	asst_error *err;
	int status;

	if (!catalog->may_use)
		return ASST_OK;
	/* Not the caller's, which has the faults that were found before. */
	err = asst_error_new();
	status = catalog->may_use(catalog->user, call->workspace, call->session, reference->kind,
				  reference->id.text, err);
	if (status == ASST_ENOTFOUND || status == ASST_EDENIED) {
		asst__fault_reference(check);
		status = ASST_OK;
	} else if (status != ASST_OK) {
		status = failed(call, status, err);
	}
	asst_error_free(err);
	return status;
}
