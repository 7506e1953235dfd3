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

/* Show a stored draft in the handle; on failure it shows what it did. Does not allocate. */
int asst__draft_show(asst_draft *draft, const struct asst__part *part, asst_error *err);

/* Find the stored draft of a handle. ASST_ENOTFOUND when it is gone. */
int asst__draft_find(struct asst__loaded *loaded, const asst_draft *draft, struct asst__call *call,
		     enum asst__right right);
/* ASST_EDENIED unless the caller is the draft's principal. */
int asst__draft_check_own(const struct asst__loaded *loaded, const struct asst__call *call);
/* ASST_EREVISION where the stored draft is not what the handle shows. */
int asst__draft_check_stale(const struct asst__loaded *loaded, const asst_draft *draft,
			    const struct asst__call *call);

/*
 * Let a definition be what a tree says, under check flags (ASST__CHECK_...): for what was put
 * together from two sides, one of which may be the definition. ASST_EVALIDATION, ASST_ELIMIT,
 * ASST_ENOMEM.
 */
int asst__draft_retake(struct asst_def *def, asst__json *tree, const struct asst_def *live,
		       const struct asst_def *draft, uint32_t flags,
		       const struct asst__call *call);

/* Put a changed draft into the batch: its text and base, one revision higher. */
int asst__draft_put(struct asst__loaded *loaded, struct asst__change *change,
		    struct asst__string def, int64_t base_version);

/*
 * Make a draft handle, run an attempt that leaves the draft in loaded->draft, and show it. The
 * context begins with a struct asst__opening.
 */
struct asst__opening {
	struct asst__call *call;
	const char *id;
	asst_draft *draft; /* made before anything is written */
	struct asst__loaded loaded;
	/* for asst__draft_open(): */
	bool replace;
	uint64_t revision; /* of the draft that may be replaced, or ASST_ANY_REVISION */
};
int asst__draft_run(asst_draft **draft, struct asst__opening *opening, asst_session *session,
		    const char *action, asst__attempt attempt);

/*
 * Fill the batch with what opens the caller's draft with a text and a base, or gives an open
 * draft another text. ASST_ECONFLICT where one is open that is not to be replaced,
 * ASST_EREVISION or ASST_ENOTFOUND where it is not the one that may be. opening->loaded.draft is
 * the caller's, and the new one after it. The event is completed by the assistant and what
 * differs from the text that was replaced, or from live, and put.
 */
int asst__draft_open(struct asst__opening *opening, struct asst__change *change,
		     struct asst__string def, int64_t base_version, struct asst__event *event);

#endif
