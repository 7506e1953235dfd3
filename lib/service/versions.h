/* SPDX-License-Identifier: MIT */
/* Versions, for the calls about one of them. */
#ifndef ASST_SERVICE_VERSIONS_H
#define ASST_SERVICE_VERSIONS_H

#include "service/write.h"

#include <assistant/history.h>

/* ASST_EGONE or ASST_ENOTFOUND where the part of a version was not read. */
int asst__version_check(uint64_t version, const struct asst__loaded *loaded,
			const struct asst__part *part, asst_error *err);

#endif
