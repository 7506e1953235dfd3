/* SPDX-License-Identifier: MIT */
/* The assistants that a count has met, each with what its entries say together. */
#ifndef ASST_SERVICE_MET_H
#define ASST_SERVICE_MET_H

#include "service/page.h"

struct asst__met {
	uint64_t id[2]; /* as they lie in memory; no id is all zero, which is for an empty place */
	struct asst__standing standing;
};

/* Zeroed, it is an empty one. */
struct asst__met_table {
	struct asst__met *items; /* some of which are empty */
	size_t count, room;      /* room: a power of two, or 0 */
};

bool asst__met_is_empty(const struct asst__met *met);
/* The one with an id, added where it was not met before, until the next call; NULL: no memory. */
struct asst__met *asst__met_find(struct asst__met_table *table,
				 const unsigned char id[ASST__UUID_BYTES],
				 const struct asst__mem *mem);
void asst__met_dispose(struct asst__met_table *table, const struct asst__mem *mem);

#endif
