/* SPDX-License-Identifier: MIT */
/* Inside a draft handle: the state that it loaded, and what the calls on it share. */
#ifndef ASST_SERVICE_DRAFT_HANDLE_H
#define ASST_SERVICE_DRAFT_HANDLE_H

#include "service/drafts.h"

struct asst_draft {
	asst_session *session;
	asst_buf *record; /* the stored draft; NULL until one was loaded */
	/* They live as long as the handle, records do not. */
	char id[ASST__UUID_TEXT + 1], assistant_id[ASST__UUID_TEXT + 1];
	struct asst__view view;
	struct asst_def def;
};

void asst__draft_head_read(struct asst__draft_head *head, const struct asst__view *view);
uint64_t asst__draft_revision(const struct asst__view *draft);

/* Show a stored draft in the handle; on failure it shows what it did. Does not allocate. */
int asst__draft_show(asst_draft *draft, const struct asst__part *part, asst_error *err);

/* Find the stored draft of a handle. ASST_ENOTFOUND when it is gone. */
int asst__draft_find(struct asst__loaded *loaded, const asst_draft *draft,
		     const struct asst__call *call, enum asst__right right);
/* ASST_EDENIED unless the caller is the draft's principal. */
int asst__draft_check_own(const struct asst__loaded *loaded, const struct asst__call *call);
/* ASST_EREVISION where the stored draft is not what the handle shows. */
int asst__draft_check_stale(const struct asst__loaded *loaded, const asst_draft *draft,
			    const struct asst__call *call);

#endif
