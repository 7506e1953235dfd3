/* SPDX-License-Identifier: MIT */
/* The assistants that a count has met: open addressing by their ids. */
#include "service/met.h"

#include <string.h>

#define FIRST_ROOM 4096

bool asst__met_is_empty(const struct asst__met *met)
{
	return (met->id[0] | met->id[1]) == 0;
}

static struct asst__met *place_of(struct asst__met *items, size_t room, const uint64_t id[2])
{
	/* The end of an id is what was random when it was made. */
	size_t i = (size_t)(id[1] * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (room - 1);

	while ((items[i].id[0] != id[0] || items[i].id[1] != id[1]) &&
	       !asst__met_is_empty(&items[i]))
		i = (i + 1) & (room - 1);
	return &items[i];
}

/* Room for one more. */
static bool grow(struct asst__met_table *table, const struct asst__mem *mem)
{
	size_t i, room = table->room ? 2 * table->room : FIRST_ROOM;
	struct asst__met *items;

	if (2 * table->count < table->room)
		return true;
	items = asst__alloc_zeroed(mem, room * sizeof(*items));
	if (!items)
		return false;
	for (i = 0; i < table->room; i++) {
		if (!asst__met_is_empty(&table->items[i]))
			*place_of(items, room, table->items[i].id) = table->items[i];
	}
	asst__free(mem, table->items, table->room * sizeof(*items));
	table->items = items;
	table->room = room;
	return true;
}

struct asst__met *asst__met_find(struct asst__met_table *table,
				 const unsigned char id[ASST__UUID_BYTES],
				 const struct asst__mem *mem)
{
	struct asst__met *met;
	uint64_t whole[2];

	if (!grow(table, mem))
		return NULL;
	memcpy(whole, id, sizeof(whole));
	met = place_of(table->items, table->room, whole);
	if (asst__met_is_empty(met)) {
		memcpy(met->id, whole, sizeof(whole));
		table->count++;
	}
	return met;
}

void asst__met_dispose(struct asst__met_table *table, const struct asst__mem *mem)
{
	asst__free(mem, table->items, table->room * sizeof(*table->items));
	memset(table, 0, sizeof(*table));
}
