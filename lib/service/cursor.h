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

/* Text for a place in the order `sort` of what `right` lists for a session; NULL: no memory. */
char *asst__cursor_write(const struct asst__place *place, unsigned sort, unsigned right,
			 const asst_session *session, const struct asst__mem *mem);
/* False unless the text is a cursor of the same session's principal, order and right. */
bool asst__cursor_read(struct asst__place *place, struct asst__string text, unsigned sort,
		       unsigned right, const asst_session *session);

#endif
