/* SPDX-License-Identifier: MIT */
/*
 * JSON: one strict scanner that builds a tree, and what works on trees. The nodes are
 * cJSON's; no other room sees them but through these functions. Numbers are kept as the text
 * they came as. Nodes come from malloc: those of a scanned tree in a few blocks of its own,
 * others one by one from cJSON_Create*.
 */
#ifndef ASST_JSON_JSON_H
#define ASST_JSON_JSON_H

#include "base/mem.h"
#include "base/text.h"

typedef struct cJSON asst__json;

/* Kinds of node. */
enum asst__json_kind {
	ASST__JSON_NULL = 1,
	ASST__JSON_BOOL,
	ASST__JSON_NUMBER,
	ASST__JSON_STRING,
	ASST__JSON_ARRAY,
	ASST__JSON_OBJECT
};

struct asst__json_limits {
	size_t bytes;        /* of the whole document */
	size_t depth;        /* of nested arrays and objects, at most ASST__JSON_DEPTH_MOST */
	size_t nodes;        /* values in the whole document */
	size_t name_bytes;   /* of a member's name, unescaped */
	size_t string_bytes; /* of a string, unescaped */
	size_t number_bytes; /* of a number's text, at most 128 */
};

#define ASST__JSON_DEPTH 64
/* A list of objects that have values of such documents: these stand one level deeper there. */
#define ASST__JSON_DEPTH_MOST (ASST__JSON_DEPTH + 1)
extern const struct asst__json_limits asst__json_default_limits;

/*
 * Read one document: RFC 8259, nothing but white space around it. size may be ASST_NUL.
 * On a fault: nothing is built; err gets the offset, one issue {code, pointer, message}
 * and a status: ASST_EVALIDATION for json_syntax, json_utf8, json_surrogate, json_nul,
 * json_duplicate_name; ASST_ELIMIT for json_bytes, json_depth, json_nodes,
 * json_name_length, json_string_length, json_number_length; ASST_ENOMEM without an issue.
 */
int asst__json_scan(asst__json **tree, const char *text, size_t size,
		    const struct asst__json_limits *limits, const struct asst__mem *mem,
		    asst_error *err);
void asst__json_free(asst__json *tree); /* NULL is a no-op */

/* Reading. NULL for a node reads as absent. */
int asst__json_kind(const asst__json *node); /* 0 for NULL */
int asst__json_bool(const asst__json *node); /* 0 or 1 */
const char *asst__json_text(const asst__json *node);  /* of a string, or a number's text */
const char *asst__json_name(const asst__json *node);  /* of a member; NULL elsewhere */
size_t asst__json_count(const asst__json *node);      /* items or members; linear */
asst__json *asst__json_first(const asst__json *node); /* item or member */
asst__json *asst__json_next(const asst__json *node);
asst__json *asst__json_member(const asst__json *object, const char *name);

/*
 * Building. NULL when there is no memory; adding consumes the child, also on failure (false).
 * A child that stands in the memory of a scanned tree is added as a copy.
 */
asst__json *asst__json_new_null(void);
asst__json *asst__json_new_bool(int value);
asst__json *asst__json_new_string(const char *text);        /* valid UTF-8 */
asst__json *asst__json_new_number(const char *number_text); /* a valid JSON number */
asst__json *asst__json_new_array(void);
asst__json *asst__json_new_object(void);
bool asst__json_append(asst__json *array, asst__json *item);
bool asst__json_add(asst__json *object, const char *name, asst__json *value); /* a new name */
bool asst__json_set(asst__json *object, const char *name,
		    asst__json *value); /* replaces in place or appends */
void asst__json_remove(asst__json *object, const char *name); /* and free it, if it is there */
/* Detach; NULL when absent. Of a scanned tree: to be used no longer than that. */
asst__json *asst__json_take(asst__json *object, const char *name);
asst__json *asst__json_copy(const asst__json *tree); /* depth at most ASST__JSON_DEPTH */

/* RFC 7396. Changes *target (which may become another node); patch is left as it is. */
int asst__json_merge(asst__json **target, const asst__json *patch, asst_error *err);

/*
 * Canonical text of an opaque value: no white space, members sorted by name (bytes), numbers
 * as they came, strings escaped as little as RFC 8259 allows. Failure sticks in out.
 */
void asst__json_write(struct asst__text *out, const asst__json *tree, const struct asst__mem *mem);
/* A string with its quotes: escapes for quote, backslash, control characters (short where there is one). */
void asst__json_write_string(struct asst__text *out, const char *text, size_t size);

/* RFC 6901. Append "/" and the escaped token. */
void asst__pointer_add(struct asst__text *pointer, const char *token);
void asst__pointer_add_index(struct asst__text *pointer, size_t index);
/* The node that a pointer names; NULL when there is none or the pointer is malformed. */
asst__json *asst__pointer_get(asst__json *tree, const char *pointer);

#endif
