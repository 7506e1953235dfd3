/* SPDX-License-Identifier: MIT */
/* Bodies: the documents that create and change assistants and drafts. */
#ifndef ASST_SERVICE_BODY_H
#define ASST_SERVICE_BODY_H

#include "service/object.h"

enum asst__body_kind {
	ASST__BODY_CREATE,       /* a whole definition */
	ASST__BODY_CREATE_DRAFT, /* one that may be incomplete */
	ASST__BODY_PATCH,        /* a merge patch of a live definition */
	ASST__BODY_PATCH_AROUND, /* of an assistant whose definition is not published yet */
	ASST__BODY_PATCH_DRAFT   /* a merge patch of a draft */
};

struct asst__body {
	asst_buf *def; /* the new definition's record */
	struct asst__view def_view;
	asst_buf *around_buf;
	struct asst__view around;            /* see asst__around_schema */
	bool has[ASST__AROUND_TAGS + 1];     /* named in the body, also as null */
};

/*
 * Read and check a body: all faults at once. base is the definition that a patch changes,
 * present what read-only members are compared with; both NULL for create. With ids,
 * skills without an id get one. *body is to be disposed in any case.
 */
int asst__body_read(struct asst__body *body, const struct asst__call *call,
		    enum asst__body_kind kind, struct asst__string json,
		    const struct asst__view *base, const asst_assistant *present, bool ids);
void asst__body_dispose(struct asst__body *body);

#endif
