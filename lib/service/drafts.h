/* SPDX-License-Identifier: MIT */
/* Drafts, for the calls that take a draft's own id. */
#ifndef ASST_SERVICE_DRAFTS_H
#define ASST_SERVICE_DRAFTS_H

#include "service/write.h"

#include <assistant/draft.h>

/*
 * Patch the draft that was loaded by its own id: fills the batch, and *made with the
 * snapshot of the new state. The caller must be its principal.
 */
int asst__draft_patch_loaded(asst_assistant **made, struct asst__loaded *loaded,
			     struct asst__change *change, struct asst__string json,
			     uint64_t revision);

#endif
