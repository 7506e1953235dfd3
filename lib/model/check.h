/* SPDX-License-Identifier: MIT */
/* Checking a tree against a schema: every fault in one pass, in the order of the fields. */
#ifndef ASST_MODEL_CHECK_H
#define ASST_MODEL_CHECK_H

#include "model/schema.h"

/* Only faults of form count: the rest may be mended before publishing. */
#define ASST__CHECK_INCOMPLETE 0x1u
/* Members that the table does not know are kept. */
#define ASST__CHECK_KEEP_UNKNOWN 0x2u

/* A step from a value to one inside of it: into the member of that name, or into an item. */
struct asst__step {
	const char *member; /* borrowed; NULL for an item */
	size_t item;
};

/* A definition that is stored, and its tree once that was needed. */
struct asst__stored {
	const struct asst__view *view;
	asst__json *tree;
};

struct asst__check {
	const struct asst__limits *limits;
	const struct asst__mem *mem;
	asst_error *err; /* gets the issues; may be NULL */
	uint32_t flags;
	asst__json *root; /* of what is checked against what is stored; else NULL */
	struct asst__stored stored[2];
	size_t faults;
	int status; /* ASST_OK, ASST_EVALIDATION, ASST_ELIMIT, ASST_ENOMEM */
	/* To what is being looked at: a pointer is only written for a fault. */
	size_t depth;
	struct asst__step path[ASST__JSON_DEPTH + 2];
};

void asst__check_begin(struct asst__check *check, const struct asst__limits *limits, uint32_t flags,
		       const struct asst__mem *mem, asst_error *err);
/*
 * Members that no table knows are no faults of the tree at root where one of two definitions
 * has them already, in the same place and with the same value. Both are borrowed until the
 * end, and may be NULL.
 */
void asst__check_against(struct asst__check *check, asst__json *root,
			 const struct asst__view *stored, const struct asst__view *other);
bool asst__check_is_stored(struct asst__check *check, const asst__json *member);
void asst__check_forget(struct asst__check *check);

/* The status, with a message that counts the faults. */
int asst__check_end(struct asst__check *check);

/* Check an object, whose unknown and faulty parts are left as they are. */
void asst__check_object(struct asst__check *check, const struct asst__schema *schema,
			asst__json *object);

/* A tree that was put together must not have more values, or be deeper, than a document may. */
void asst__check_extent(struct asst__check *check, const asst__json *tree);

/* A null that a merge patch has for a member no table knows merges into nothing, but is a fault. */
void asst__check_unknown_nulls(struct asst__check *check, const struct asst__schema *schema,
			       const asst__json *patch);

/* Report a fault at the pointer, below it (member may be NULL), or only where it must be complete. */
void asst__fault(struct asst__check *check, const char *member, const char *code,
		 const char *format, ...) __attribute__((format(printf, 4, 5)));
void asst__fault_incomplete(struct asst__check *check, const char *member, const char *code,
			    const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Walk into a member, whose name stays borrowed, or an item, and back out of it. */
void asst__check_enter(struct asst__check *check, const char *member);
void asst__check_enter_item(struct asst__check *check, size_t index);
void asst__check_leave(struct asst__check *check);
/* Append where the walk is now, as a JSON Pointer. */
void asst__check_pointer(const struct asst__check *check, struct asst__text *pointer);

#endif
