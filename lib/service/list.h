/* SPDX-License-Identifier: MIT */
/* Lists of loaded assistants. */
#ifndef ASST_SERVICE_LIST_H
#define ASST_SERVICE_LIST_H

#include "service/object.h"
#include "storage/query.h"

#include <assistant/list.h>

struct asst_list {
	struct asst__mem mem;
	size_t count, room;
	asst_assistant **items; /* NULL where one was not found */
	char *cursor;           /* NULL at the end */
	char *feed_cursor;      /* where the feed stood; NULL: no storage was asked */
};

/* A list with room for count assistants, all NULL and counted. */
int asst__list_new(asst_list **list, size_t count, const struct asst__mem *mem, asst_error *err);
/* The first answer says where the feed stands: what happens behind it is not in the list. */
int asst__list_note_feed(asst_list *list, const struct asst__call *call, uint64_t sequence);

#endif
