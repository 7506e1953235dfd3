/* SPDX-License-Identifier: MIT */
/*
 * Definitions that were changed on two sides: what each changed from what they had in
 * common, where that meets, and what they make together.
 */
#ifndef ASST_MODEL_THREEWAY_H
#define ASST_MODEL_THREEWAY_H

#include "json/diff.h"
#include "model/fields.h"
#include "model/record.h"

/* Lists of a definition whose items have ids; filled from the field table, ends with NULL. */
#define ASST__DEF_LISTS_MAX (ASST__DEF_COUNT + 1)
void asst__def_lists(struct asst__json_list lists[ASST__DEF_LISTS_MAX]);

struct asst__threeway {
	struct asst__json_list lists[ASST__DEF_LISTS_MAX];
	asst__json *base, *live, *draft;
	struct asst__json_change live_change, draft_change; /* from the base */
	struct asst__json_conflicts conflicts;
	const struct asst__mem *mem;
};

/* Compare three definitions; to be disposed in any case. */
int asst__threeway_begin(struct asst__threeway *threeway, const struct asst__view *base,
			 const struct asst__view *live, const struct asst__view *draft,
			 const struct asst__mem *mem, asst_error *err);
void asst__threeway_dispose(struct asst__threeway *threeway);

/*
 * Items that both sides added alike (placement.c). Where they were put at places that contradict
 * each other, that is a conflict about the order of the list.
 */
int asst__placement_meet(struct asst__threeway *threeway, asst_error *err);
/* Whether there are any in a list of which the draft alone changed the order: then it counts. */
int asst__placement_by_draft(bool *by_draft, const struct asst__threeway *threeway,
			     const struct asst__json_list *list, asst_error *err);

/* ASST_ECONFLICT with each conflict that is not decided; `decided` is NULL where none is. */
int asst__threeway_undecided(const struct asst__threeway *threeway, const bool *decided,
			     int64_t base_version, int64_t live_version, asst_error *err);

/* How conflicts are decided. */
enum asst__decide_for { ASST__UNDECIDED, ASST__FOR_LIVE, ASST__FOR_DRAFT };

/*
 * What both make together: the live definition with the draft's changes. Conflicts are decided
 * by the resolutions (a JSON list, or NULL), the others by `rest`. What is still undecided
 * is ASST_ECONFLICT, with issues, and with detail that names both versions.
 */
int asst__threeway_merge(asst__json **merged, const struct asst__threeway *threeway,
			 const asst__json *resolutions, enum asst__decide_for rest,
			 int64_t base_version, int64_t live_version, asst_error *err);
/* Refuse with every conflict: ASST_ECONFLICT, also where there is none. */
int asst__threeway_refuse(const struct asst__threeway *threeway, int64_t base_version,
			  int64_t live_version, asst_error *err);

#endif
