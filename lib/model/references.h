/* SPDX-License-Identifier: MIT */
/* What a definition names: the references in it, found by the field table. */
#ifndef ASST_MODEL_REFERENCES_H
#define ASST_MODEL_REFERENCES_H

#include "base/mem.h"
#include "model/check.h"
#include "model/record.h"

/* A text that names something, and where it stands. */
struct asst__reference {
	const char *kind;       /* borrowed, as the id is; ASST__REFERS_ASSISTANT or the catalog's */
	struct asst__string id;
	unsigned field;         /* of the definition */
	bool in_list;           /* then it is a member of an item */
	size_t item;
	unsigned member;
	bool added;             /* what is live does not have it in this place */
};

struct asst__references {
	const struct asst__mem *mem;
	struct asst__reference *items; /* in the order of the fields */
	size_t count, room;
	bool catalog;
};

/*
 * Find those to assistants and, where the catalog is to be asked, what was added of others. live is
 * the definition against which they are added, NULL where there is none. Items of lists are matched
 * by their keys. *found is to be disposed in any case. ASST_ENOMEM.
 */
int asst__references_find(struct asst__references *found, const struct asst__view *def,
			  const struct asst__view *live, bool catalog, const struct asst__mem *mem,
			  asst_error *err);
/* Whether it is to an assistant, which the library judges by itself. */
bool asst__reference_is_assistant(const struct asst__reference *reference);
void asst__references_dispose(struct asst__references *found);

/* Whether it is a route of a dispatcher or its fallback. */
bool asst__reference_is_route(const struct asst__reference *reference);
/* The id that route i of a definition leads to. */
struct asst__string asst__route_text(const struct asst__view *def, size_t i);

/* The one fault of what may not be used, whatever the reason: nobody learns what is hidden. */
void asst__fault_reference(struct asst__check *check);

/* Walk to where a reference stands, as asst__check_enter() does, and back. */
void asst__reference_enter(struct asst__check *check, const struct asst__reference *reference);
void asst__reference_leave(struct asst__check *check, const struct asst__reference *reference);

#endif
