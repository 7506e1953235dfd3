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
	char *feed_cursor;      /* where the feed stood; NULL where that was not asked for */
};

/* A list with room for count assistants, all NULL and counted. */
int asst__list_new(asst_list **list, size_t count, const struct asst__mem *mem, asst_error *err);

#endif
