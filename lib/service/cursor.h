/* SPDX-License-Identifier: MIT */
/* Cursors of lists: a place in an order, as text that is refused when it was changed. */
#ifndef ASST_SERVICE_CURSOR_H
#define ASST_SERVICE_CURSOR_H

#include "service/keys.h"
#include "service/store.h"

/* What of an index key stands behind the principal, class and sort: the value and the id. */
#define ASST__PLACE_MAX (66 + ASST__UUID_BYTES)

struct asst__place {
	size_t size; /* 0: before everything */
	unsigned char bytes[ASST__PLACE_MAX];
};

/* Besides the sorts of asst_assistant_list(), cursors are of these lists. */
enum { ASST__CURSOR_TRASH = 32, ASST__CURSOR_VERSIONS, ASST__CURSOR_DRAFTS, ASST__CURSOR_KEYS };

int asst__cursor_fault(asst_error *err);

/* Options of a call as a record; options NULL: none. *record is owned, and what view lies in. */
int asst__options_read(asst_buf **record, struct asst__view *view,
		       const struct asst__schema *schema, const char *options, size_t size,
		       const struct asst__call *call);
/* The limit of a page: ASST_ELIMIT where it is above the cap. */
int asst__page_limit(size_t *limit, int64_t wanted, const struct asst__call *call);

/* A place in the feed: everything up to a sequence lies behind it. NULL: no memory. */
char *asst__feed_cursor_write(uint64_t sequence, const char *workspace,
			      const struct asst__mem *mem);
bool asst__feed_cursor_read(uint64_t *sequence, struct asst__string text, const char *workspace);

/* Text for a place in the order `sort` of what `right` lists for a session; NULL: no memory. */
char *asst__cursor_write(const struct asst__place *place, unsigned sort, unsigned right,
			 const asst_session *session, const struct asst__mem *mem);
/* False unless the text is a cursor of the same session's principal, order and right. */
bool asst__cursor_read(struct asst__place *place, struct asst__string text, unsigned sort,
		       unsigned right, const asst_session *session);

#endif
