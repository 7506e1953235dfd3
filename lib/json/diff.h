/* SPDX-License-Identifier: MIT */
/*
 * Structural diff: what changed from one tree to another, as a tree of changes, which can be
 * written, applied, and laid over another one to see where they meet. Objects are compared
 * member by member; items of certain lists are matched by ids, which are their tokens in
 * pointers; everything else is compared as a whole.
 */
#ifndef ASST_JSON_DIFF_H
#define ASST_JSON_DIFF_H

#include "json/json.h"

/*
 * A list at the root whose items are told apart by members. Two are joined by ":"; in the first
 * ":" is "%3A" and "%" is "%25".
 */
struct asst__json_list {
	const char *name; /* NULL at the end of a table */
	const char *keys[2]; /* the second may be NULL */
};

/* The order of the items that a list had before and after, by their tokens. */
struct asst__json_order {
	char **tokens;
	size_t count, room;
};

/*
 * A leaf has an old or a new value, or both; otherwise there are children, or an order.
 * Values are borrowed from the trees that were compared, which must outlive it.
 */
struct asst__json_change {
	char *token; /* of a pointer, unescaped; NULL at the root */
	const asst__json *old_value, *new_value;
	char *after;  /* of an added item: the token of the one before it; NULL: at the begin */
	size_t place; /* and its place among all items */
	const struct asst__json_list *list; /* children are items of this list */
	struct asst__json_order old_order, new_order; /* of the items on both sides, if it changed */
	struct asst__json_change *children; /* sorted by token */
	size_t count, room;
	bool skip; /* not to be applied */
};

/* Fill a change, which is to be disposed in any case. lists may be NULL. */
int asst__json_diff(struct asst__json_change *root, const asst__json *from, const asst__json *to,
		    const struct asst__json_list *lists, asst_error *err);
void asst__json_change_dispose(struct asst__json_change *change);
bool asst__json_change_none(const struct asst__json_change *root);

/*
 * As a JSON list; asst_def_diff(3) has its form. Members of the root come in the order of names,
 * which ends with NULL, then the others by name. Failure sticks in out.
 */
void asst__json_change_write(struct asst__text *out, const struct asst__json_change *root,
			     const char *const *names, const struct asst__mem *mem);
/* Read such a list, whose values it borrows. ASST_EVALIDATION with the pointer into the list. */
int asst__json_change_read(struct asst__json_change *root, const asst__json *list,
			   const struct asst__json_list *lists, asst_error *err);

/*
 * Change a tree. With strict, ASST_ECONFLICT where an old value is not what is there; else
 * what cannot be applied is left out.
 */
int asst__json_change_apply(asst__json *tree, const struct asst__json_change *root, bool strict,
			    asst_error *err);

/* A place that two changes from the same tree changed differently. */
struct asst__json_conflict {
	char *pointer;
	bool order; /* it is the order of a list's items that differs */
	const struct asst__json_change *other; /* the second's change there */
};

struct asst__json_conflicts {
	struct asst__json_conflict *items;
	size_t count, room;
};

/*
 * Where two changes from the same tree meet. In the second one what both did, and what is in
 * conflict, is marked to be skipped.
 */
int asst__json_overlaps(struct asst__json_conflicts *conflicts, struct asst__json_change *first,
			struct asst__json_change *second, asst_error *err);
/* One more, about the order of a list of the root; false: no memory. */
bool asst__json_conflict_add_order(struct asst__json_conflicts *conflicts, const char *list,
				   const struct asst__json_change *other);
void asst__json_conflicts_dispose(struct asst__json_conflicts *conflicts);

/* The next token of a pointer, unescaped and owned; moves behind it. NULL: no memory. */
char *asst__pointer_next(const char **pointer);
/* The value at a pointer of a change; NULL where there is none. */
asst__json *asst__json_place(asst__json *tree, const char *pointer,
			     const struct asst__json_list *lists);
/*
 * Put a value there, NULL to remove what is there. Consumes the value. A new item goes to the
 * end. False when there is no memory.
 */
bool asst__json_place_set(asst__json *tree, const char *pointer,
			  const struct asst__json_list *lists, asst__json *value);
/* The item with a token; NULL where there is none. */
asst__json *asst__json_item(const asst__json *list, const struct asst__json_list *keys,
			    const char *token);
/* The item that another list's item is there; takes no memory. NULL where there is none. */
asst__json *asst__json_twin(const asst__json *list, const struct asst__json_list *keys,
			    const asst__json *item);
/*
 * Put an item in the place of the one with the same token, or where there is none: first, or
 * behind the one with the token `after`, or to the end. A NULL value removes. Consumes it.
 */
void asst__json_item_set(asst__json *list, const struct asst__json_list *keys, const char *token,
			 asst__json *value, bool first, const char *after);
/* Put an item of a list behind another one of it; NULL: to the begin. Cannot fail. */
void asst__json_item_move(asst__json *list, asst__json *item, asst__json *after);
/* Bring items into the order of tokens; others stay where they are. */
bool asst__json_reorder(asst__json *list, const struct asst__json_list *keys,
			const char *const *tokens, size_t count);
/* Take over a token. False: no memory, or no token. */
bool asst__json_order_add(struct asst__json_order *order, char *token);
void asst__json_order_dispose(struct asst__json_order *order);
/* The token of an item as owned text (from malloc); NULL: it has none, or no memory. */
char *asst__json_token(const asst__json *item, const struct asst__json_list *list);
bool asst__json_same(const asst__json *a, const asst__json *b);
const struct asst__json_list *asst__json_find_list(const struct asst__json_list *lists,
						   const char *name);

#endif
