/* SPDX-License-Identifier: MIT */
/* Asking the host's catalog what a definition may name. */
#ifndef ASST_SERVICE_CATALOG_H
#define ASST_SERVICE_CATALOG_H

#include "model/references.h"
#include "service/store.h"

/*
 * Judge a reference to what the library does not keep, at which check stands. Without a catalog
 * nothing is known of it, and nothing is a fault. Fails where the catalog cannot tell.
 */
int asst__catalog_judge(struct asst__check *check, const struct asst__call *call,
			const struct asst__reference *reference);

#endif
