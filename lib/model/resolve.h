/* SPDX-License-Identifier: MIT */
/* Conflicts of a merge while they are decided. */
#ifndef ASST_MODEL_RESOLVE_H
#define ASST_MODEL_RESOLVE_H

#include "model/threeway.h"

/* What was decided of one conflict. */
struct asst__decided {
	enum asst__decide_for side; /* ASST__UNDECIDED: by the value */
	const asst__json *value;
	size_t index; /* of the resolution */
};

struct asst__deciding {
	const struct asst__threeway *threeway;
	asst__json *tree; /* what comes out */
	bool *decided;
	struct asst__decided *decisions;
	size_t next; /* the conflict behind the one that the last resolution was for */
	size_t *sorted; /* the conflicts by their pointers, once that was needed; behind it, room */
	int64_t live_version;
	asst_error *err;
};

/* ASST_EVALIDATION at a member of a resolution; "" for the resolution. */
int asst__decide_fault(asst_error *err, size_t index, const char *member, const char *code,
		       const char *what);
/* The list that a pointer's item is in; NULL where it names none. */
const struct asst__json_list *asst__decide_list(const struct asst__threeway *threeway,
						const char *pointer);
/* When all values are there: put items where the draft has them, then bring lists into order. */
int asst__decide_places(const struct asst__deciding *deciding);

#endif
