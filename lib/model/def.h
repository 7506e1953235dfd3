/* SPDX-License-Identifier: MIT */
/* Definitions as values: a stored record and a view on it. */
#ifndef ASST_MODEL_DEF_H
#define ASST_MODEL_DEF_H

#include "model/fields.h"
#include "model/record.h"

#include <assistant/def.h>

struct asst_def {
	struct asst__mem mem;
	asst_buf *buf;          /* what holds the bytes: the record itself, or one around it */
	struct asst__view view; /* the definition */
	struct asst__string bytes; /* its record */
	bool keep_unknown;         /* members that no table knows stay when it is changed */
};

/* Lend the record at bytes, which lies inside buf; takes a reference. ASST_ECORRUPT, ASST_EFORMAT. */
int asst__def_open(struct asst_def *def, const struct asst__mem *mem, asst_buf *buf,
		   struct asst__string bytes, asst_error *err);
void asst__def_dispose(struct asst_def *def);

/*
 * Check a tree, which patch (may be NULL) was merged into, and make its record. Unknown members
 * that stored or other (may be NULL) has are no faults.
 */
int asst__def_record(asst_buf **record, asst__json *tree, const asst__json *patch,
		     const struct asst__view *stored, const struct asst__view *other,
		     const struct asst__limits *limits, uint32_t flags, const struct asst__mem *mem,
		     asst_error *err);

/* The definition as a tree, to be changed. */
int asst__def_tree(asst__json **tree, const struct asst__view *view, const struct asst__mem *mem,
		   asst_error *err);

/* Put the record of a changed tree, which patch (may be NULL) was merged into, in the old one's place. */
int asst__def_replace(asst_def *def, asst__json *tree, const asst__json *patch, asst_error *err);

/* What changed, as asst_def_diff() tells it. */
int asst__def_diff(asst_buf **out, const struct asst__view *from, const struct asst__view *to,
		   const struct asst__mem *mem, asst_error *err);

/* Scan what the library itself wrote: no limits but those of memory. */
int asst__scan_stored(asst__json **tree, const char *json, size_t size, const struct asst__mem *mem,
		      asst_error *err);

/* Scan a document that must be an object. */
int asst__scan_object(asst__json **tree, const char *json, size_t size,
		      const struct asst__limits *limits, const struct asst__mem *mem,
		      asst_error *err);

#endif
